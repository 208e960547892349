import { createHash } from 'node:crypto'
import { StringDecoder } from 'node:string_decoder'
import { finished } from 'node:stream/promises'
import type { Writable } from 'node:stream'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { TerminalSize } from '../streams/terminal-size.js'
import type { Recorded } from './recording.js'

/** What a recording begins with. */
export interface RecordedProcess extends Recorded {
  /** The command as it is shown. Empty for an attach. */
  readonly command: string
}

/** What is known of a recording that is over. */
export interface Recording {
  readonly bytes: number
  /** Of all its bytes, in hexadecimal. */
  readonly sha256: string
}

/** Events of asciicast v2: output, input, and a new size. `e`, for errors, is our own: players pass over it. */
export type EventCode = 'o' | 'i' | 'e' | 'r'

/** Where time comes from, in milliseconds. */
export interface RecorderClock {
  wallMs(): number
  monotonicMs(): number
}

/** How large a recording may become where nobody says otherwise, in bytes: 256 MiB. */
export const mostRecordedBytes = 256 * 1024 * 1024

const processClock: RecorderClock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

/**
 * Writes what a process said as asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/), with a block `kubernetes` in its
 * header. Bytes that are no UTF-8 are written as U+FFFD. Each step resolves when the stream took it, and rejects with ERR_INTERNAL
 * when it does not, with ERR_LIMIT_EXCEEDED from the first line on that would make the recording larger than it may be.
 */
export class Recorder {
  readonly #to: Writable
  readonly #mostBytes: number
  readonly #clock: RecorderClock
  readonly #beganMs: number
  readonly #hash = createHash('sha256')
  readonly #texts = new Map<EventCode, StringDecoder>()
  #bytes = 0
  #isFull = false
  #failure: unknown

  private constructor(to: Writable, mostBytes: number, clock: RecorderClock) {
    this.#to = to
    this.#mostBytes = mostBytes
    this.#clock = clock
    this.#beganMs = clock.monotonicMs()
    to.on('error', (error) => (this.#failure = error))
  }

  /** Begins a recording with its header. It becomes no larger than `mostBytes`. */
  static async begin(
    to: Writable,
    of: RecordedProcess,
    mostBytes = mostRecordedBytes,
    clock = processClock,
  ): Promise<Recorder> {
    const recorder = new Recorder(to, mostBytes, clock)
    const header = {
      version: 2,
      width: 80,
      height: 24,
      timestamp: Math.floor(clock.wallMs() / 1000),
      command: of.command,
      env: { TERM: 'none' },
      kubernetes: {
        podName: of.pod,
        namespace: of.namespace,
        container: of.container ?? '',
        sessionType: of.kind,
      },
    }
    try {
      await recorder.#write(JSON.stringify(header))
    } catch (error) {
      recorder.abandon()
      throw error
    }
    return recorder
  }

  /** What a stream said. A character that is cut waits for its rest. */
  async output(code: Exclude<EventCode, 'r'>, bytes: Uint8Array): Promise<void> {
    await this.#event(code, this.#textOf(code).write(Buffer.from(bytes)))
  }

  async resized({ height, width }: TerminalSize): Promise<void> {
    await this.#event('r', `${String(width)}x${String(height)}`)
  }

  /** Ends the recording, and resolves when all of it is kept. */
  async end(): Promise<Recording> {
    for (const [code, text] of this.#texts) {
      // oxlint-disable-next-line no-await-in-loop -- In the order of what was said.
      await this.#event(code, text.end())
    }
    try {
      this.#to.end()
      await finished(this.#to, { readable: false })
    } catch (error) {
      throw failed(error)
    }
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') }
  }

  /** Ends it where it is. */
  abandon(): void {
    if (!this.#to.writableEnded) this.#to.end()
  }

  #textOf(code: EventCode): StringDecoder {
    const known = this.#texts.get(code) ?? new StringDecoder('utf8')
    this.#texts.set(code, known)
    return known
  }

  async #event(code: EventCode, text: string): Promise<void> {
    if (text === '') return
    const seconds = Math.max(0, this.#clock.monotonicMs() - this.#beganMs) / 1000
    await this.#write(JSON.stringify([Number(seconds.toFixed(6)), code, text]))
  }

  #write(line: string): Promise<void> {
    const bytes = Buffer.from(`${line}\n`)
    // What would fit later is not recorded either: a recording has no holes.
    this.#isFull ||= this.#bytes + bytes.length > this.#mostBytes
    if (this.#isFull) return Promise.reject(full())
    this.#bytes += bytes.length
    this.#hash.update(bytes)
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined || this.#to.destroyed || this.#to.writableEnded) {
        reject(failed(this.#failure))
        return
      }
      this.#to.write(bytes, (error) => {
        if (error) reject(failed(error))
        else resolve()
      })
    })
  }
}

function full(): BothKeysError {
  return new BothKeysError(
    'ERR_LIMIT_EXCEEDED',
    'the connection was cut: its recording is as large as it may be, and what is not recorded is not shown',
    { hint: 'have less written or typed, or have mostRecordedBytes raised' },
  )
}

function failed(cause: unknown): BothKeysError {
  return new BothKeysError(
    'ERR_INTERNAL',
    'what the process says could not be recorded, so nothing more of it is shown',
    {
      hint: 'have the place of the recordings looked at',
      cause,
    },
  )
}
