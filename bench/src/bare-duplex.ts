import { Duplex } from 'node:stream'
import { Socket } from 'node:net'

/**
 * A stream in memory before the real socket that only hands bytes on: what any door costs that is not the socket
 * itself, before framing, deciding and recording.
 */
export class BareDuplex extends Duplex {
  readonly #socket = new Socket()

  constructor() {
    super({ allowHalfOpen: false, highWaterMark: 1024 * 1024 })
    this.#socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) this.#socket.pause()
    })
    this.#socket.on('connect', () => this.emit('connect'))
    this.#socket.on('end', () => this.push(null))
    this.#socket.on('close', () => this.destroy())
    this.#socket.on('error', (error) => this.destroy(error))
  }

  connect(port: number, host: string): this {
    this.#socket.connect(port, host)
    return this
  }

  setNoDelay(): this {
    this.#socket.setNoDelay()
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#socket.write(chunk)) done()
    else
      this.#socket.once('drain', () => {
        done()
      })
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map((each) => each.chunk)), 'utf8', done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}
