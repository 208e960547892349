import { answered } from '../identity/answered.js'
import { strictJsonObject } from '../identity/strict-json.js'
import type { ApprovalRequest, VoteReceipt } from './approver.js'
import { requestEnvelope } from './request-envelope.js'
import type { Exchanged, Line, Message, Unanswered } from './signed-exchange.js'
import { exchange } from './signed-exchange.js'
import type { RequestEnd } from './stored-request.js'

/** The most answers that are taken from one message; what is more comes with the next one. */
const maxAtOnce = 64

/** One answer of somebody, by its number. */
export interface NumberedAnswer {
  readonly n: number
  readonly evidence: string
}

/** What became of an answer, by its number. */
export type NumberedReceipt = VoteReceipt & { readonly n: number }

/** How a request was taken: people answer later, or this is all that is answered. */
export type Taken = 'later' | { readonly evidence: readonly string[] }

/** The answers after a number, in order; `unknown`: the relay knows no such request. */
export type Answers = 'unknown' | { readonly answers: readonly NumberedAnswer[]; readonly state: 'pending' | 'over' }

/** What a message came to. */
export type Reply<T> = { readonly got: T } | Unanswered

/** How long the parts of the protocol may take, in milliseconds where the name says nothing else. */
export interface RelayTimes {
  readonly exchangeMs: number
  /** How long the relay may wait for answers. */
  readonly waitS: number
}

/** What is not understood may be of something in between, so that it is asked again. */
const notUnderstood: Unanswered = { failed: 'its answer is not understood', retryMs: 0 }

/** What an engine says to a relay about one request. Every answer is read as if its sender lied. Nothing here throws. */
export class RelayMessages {
  readonly #line: Line
  readonly #times: RelayTimes
  readonly #request: ApprovalRequest
  readonly #path: string

  constructor(line: Line, times: RelayTimes, request: ApprovalRequest) {
    this.#line = line
    this.#times = times
    this.#request = request
    this.#path = `/v1/requests/${encodeURIComponent(request.id)}`
  }

  /** Asks for the request. */
  async ask(signal: AbortSignal): Promise<Reply<Taken>> {
    const reply = await this.#post('/v1/requests', requestEnvelope(this.#request), signal)
    return understood(reply, [200, 201], (body) => takenOf(membersOf(body), `${this.#path}/answers`))
  }

  /** The answers after a number, as soon as there are some. */
  async answers(after: number, signal: AbortSignal): Promise<Reply<Answers>> {
    const { exchangeMs, waitS } = this.#times
    const path = `${this.#path}/answers?after=${String(after)}&waitS=${String(waitS)}`
    const reply = await this.#send({ method: 'GET', path, limitMs: exchangeMs + waitS * 1000 }, signal)
    if ('status' in reply && reply.status === 404) return { got: 'unknown' }
    return understood(reply, [200], (body) => answersOf(membersOf(body), after))
  }

  /** Says what became of answers. */
  async tellReceipts(receipts: readonly NumberedReceipt[], signal: AbortSignal): Promise<Reply<true>> {
    return done(await this.#post(`${this.#path}/receipts`, JSON.stringify({ receipts }), signal))
  }

  /** Says that nobody needs to answer any more. */
  async tellEnd(state: RequestEnd, signal: AbortSignal): Promise<Reply<true>> {
    return done(await this.#post(`${this.#path}/end`, JSON.stringify({ state }), signal))
  }

  #post(path: string, body: string, signal: AbortSignal): Promise<Exchanged> {
    return this.#send({ method: 'POST', path, body, limitMs: this.#times.exchangeMs }, signal)
  }

  #send(message: Message, signal: AbortSignal): Promise<Exchanged> {
    return exchange(this.#line, message, signal)
  }
}

function understood<T>(
  reply: Exchanged,
  statuses: readonly number[],
  read: (body: Uint8Array) => T | undefined,
): Reply<T> {
  if ('failed' in reply) return reply
  if (!statuses.includes(reply.status)) return { failed: answered(reply.status) }
  const got = read(reply.body)
  return got === undefined ? notUnderstood : { got }
}

function done(reply: Exchanged): Reply<true> {
  if ('failed' in reply) return reply
  return reply.status === 204 || reply.status === 200 ? { got: true } : { failed: answered(reply.status) }
}

type Members = Readonly<Record<string, unknown>>

function membersOf(body: Uint8Array): Members {
  try {
    return strictJsonObject(body, 'it')
  } catch {
    return {}
  }
}

/** Where answers are stands in the protocol: no answer sends an engine elsewhere. */
function takenOf({ answers, evidence }: Members, path: string): Taken | undefined {
  if (answers !== undefined) return answers === path && evidence === undefined ? 'later' : undefined
  if (!Array.isArray(evidence) || evidence.length > maxAtOnce) return undefined
  const texts = evidence.filter((each) => typeof each === 'string')
  return texts.length === evidence.length ? { evidence: texts } : undefined
}

function answersOf({ answers, state }: Members, after: number): Answers | undefined {
  if (!Array.isArray(answers) || (state !== 'pending' && state !== 'over')) return undefined
  const read: NumberedAnswer[] = []
  let last = after
  for (const each of answers as readonly unknown[]) {
    const answer = answerOf(each)
    if (answer === undefined) return undefined
    // Told before.
    if (answer.n <= after) continue
    if (answer.n <= last) return undefined
    last = answer.n
    read.push(answer)
    if (read.length === maxAtOnce) return { answers: read, state: 'pending' }
  }
  return { answers: read, state }
}

function answerOf(value: unknown): NumberedAnswer | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { evidence, n } = value as Members
  return typeof evidence === 'string' && typeof n === 'number' && Number.isSafeInteger(n) ? { n, evidence } : undefined
}
