import { isIP } from 'node:net'
import type { PostgresConfig, PostgresTarget } from '@bothkeys/pg'
import { postgres } from '@bothkeys/pg'
import type { ServeConfig } from '../config/config.js'
import { readBoundedText } from '../files/bounded-text.js'
import type { Places } from '../files/secret.js'
import { readSecret } from '../files/secret.js'
import { trustedFile } from '../files/trusted-file.js'
import { given } from './given.js'

export type TargetConfig = ServeConfig['targets'][number]

/** A target with its credential. Throws ERR_CONFIG_INVALID. */
export function targetOf(config: TargetConfig, places: Places): PostgresTarget {
  const { maxMessageBytes, maxStatementBytes, schemaWriters, statementComments } = config
  const door = { ...given({ maxMessageBytes, maxStatementBytes }), schemaWriters, statementComments }
  return postgres(config.name, { ...connection(config, places), ...door })
}

function connection(config: TargetConfig, places: Places): PostgresConfig {
  const { connectionStringCredential, connectionStringFile, passwordCredential, passwordFile } = config
  if (connectionStringCredential !== undefined || connectionStringFile !== undefined) {
    const place = { file: connectionStringFile, credential: connectionStringCredential }
    return { connectionString: readSecret(place, `the connection string of ${config.name}`, places) }
  }
  const place = { file: passwordFile, credential: passwordCredential }
  const { database, host, port, user } = config
  const password = readSecret(place, `the password of ${config.name}`, places)
  return { ...given({ database, host, port, user }), password, ssl: encryption(config, places) }
}

/** A server elsewhere is reached by TLS, with its certificate checked, unless the configuration says that it is not. */
function encryption(
  { caFile, host = '', name, tls }: TargetConfig,
  places: Places,
): NonNullable<PostgresConfig['ssl']> {
  if (!(tls ?? !isLocal(host))) return false
  if (caFile === undefined) return { rejectUnauthorized: true }
  const path = places.resolve(caFile)
  trustedFile(path, 'told', `the certificates of ${name}`)
  return { rejectUnauthorized: true, ca: readBoundedText(path, `the certificates of ${name}`) }
}

/** A socket, this machine by name, or by an address that never leaves it. */
function isLocal(host: string): boolean {
  if (host.startsWith('/') || host === 'localhost' || host === '::1') return true
  return isIP(host) === 4 && host.startsWith('127.')
}
