import { lstatSync, rmSync } from 'node:fs'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import { connect } from 'node:net'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { LoopbackFolder, LoopbackLocation } from './loopback-folder.js'
import type { LoopbackAddress } from './loopback-options.js'

const unixPort = 5432

/** Starts to listen and says where. Throws ERR_CONFIG_INVALID when the address is taken or not to be had. */
export async function listenOnLoopback(
  server: Server,
  address: LoopbackAddress,
  folder: LoopbackFolder,
): Promise<Omit<LoopbackLocation, 'database'>> {
  if (address.kind === 'tcp') {
    await listen(server, { host: '127.0.0.1', port: address.port })
    return { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  }
  const path = folder.socket(unixPort)
  await removeStale(path)
  await listen(server, { path })
  folder.protect(unixPort, address.socketMode)
  return { host: folder.path, port: unixPort }
}

/**
 * The connection URL, as libpq and most drivers read it. It names no secret: that is in the password file, or with the
 * client. On TCP it turns TLS off, which these doors do not speak, whatever PGSSLMODE says.
 */
export function loopbackUrl({ host, port, database }: LoopbackLocation, user: string | undefined): string {
  const name = encodeURIComponent(database)
  const as = user === undefined ? '' : `${user}@`
  return host.startsWith('/')
    ? `postgresql://${as}/${name}?host=${encodeURIComponent(host)}&port=${String(port)}`
    : `postgresql://${as}${host}:${String(port)}/${name}?sslmode=disable`
}

function listen(server: Server, options: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      reject(
        new BothKeysError('ERR_CONFIG_INVALID', `the loopback door cannot listen there (${reasonOf(cause)})`, {
          hint: 'give another path, or port: 0 for a free port',
          cause,
        }),
      )
    }
    server.once('error', failed)
    // `exclusive`: a worker of a cluster does not share the door with its siblings.
    server.listen({ ...options, exclusive: true }, () => {
      server.off('error', failed)
      resolve()
    })
  })
}

/** Removes the socket that a crashed process left in a folder that the caller named. */
async function removeStale(path: string): Promise<void> {
  const status = lstatSync(path, { throwIfNoEntry: false })
  if (status?.isSocket() === true && !(await answers(path))) rmSync(path, { force: true })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', (error) => {
      resolve(reasonOf(error) !== 'ECONNREFUSED')
    })
  })
}

function reasonOf(error: Error): string {
  return 'code' in error ? String(error.code) : 'unknown'
}
