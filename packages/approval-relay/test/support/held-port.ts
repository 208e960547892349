import type { AddressInfo, Server, Socket } from 'node:net'
import { connect, createServer } from 'node:net'
import { pipeline } from 'node:stream'

/**
 * A port on loopback that is taken from the start on, for what has to say where it is before it listens or listens again elsewhere.
 * What comes is passed on to the port behind it, as a reverse proxy does.
 */
export class HeldPort {
  readonly #server: Server
  readonly #open = new Set<Socket>()
  readonly url: string

  static async take(behind: () => number | undefined): Promise<HeldPort> {
    const server = createServer({ allowHalfOpen: true })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new HeldPort(server, behind)
  }

  private constructor(server: Server, behind: () => number | undefined) {
    this.#server = server
    this.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
    server.on('connection', (near) => {
      this.#keep(near)
      const port = behind()
      if (port === undefined) near.destroy()
      else this.#join(near, connect({ host: '127.0.0.1', port, allowHalfOpen: true }))
    })
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(near: Socket, far: Socket): void {
    this.#keep(far)
    // One end that breaks breaks the other.
    pipeline(near, far, near, () => undefined)
  }

  #keep(socket: Socket): void {
    this.#open.add(socket)
    socket.on('close', () => this.#open.delete(socket)).on('error', () => undefined)
  }
}
