import type { MaybePromise } from '@bothkeys/core/adapter'
import { FrameQueue } from './frame-queue.js'
import type { Frame } from './frames.js'
import { FrameReader } from './frames.js'
import { code } from './messages.js'

const terminate = code('X')

/** The client's messages that wait for their turn. A client that sends more than may wait is slowed down. */
export class ClientInput {
  readonly #maxQueuedBytes: number
  readonly #reader: FrameReader
  readonly #queue = new FrameQueue()
  #accepted: (() => void) | undefined

  constructor(limits: { readonly maxMessageBytes: number; readonly maxQueuedBytes: number }) {
    this.#maxQueuedBytes = limits.maxQueuedBytes
    this.#reader = new FrameReader(limits.maxMessageBytes, true)
  }

  /**
   * Takes bytes. `terminated` says that the client said good-bye in them. The promise, if any, says when more may come.
   * Throws ERR_PROTOCOL_REFUSED on a message that cannot be.
   */
  receive(chunk: Buffer, terminated: () => void): MaybePromise<void> {
    // The copy is what is decided and what is sent: the caller's buffer may change later.
    this.#reader.push(Buffer.from(chunk))
    for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
      if (frame.type === terminate) {
        terminated()
        return
      }
      this.#queue.push(frame)
    }
    if (this.#queue.bytes <= this.#maxQueuedBytes) return
    return new Promise((resolve) => {
      this.#accepted = resolve
    })
  }

  /** The next message, which stays, if one waits. */
  peek(): Frame | undefined {
    return this.#queue.peek()
  }

  /** The next message if one waits. */
  take(): Frame | undefined {
    const frame = this.#queue.take()
    if (frame !== undefined) this.#accept()
    return frame
  }

  /** Whether no message waits and none will come. */
  get ended(): boolean {
    return this.#queue.ended
  }

  /** Waits for a message or the end. */
  arrival(): Promise<void> {
    return this.#queue.arrival()
  }

  /** Drops what waits and ends. */
  end(): void {
    this.#queue.clear()
    this.#accept()
  }

  #accept(): void {
    if (this.#queue.bytes > this.#maxQueuedBytes / 2) return
    const accepted = this.#accepted
    this.#accepted = undefined
    accepted?.()
  }
}
