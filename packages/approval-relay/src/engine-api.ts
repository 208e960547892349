import { BothKeysError } from '@bothkeys/core'
import { maxRequestBytes, readRequest, strictJsonObject } from '@bothkeys/core/relay'
import type { RelayedRequest } from '@bothkeys/core/relay'
import { EngineRefusal, jsonAnswer, refusalOf, refusedAnswer } from './engine-error.js'
import type { ServedRoute } from './http/routing.js'
import type { PendingEntry } from './pending-entry.js'
import type { DeskEnd } from './desk.js'
import type { Incoming, Outgoing } from './http/route.js'
import { RatePerMinute, RatePerMinuteWithin } from './rate.js'
import { parseEnd, parseReceipts } from './engine-messages.js'
import type { RelayDesk } from './relay-desk.js'
import type { RelayLimits } from './relay-limits.js'
import type { RelayRecord } from './relay-record.js'
import { WaitingPlaces } from './waiting-places.js'

/** What the engine side needs. */
export interface EngineApiParts {
  readonly desk: RelayDesk
  readonly record: RelayRecord
  readonly limits: RelayLimits
  /** How many engines are known. */
  readonly engines: number
  readonly monotonicMs: () => number
  readonly nowMs: () => number
  /** Which engine sent a message (`requestTokens`). */
  readonly senderOf: (
    token: unknown,
    message: { readonly method: string; readonly path: string; readonly body: Uint8Array },
    signal: AbortSignal,
  ) => Promise<string>
  readonly onFailure: (cause: unknown) => void
}

type Step = (engine: string, incoming: Incoming, signal: AbortSignal) => Promise<Outgoing>

/** The longest that a request may wait: one with a later end is refused. */
const longestMs = 7 * 24 * 60 * 60_000
const smallBytes = 64 * 1024
/** A request of so many bytes is one; a longer one takes as long to read as several, and counts as so many. */
const bytesOfOne = 64 * 1024

/**
 * What engines send, and the answers that they fetch. Every message is signed by its engine and good once; whatever an engine asks
 * about, it asks about its own requests alone.
 */
export class EngineApi {
  readonly #parts: EngineApiParts
  readonly #messages: RatePerMinute
  readonly #requests: RatePerMinute
  readonly #ofRequester: RatePerMinuteWithin
  readonly #places: WaitingPlaces

  constructor(parts: EngineApiParts) {
    this.#parts = parts
    const { connections, messagesPerMinute, requestsPerMinute, requestsPerRequesterPerMinute, waitingPerEngine } =
      parts.limits
    this.#places = new WaitingPlaces({ connections, engines: parts.engines, perEngine: waitingPerEngine })
    this.#messages = new RatePerMinute(messagesPerMinute, parts.monotonicMs)
    this.#requests = new RatePerMinute(requestsPerMinute, parts.monotonicMs)
    this.#ofRequester = new RatePerMinuteWithin(requestsPerRequesterPerMinute, parts.monotonicMs)
  }

  routes(): readonly ServedRoute[] {
    return [
      this.#route('POST', '/v1/requests', (engine, incoming) => this.#request(engine, incoming), maxRequestBytes),
      this.#route('GET', '/v1/requests/:id/answers', (...args) => this.#answers(...args)),
      this.#route('POST', '/v1/requests/:id/receipts', (engine, incoming) => this.#receipts(engine, incoming)),
      this.#route('POST', '/v1/requests/:id/end', (engine, incoming) => this.#end(engine, incoming)),
    ]
  }

  #route(method: 'GET' | 'POST', path: string, step: Step, maxBytes = smallBytes): ServedRoute {
    return {
      method,
      path,
      kind: 'open',
      maxBytes,
      // A body without a token is not even read.
      refuse: (headers) => (tokenOf(headers) === undefined ? 401 : undefined),
      handle: (incoming, signal) => this.#handle(step, incoming, signal),
    }
  }

  async #handle(step: Step, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
    let engine: string | undefined
    try {
      engine = await this.#parts.senderOf(tokenOf(incoming.headers), incoming, signal)
      assertRate(this.#messages.take(engine), 'too-many-messages')
      if (incoming.method === 'POST' && incoming.headers['content-type'] !== 'application/json') throw notJson()
      return await step(engine, incoming, signal)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal === undefined) this.#parts.onFailure(error)
      this.#parts.record.refused({ what: 'message', engine, reason: refusal?.reason ?? 'failed' })
      return refusedAnswer(refusal ?? failed())
    }
  }

  async #request(engine: string, { body }: Incoming): Promise<Outgoing> {
    assertRate(this.#requests.take(engine, Math.ceil(body.byteLength / bytesOfOne)), 'too-many-requests')
    const request = readRequest(body)
    if (request.engine !== engine) throw anotherEngine()
    const { id, issuer } = request.requester.subject
    assertRate(this.#ofRequester.take(engine, JSON.stringify([issuer, id])), 'too-many-requests-of-requester')
    this.#assertInTime(request)
    const answers = `/v1/requests/${request.id}/answers`
    const taken = await this.#parts.desk.receive(request, Buffer.from(body).toString())
    switch (taken) {
      case 'added':
        return jsonAnswer(201, { answers })
      case 'known':
        return jsonAnswer(200, { answers })
      case 'over':
        throw gone('over')
      case 'other':
        throw new EngineRefusal(409, 'ERR_REQUEST_INVALID', 'id-in-use', [
          'another request has this id',
          'give each request an id of its own',
        ])
      case 'full':
        throw new EngineRefusal(
          429,
          'ERR_LIMIT_EXCEEDED',
          'too-many-pending',
          ['too many requests of this engine wait for people', 'wait until some are decided'],
          30,
        )
    }
  }

  async #answers(engine: string, { params, url }: Incoming, signal: AbortSignal): Promise<Outgoing> {
    const after = wholeOf(url, 'after', 1_000_000)
    const waitS = wholeOf(url, 'waitS', 25)
    const id = params['id'] ?? ''
    const entry = this.#parts.desk.ofEngine(engine, id)
    if (entry === undefined) return jsonAnswer(200, { answers: [], state: this.#stateOver(engine, id) })
    if (waitS > 0 && entry.evidenceAfter(after).length === 0) await this.#wait(engine, entry, waitS, signal)
    return jsonAnswer(200, { answers: entry.evidenceAfter(after), state: entry.isOver ? 'over' : 'pending' })
  }

  async #wait(engine: string, entry: PendingEntry, waitS: number, signal: AbortSignal): Promise<void> {
    if (!this.#places.take(engine)) assertRate(1, 'too-many-waiting')
    try {
      await entry.changed(waitS * 1000, signal)
    } finally {
      this.#places.release(engine)
    }
  }

  #receipts(engine: string, { body, params }: Incoming): Promise<Outgoing> {
    const receipts = parseReceipts(strictJsonObject(body, 'the message', malformed))
    const id = params['id'] ?? ''
    const entry = this.#parts.desk.ofEngine(engine, id)
    if (entry === undefined) this.#stateOver(engine, id)
    else for (const { n, ...receipt } of receipts) this.#parts.desk.receipt(entry, n, receipt)
    return Promise.resolve({ status: 204 })
  }

  async #end(engine: string, { body, params }: Incoming): Promise<Outgoing> {
    const end: DeskEnd = parseEnd(strictJsonObject(body, 'the message', malformed))
    const id = params['id'] ?? ''
    const entry = this.#parts.desk.ofEngine(engine, id)
    if (entry === undefined) this.#stateOver(engine, id)
    else await this.#parts.desk.end(entry, end)
    return { status: 204 }
  }

  /** Of another engine's request nobody is told whether there is one. */
  #stateOver(engine: string, id: string): 'over' {
    if (this.#parts.desk.isOver(engine, id)) return 'over'
    const reason = this.#parts.desk.isOfAnother(engine, id) ? 'request-of-another-engine' : 'unknown-request'
    throw new EngineRefusal(404, 'ERR_REQUEST_INVALID', reason, [
      'no such request waits here',
      'send the request again',
    ])
  }

  #assertInTime({ expiresAt }: RelayedRequest): void {
    const leftMs = expiresAt.getTime() - this.#parts.nowMs()
    if (leftMs <= 0) throw gone('expired')
    if (leftMs <= longestMs) return
    throw new EngineRefusal(400, 'ERR_REQUEST_INVALID', 'too-long', [
      'the request would wait for more than seven days',
      'let requests expire sooner',
    ])
  }
}

function tokenOf(headers: Incoming['headers']): string | undefined {
  return /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/.exec(headers['authorization'] ?? '')?.[1]
}

function wholeOf({ searchParams }: URL, name: string, most: number): number {
  const values = searchParams.getAll(name)
  const [text = '0'] = values
  if (values.length > 1 || !/^\d{1,7}$/.test(text) || Number(text) > most) throw malformed(`its ${name} is not right`)
  return Number(text)
}

function assertRate(waitS: number, reason: string): void {
  if (waitS === 0) return
  throw new EngineRefusal(
    429,
    'ERR_LIMIT_EXCEEDED',
    reason,
    ['this engine sends too much', 'wait as long as Retry-After says'],
    waitS,
  )
}

function anotherEngine(): EngineRefusal {
  return new EngineRefusal(403, 'ERR_TOKEN_INVALID', 'request-of-another-engine', [
    'the request is not one of the engine that sent it',
    'send requests under the name of the guard that made them',
  ])
}

function notJson(): EngineRefusal {
  return new EngineRefusal(415, 'ERR_REQUEST_INVALID', 'not-json', ['the message is not JSON', 'send application/json'])
}

function gone(reason: 'over' | 'expired'): EngineRefusal {
  return new EngineRefusal(410, 'ERR_APPROVAL_EXPIRED', reason, [`the request is ${reason}`, 'make a new request'])
}

function failed(): EngineRefusal {
  return new EngineRefusal(
    503,
    'ERR_INTERNAL',
    'failed',
    ['the relay could not keep or record the message', 'send it again, signed anew'],
    5,
  )
}

function malformed(reason: string): BothKeysError {
  return new BothKeysError('ERR_REQUEST_INVALID', `the message was refused: ${reason}`, {
    hint: 'see docs/relay.md for the messages',
  })
}
