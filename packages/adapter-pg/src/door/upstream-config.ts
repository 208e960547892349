import pg from 'pg'
import { backstopSettings } from './backstops.js'
import { nameBehind, sessionName } from './connection-name.js'
import { forwardedSettings } from './startup.js'

/** The operator's configuration after `pg` has read the connection string and the environment. */
export interface ResolvedConfig {
  readonly user: string
  readonly database: string
  /** Everything `pg.Client` needs to log in. Holds the credential; never leaves the door. */
  readonly login: pg.ClientConfig
  readonly options: string
}

/** The driver's own view of a configuration; a contract test pins the member. */
interface DriverParameters {
  readonly user: string
  readonly database: string
  readonly host: string
  readonly port: number
  readonly password: unknown
  readonly ssl: unknown
  readonly sslnegotiation: unknown
  readonly options: string | undefined
}

/** Lets the driver resolve the configuration once, so that nothing in a connection string can override the door. */
export function resolveConfig(config: pg.ClientConfig): ResolvedConfig {
  const client = new pg.Client(config)
  const { connectionParameters } = client as unknown as { readonly connectionParameters: DriverParameters }
  const { user, database, host, port, password, ssl, sslnegotiation } = connectionParameters
  return {
    user,
    database,
    options: connectionParameters.options ?? '',
    login: {
      user,
      database,
      host,
      port,
      password,
      ssl,
      sslnegotiation,
      connectionTimeoutMillis: config.connectionTimeoutMillis ?? 10_000,
      keepAlive: true,
    } as pg.ClientConfig,
  }
}

/** The configuration of one connection to the server: the operator's login, the door's name and settings. */
export function upstreamConfig(
  resolved: ResolvedConfig,
  shortSessionId: string,
  parameters: ReadonlyMap<string, string>,
  readOnly: boolean,
  backstops: readonly string[],
): pg.ClientConfig {
  const options = [resolved.options]
  // Later settings win: the client's own choice comes behind the backstop's.
  for (const [name, value] of backstopSettings(backstops)) options.push(setting(name, value))
  for (const [name, value] of forwardedSettings(parameters)) options.push(setting(name, value))
  if (readOnly) options.push(setting('default_transaction_read_only', 'on'))
  options.push(setting('standard_conforming_strings', 'on'))
  const name = parameters.get('application_name') ?? ''
  return {
    ...resolved.login,
    options: options.filter((each) => each !== '').join(' '),
    // PostgreSQL keeps 63 bytes and replaces what is not printable ASCII.
    application_name: nameBehind(sessionName(shortSessionId), name).slice(0, 63),
    client_encoding: 'UTF8',
  }
}

/** One `-c` of the start-up options: blanks and backslashes are escaped with a backslash (libpq, "options"). */
function setting(name: string, value: string): string {
  return `-c ${name}=${value.replaceAll(/[\\\s]/g, (character) => `\\${character}`)}`
}
