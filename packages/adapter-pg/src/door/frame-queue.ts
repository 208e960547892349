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

  /** No more messages will come; `next` answers undefined once the rest is taken. */
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

  /** The next message, or undefined at the end. One caller at a time. */
  async next(): Promise<Frame | undefined> {
    while (this.#frames.length === 0) {
      if (this.#ended) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.take()
  }

  #notify(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}
