import type { Socket } from 'node:net'
import type { ClientEnd } from './client-end.js'
import type { DoorPeer } from './login.js'

/** How long a client may take to read the last bytes and to close its side, in milliseconds. */
const lingerMs = 1_000

/** A client on a socket. Neither side can make the other keep more than a few buffers in memory. */
export class SocketEnd implements ClientEnd {
  readonly #socket: Socket
  #peer: DoorPeer | undefined

  constructor(socket: Socket) {
    this.#socket = socket
    // An error is always followed by 'close', which says all there is to say.
    socket.on('error', () => undefined)
  }

  /** Starts to read for a door, which hears of everything that the client sends or does from now on. */
  attach(peer: DoorPeer): void {
    const socket = this.#socket
    this.#peer = peer
    socket.on('data', (chunk: Buffer) => {
      this.#receive(peer, chunk)
    })
    socket.on('drain', () => {
      peer.drained()
    })
    socket.once('end', () => {
      peer.clientGone()
    })
    socket.once('close', () => {
      peer.clientGone()
    })
  }

  send(bytes: Buffer): boolean {
    return this.#socket.writable ? this.#socket.write(bytes) : true
  }

  finish(): void {
    const socket = this.#socket
    if (socket.destroyed || socket.writableEnded) return
    socket.end()
    // What still comes in is read and dropped: closing over unread bytes would make TCP discard the last message.
    socket.resume()
    const timer = setTimeout(() => socket.destroy(), lingerMs)
    socket.once('close', () => {
      clearTimeout(timer)
    })
  }

  /** Ends the connection as soon as nothing is under way on it. */
  drain(): void {
    this.#peer?.drain()
  }

  /** Ends the connection now, and tells the client why. */
  shutDown(): void {
    this.#peer?.shutDown()
  }

  /** Ends the connection without waiting for the client to read on or to close its side. */
  drop(): void {
    this.#peer?.clientGone()
    this.#socket.destroySoon()
  }

  /** Ends the connection from the door's side: what waits is withdrawn, what runs is cancelled. */
  close(): void {
    this.#peer?.clientGone()
    this.finish()
  }

  #receive(peer: DoorPeer, chunk: Buffer): void {
    const socket = this.#socket
    const accepted = peer.receive(chunk)
    if (accepted === undefined) return
    socket.pause()
    Promise.resolve(accepted).then(
      () => socket.resume(),
      () => socket.destroy(),
    )
  }
}
