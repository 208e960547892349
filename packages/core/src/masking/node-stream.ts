import { addAbortSignal, Transform, type TransformCallback } from 'node:stream'
import type { StreamChunk, StreamWork } from './masker-stream.js'

export type { Transform } from 'node:stream'

/** Carries the work of a stream as a stream of Node.js. */
export function nodeStream(work: StreamWork): Transform {
  return new MaskTransform(work)
}

class MaskTransform extends Transform {
  readonly #work: StreamWork
  #stopTimer: (() => void) | undefined
  /** Goes on with a chunk when there is room for what it makes. */
  #goOn: (() => void) | undefined

  constructor(work: StreamWork) {
    super(work.content === 'text' ? { decodeStrings: false, encoding: 'utf8' } : {})
    this.#work = work
    if (work.signal !== undefined) addAbortSignal(work.signal, this)
  }

  override _transform(chunk: unknown, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.#stopTimer?.()
    const pieces = this.#work.take(chunk)
    const goOn = (): void => {
      this.#goOn = undefined
      try {
        for (let next = pieces.next(); next.done !== true; next = pieces.next()) {
          if (this.#give(next.value)) continue
          this.#goOn = goOn
          return
        }
      } catch (error) {
        callback(error as Error)
        return
      }
      this.#startTimer()
      callback()
    }
    goOn()
  }

  override _read(size: number): void {
    this.#goOn?.()
    // A chunk that came to its end in here was taken before what it made was read: nothing else asks for the next one.
    if (this.#goOn === undefined) super._read(size)
  }

  override _flush(callback: TransformCallback): void {
    this.#stopTimer?.()
    try {
      this.#give(this.#work.end())
    } catch (error) {
      callback(error as Error)
      return
    }
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stopTimer?.()
    this.#goOn = undefined
    callback(error)
  }

  /** Whether there is room for more. */
  #give(output: StreamChunk): boolean {
    return output.length === 0 || this.push(output, 'utf8')
  }

  #startTimer(): void {
    if (this.#work.idleMs === Infinity) return
    this.#stopTimer = this.#work.timer(this.#work.idleMs, () => {
      if (this.destroyed) return
      try {
        this.#give(this.#work.flush())
      } catch (error) {
        this.destroy(error as Error)
      }
    })
  }
}
