import type { RawData, WebSocket } from 'ws'
import type { Frame } from './frame.js'
import { BrokenStream } from './broken-stream.js'

/** How much may wait to be read before the other side has to wait, in bytes. */
const most = 256 * 1024
/** What a message costs beside its bytes. */
const perMessage = 64
/** How much may wait to be sent when a ping is answered. */
const mostBeforePong = 64 * 1024

/**
 * The messages of a WebSocket as frames, one after the other. The other side waits while they are not read. Ends when the connection
 * does; throws for what is no frame. It listens from the moment it is made.
 */
export class Inbox implements AsyncIterable<Frame> {
  readonly #socket: WebSocket
  readonly #waiting: (Frame | undefined)[] = []
  #bytes = 0
  #isOver = false
  #wake: () => void = () => undefined

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.on('error', () => undefined)
    socket.on('message', (data: RawData, isBinary) => {
      this.#take(data as Buffer, isBinary)
    })
    socket.on('ping', (data) => {
      if (socket.bufferedAmount < mostBeforePong) socket.pong(data)
    })
    socket.once('close', () => {
      this.#isOver = true
      this.#wake()
    })
    socket.resume()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Frame, void> {
    for (;;) {
      while (this.#waiting.length > 0) {
        const frame = this.#waiting.shift()
        if (frame === undefined) throw new BrokenStream('a message has no channel')
        this.#bytes -= frame.data.length + perMessage
        if (this.#bytes < most) this.#socket.resume()
        yield frame
      }
      if (this.#isOver) return
      // oxlint-disable-next-line no-await-in-loop -- One message after the other.
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }

  #take(data: Buffer, isBinary: boolean): void {
    const [channel] = data
    const frame = isBinary && channel !== undefined ? { channel, data: data.subarray(1) } : undefined
    this.#waiting.push(frame)
    this.#bytes += (frame?.data.length ?? 0) + perMessage
    if (this.#bytes >= most) this.#socket.pause()
    this.#wake()
  }
}
