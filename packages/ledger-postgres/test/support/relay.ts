import type { AddressInfo, Socket } from 'node:net'
import { connect, createServer } from 'node:net'

/** Where a connection is cut: before the server gets a commit, after it got it, or after it answered. */
export type Cut = 'before' | 'during' | 'after'

/** Stands between a ledger and its server, and cuts the connection at a commit. */
export interface Relay {
  /** The address to give to the ledger instead of the server's. */
  readonly url: string
  /** Cuts the connection of the next commit that names a key. `during` waits until `cutNow`. */
  cutNext(cut: Cut, key: string): void
  /** Resolves when a connection was cut, or with `during` when the commit was passed on. */
  readonly reached: Promise<void>
  cutNow(): void
  close(): Promise<void>
}

export async function relay(serverUrl: string, schema: string): Promise<Relay> {
  const address = new URL(serverUrl)
  const sockets = new Set<Socket>()
  let armed: { readonly cut: Cut; readonly key: string } | undefined
  let reached = Promise.resolve()
  let reach = (): void => undefined
  let cutNow = (): void => undefined

  const isCommit = (chunk: Buffer): boolean =>
    armed !== undefined && chunk.includes(`${schema}.commit(`) && chunk.includes(armed.key)

  const server = createServer((client) => {
    const upstream = connect(Number(address.port), address.hostname)
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', end)
    }
    let cutting: Cut | undefined
    client.on('data', (chunk: Buffer) => {
      if (isCommit(chunk)) {
        cutting = armed?.cut
        armed = undefined
        cutNow = end
        if (cutting !== 'after') reach()
        if (cutting === 'before') {
          end()
          return
        }
      }
      upstream.write(chunk)
    })
    upstream.on('data', (chunk: Buffer) => {
      if (cutting === undefined) {
        client.write(chunk)
        return
      }
      if (cutting !== 'after') return
      // It answers when it has committed.
      end()
      reach()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(serverUrl)
  url.hostname = '127.0.0.1'
  // A listening TCP server has an address with a port.
  url.port = String((server.address() as AddressInfo).port)
  return {
    url: url.href,
    cutNext: (cut, key) => {
      armed = { cut, key }
      reached = new Promise((resolve) => {
        reach = resolve
      })
    },
    get reached() {
      return reached
    },
    cutNow: () => {
      cutNow()
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
