import { Duplex } from 'node:stream'
import type { OnHeld } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { ClientEnd } from './client-end.js'
import type { DoorPeer } from './login.js'

/**
 * The `stream` of a governed client: what the driver believes to be its socket. Its other end is the door, in the same
 * process and without a port. It holds no credential and leads nowhere else.
 */
export class DoorStream extends Duplex implements ClientEnd {
  /** Who listens to what is held, if anybody. */
  onHeld: OnHeld | undefined
  readonly #open: (client: ClientEnd) => DoorPeer
  #peer: DoorPeer | undefined
  #finished = false

  constructor(open: (client: ClientEnd) => DoorPeer) {
    super({ allowHalfOpen: false, highWaterMark: 1024 * 1024 })
    this.#open = open
  }

  /** The driver asks for its server; the address it names is not used. Throws ERR_PROTOCOL_REFUSED the second time. */
  connect(): this {
    if (this.#peer !== undefined) {
      throw new BothKeysError('ERR_PROTOCOL_REFUSED', 'the stream is connected already', {
        hint: 'make a new client for a new connection',
      })
    }
    this.#peer = this.#open(this)
    process.nextTick(() => this.emit('connect'))
    return this
  }

  // What drivers call on a socket and what has no meaning here.
  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  setTimeout(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  /** Withdraws what waits for approval: the driver gave up on its query. */
  withdraw(): void {
    this.#peer?.cancel()
  }

  send(bytes: Buffer): boolean {
    if (this.#finished || this.destroyed) return true
    try {
      return this.push(bytes)
    } catch (error) {
      // What a listener of the caller throws is the caller's own failure, as on a socket; the door goes on.
      process.nextTick(() => {
        throw error
      })
      return true
    }
  }

  override _read(): void {
    this.#peer?.drained()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#peer === undefined) {
      done(new BothKeysError('ERR_PROTOCOL_REFUSED', 'the stream is not connected', { hint: 'call connect() first' }))
      return
    }
    const accepted = this.#peer.receive(chunk)
    if (accepted === undefined) done()
    else
      Promise.resolve(accepted).then(() => {
        done()
      }, done)
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map((each) => each.chunk)), 'utf8', done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#peer?.clientGone()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#peer?.clientGone()
    done(error)
  }

  /** The door is done with this client. */
  finish(): void {
    if (this.#finished || this.destroyed) return
    this.#finished = true
    this.push(null)
  }
}
