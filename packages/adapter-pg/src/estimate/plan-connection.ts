import { BothKeysError } from '@bothkeys/core/adapter'
import { FrameReader } from '../door/frames.js'
import { errorFields, message } from '../door/messages.js'
import { textRow } from '../door/text-row.js'
import type { Upstream } from '../door/upstream.js'
import { describedTypes } from './plan-messages.js'

/** What the server said to some messages up to ReadyForQuery. */
export interface Answer {
  /** The SQLSTATE of the first error. Its words may hold values and are not kept. */
  readonly error: string | undefined
  readonly rows: readonly (readonly (string | null)[])[]
  /** Undefined where it described none. */
  readonly parameterTypes: readonly number[] | undefined
  /** `T` in a transaction, `E` in a failed one, `I` in none. */
  readonly status: string
}

/** Why nothing more comes of a connection. */
export class PlanFailure extends Error {
  readonly reason: 'invalid' | 'too-complex' | 'unreachable'

  constructor(reason: PlanFailure['reason']) {
    super(reason)
    this.reason = reason
  }
}

/** The most bytes of one answer. */
const maxBytes = 512 * 1024

const terminate = message('X', Buffer.alloc(0))

/** A connection that plans one statement: bounded in what it keeps, deaf to everything but answers. */
export class PlanConnection {
  readonly #upstream: Upstream
  readonly #reader = new FrameReader(maxBytes, true)
  #bytes = 0
  #answer: Draft = draft()
  #resolve: ((answer: Answer) => void) | undefined
  #reject: ((cause: PlanFailure) => void) | undefined
  #failure: PlanFailure | undefined

  constructor(upstream: Upstream) {
    this.#upstream = upstream
    const { socket } = upstream
    socket.on('error', () => undefined)
    socket.on('close', () => this.#fail(new PlanFailure('unreachable')))
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    socket.resume()
  }

  get parameters(): ReadonlyMap<string, string> {
    return this.#upstream.parameters
  }

  /** Sends messages that end with ReadyForQuery, one lot at a time. Rejects with PlanFailure when there is no answer. */
  ask(messages: Buffer): Promise<Answer> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    this.#bytes = 0
    this.#answer = draft()
    return new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
      this.#upstream.socket.write(messages)
    })
  }

  /** Is gone at once, with a word of leave to a server that answered everything. Whatever is awaited ends. */
  async close(): Promise<void> {
    const { socket } = this.#upstream
    const isOwed = this.#failure !== undefined || this.#reject !== undefined
    this.#fail(new PlanFailure('unreachable'))
    if (isOwed) socket.destroy()
    else socket.end(terminate, () => socket.destroy())
    if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
  }

  #fail(failure: PlanFailure): void {
    this.#failure ??= failure
    this.#reject?.(failure)
    this.#resolve = undefined
    this.#reject = undefined
  }

  #read(chunk: Buffer): void {
    if (this.#failure !== undefined) return
    this.#bytes += chunk.length
    try {
      if (this.#bytes > maxBytes) throw new PlanFailure('too-complex')
      this.#reader.push(chunk)
      for (let frame = this.#reader.next(); frame !== undefined; frame = this.#reader.next()) {
        this.#take(String.fromCharCode(frame.type), frame.bytes)
      }
    } catch (error) {
      // The reader of frames refuses what is too large.
      const reason = error instanceof BothKeysError ? 'too-complex' : 'invalid'
      this.#fail(error instanceof PlanFailure ? error : new PlanFailure(reason))
      this.#upstream.socket.destroy()
    }
  }

  #take(letter: string, bytes: Buffer): void {
    const answer = this.#answer
    if (letter === 'D') answer.rows.push(textRow(bytes))
    else if (letter === 't') answer.parameterTypes = describedTypes(bytes)
    else if (letter === 'E') answer.error ??= errorFields(bytes).get('C') ?? ''
    else if (letter === 'Z') {
      answer.status = bytes.toString('latin1', 5)
      const resolve = this.#resolve
      this.#resolve = undefined
      this.#reject = undefined
      resolve?.(answer)
    }
  }
}

interface Draft {
  error: string | undefined
  rows: (readonly (string | null)[])[]
  parameterTypes: readonly number[] | undefined
  status: string
}

function draft(): Draft {
  return { error: undefined, rows: [], parameterTypes: undefined, status: '' }
}
