import { Fifo } from './fifo.js'
import type { Frame } from './frames.js'

/** What the smallest message takes in memory besides its bytes: two objects and a place in the queue. */
export const frameOverheadBytes = 200

/** Messages of the client that wait for their turn, with their size, so that the client can be slowed down. */
export class FrameQueue {
  readonly #frames = new Fifo<Frame>()
  #bytes = 0
  #ended = false
  #wake: (() => void) | undefined

  /** What the waiting messages take in memory, about. */
  get bytes(): number {
    return this.#bytes
  }

  push(frame: Frame): void {
    this.#frames.push(frame)
    this.#bytes += frame.bytes.length + frameOverheadBytes
    this.#notify()
  }

  /** No more messages will come. */
  end(): void {
    this.#ended = true
    this.#notify()
  }

  /** Drops what waits and ends. */
  clear(): void {
    this.#frames.clear()
    this.#bytes = 0
    this.end()
  }

  get empty(): boolean {
    return this.#frames.length === 0
  }

  /** The next message, which stays, if one waits. */
  peek(): Frame | undefined {
    return this.#frames.peek()
  }

  /** The next message if one waits. */
  take(): Frame | undefined {
    const frame = this.#frames.shift()
    if (frame !== undefined) this.#bytes -= frame.bytes.length + frameOverheadBytes
    return frame
  }

  /** Whether no more messages will come. */
  get ended(): boolean {
    return this.#ended
  }

  /** Waits until a message waits or no more will come. One caller at a time. */
  arrival(): Promise<void> {
    if (this.#ended || this.#frames.length > 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #notify(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
