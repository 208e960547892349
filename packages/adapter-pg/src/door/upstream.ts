import type { Socket } from 'node:net'
import { BothKeysError } from '@bothkeys/core/adapter'
import pg from 'pg'
import { unlessAborted } from './unless-aborted.js'
import { whenLate } from './when-late.js'

/** A logged-in connection to the server, taken over from the official driver. */
export interface Upstream {
  readonly socket: Socket
  /** The settings that the server reported while the driver logged in. */
  readonly parameters: ReadonlyMap<string, string>
  readonly user: string
  readonly database: string
  readonly host: string
  readonly port: number
  /** Asks the server to cancel what this connection runs. Resolves when the request was sent. */
  cancel(): Promise<void>
}

/** The parts of the driver's connection object that the take-over relies on; a contract test pins them. */
interface DriverConnection {
  stream: Socket
  on(event: 'parameterStatus', listener: (message: { parameterName: string; parameterValue: string }) => void): void
  once(event: 'connect' | 'sslconnect' | 'error' | 'end', listener: (cause?: unknown) => void): void
  connect(port: number | string, host?: string): void
  cancel(processId: number, secretKey: number): void
}

/** The parts of the driver's client that are not in its public types. */
interface DriverClient {
  readonly connection: DriverConnection
  readonly user: string
  readonly database: string
  readonly host: string
  readonly port: number
  readonly processID: number
  readonly secretKey: number
}

/**
 * Logs in with the official driver (TLS, SCRAM, `.pgpass`, password functions are its business) and then takes its
 * socket over: the driver's listeners are removed and it never sees another byte.
 * Rejects with the driver's own error when the login fails, and with the reason of the first of `signals` that aborts;
 * then nothing is left of the connection.
 */
export async function openUpstream(config: pg.ClientConfig, signals: readonly AbortSignal[] = []): Promise<Upstream> {
  const client = new pg.Client(config)
  // Only a connection over a JavaScript socket can be taken over.
  const driver = client as unknown as DriverClient
  if (typeof driver.connection !== 'object') {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'the native bindings of pg cannot be governed', {
      hint: 'unset NODE_PG_FORCE_NATIVE and use the JavaScript client',
    })
  }
  const parameters = new Map<string, string>()
  driver.connection.on('parameterStatus', (message) => {
    parameters.set(message.parameterName, message.parameterValue)
  })
  client.on('error', () => undefined)
  // The driver may wait for a password or an address and not notice that its socket is gone.
  await unlessAborted(
    signals,
    () => client.connect(),
    () => driver.connection.stream.destroy(),
  )
  const socket = driver.connection.stream
  releaseSocket(socket)
  return {
    socket,
    parameters,
    user: driver.user,
    database: driver.database,
    host: driver.host,
    port: driver.port,
    cancel: () => sendCancel(config, driver),
  }
}

/** Removes every listener of the driver. Node's own `end` listener stays, or the socket would never close. */
function releaseSocket(socket: Socket): void {
  for (const event of ['data', 'error', 'close', 'drain', 'connect']) socket.removeAllListeners(event)
  for (const listener of socket.listeners('end')) {
    if (listener.name !== 'onReadableStreamEnd') socket.removeListener('end', listener as () => void)
  }
  socket.pause()
}

/** A CancelRequest on a connection of its own, through the driver, so that it uses the same address and TLS. */
async function sendCancel(config: pg.ClientConfig, target: DriverClient): Promise<void> {
  const client = new pg.Client(config)
  const driver = client as unknown as DriverClient
  const connection = driver.connection
  await new Promise<void>((resolve) => {
    const send = (): void => {
      connection.cancel(target.processID, target.secretKey)
    }
    const done = (): void => {
      stop()
      resolve()
    }
    const stop = whenLate(5_000, () => {
      connection.stream.destroy()
      done()
    })
    connection.once('error', done)
    connection.once('end', done)
    const isTls = Boolean((client as unknown as { readonly ssl: unknown }).ssl)
    connection.once(isTls ? 'sslconnect' : 'connect', send)
    if (isTls) {
      connection.once('connect', () => {
        ;(connection as unknown as { requestSsl(): void }).requestSsl()
      })
    }
    if (driver.host.startsWith('/')) connection.connect(`${driver.host}/.s.PGSQL.${String(driver.port)}`)
    else connection.connect(driver.port, driver.host)
  })
}
