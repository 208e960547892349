import { EventEmitter } from 'node:events'
import { BothKeysError } from '@bothkeys/core'
import type { KnownPerson, RelayedRequest } from '@bothkeys/core/relay'
import { limited, requestFor, untilAborted, withTimeLimit } from '@bothkeys/core/relay'
import { checkedDecision, isAbove } from './checked-decision.js'
import type { DeskParts } from './desk-parts.js'
import type { Shown } from './desk-record.js'
import { answerBody, historyLine, requestBody } from './desk-record.js'
import { LeftOnDisk } from './left-on-disk.js'
import { OverRequests } from './over-requests.js'
import { PendingEntry } from './pending-entry.js'
import type {
  Admission,
  Desk,
  DeskDecision,
  DeskEnd,
  DeskEntry,
  DeskEvents,
  DeskPerson,
  DeskReceipt,
  DeskRefusal,
  DeskSubject,
  HistoryLine,
  PersonView,
} from './desk.js'
import { RatePerMinute } from './rate.js'
import { RoomOfEngines } from './room-of-engines.js'
import type { KeptAnswer } from './store/kept-answer.js'
import type { KeptReceipt } from './store/kept-receipts.js'
import type { KeptRequest } from './store/request-store.js'

/** Disk and record together may take so long; then a request or a decision is refused. */
const keepingMs = 15_000

/** The requests of all engines, and the one way to decide them. */
export class RelayDesk implements Desk {
  readonly #parts: DeskParts
  readonly #pending = new Map<string, PendingEntry>()
  readonly #over: OverRequests
  /** What is being put on disk, by id. */
  readonly #arriving = new Map<string, Promise<void>>()
  readonly #room: RoomOfEngines
  readonly #left: LeftOnDisk
  readonly #events = new EventEmitter<{ [K in keyof DeskEvents]: [...DeskEvents[K]] }>()
  readonly #ofAccount: RatePerMinute
  readonly #ofPerson: RatePerMinute

  constructor(parts: DeskParts, kept: readonly KeptRequest[]) {
    this.#parts = parts
    const { decisionsPerPersonPerMinute, history, pendingBytesPerEngine, pendingPerEngine } = parts.limits
    this.#ofAccount = new RatePerMinute(decisionsPerPersonPerMinute, parts.monotonicMs)
    this.#ofPerson = new RatePerMinute(decisionsPerPersonPerMinute, parts.monotonicMs)
    this.#events.setMaxListeners(0)
    this.#room = new RoomOfEngines({ requests: pendingPerEngine, bytes: pendingBytesPerEngine })
    this.#left = new LeftOnDisk(parts.store)
    this.#over = new OverRequests(parts.history.latest(history))
    for (const request of kept) {
      const { engine, id } = request.request
      // It ended, and could not be removed from disk then.
      if (this.#over.engineOf(id) === engine) {
        this.#left.add(id, request.lastN)
        continue
      }
      this.#pending.set(id, new PendingEntry(request))
      this.#room.restore(engine, request.bytes)
    }
  }

  pending(): readonly DeskEntry[] {
    return [...this.#pending.values()].map((entry) => this.#shown(entry))
  }

  entry(id: string): DeskEntry | undefined {
    const entry = this.#pending.get(id)
    return entry === undefined ? undefined : this.#shown(entry)
  }

  history(limit: number): readonly HistoryLine[] {
    return this.#parts.history.latest(limit)
  }

  on<K extends keyof DeskEvents>(event: K, listener: (...args: DeskEvents[K]) => void): () => void {
    const guarded = (...args: unknown[]): void => {
      try {
        // The emitter below gives each event its own arguments.
        listener(...(args as unknown as DeskEvents[K]))
      } catch (cause) {
        this.#parts.onFailure(cause)
      }
    }
    const events = this.#events as EventEmitter
    events.on(event, guarded)
    return () => {
      events.off(event, guarded)
    }
  }

  async admit({ subject }: DeskPerson, signal: AbortSignal): Promise<Admission> {
    const known = await this.#known(subject, signal)
    return typeof known === 'string' ? { admitted: false, reason: known } : { admitted: true, person: known.person }
  }

  async viewFor(id: string, person: DeskPerson | undefined, signal: AbortSignal): Promise<PersonView | undefined> {
    const known = person === undefined ? undefined : await this.#known(person.subject, signal)
    const request = this.#pending.get(id)?.request
    const roles = known === undefined || typeof known === 'string' ? [] : known.roles
    return request === undefined ? undefined : this.#parts.viewOf(request, roles)
  }

  async decide(id: string, given: DeskDecision, signal: AbortSignal): Promise<DeskReceipt> {
    try {
      const decision = checkedDecision(given)
      if (decision === undefined) return { decided: false, reason: 'malformed' }
      const made = await this.#decide(id, decision, signal)
      if (typeof made !== 'string') return { decided: true, n: made.n, level: made.level, atMs: made.atMs }
      this.#refused(made, id, decision)
      return { decided: false, reason: made }
    } catch (cause) {
      this.#parts.onFailure(cause)
      this.#parts.record.refused({ what: 'decision', reason: 'failed' })
      return { decided: false, reason: 'failed' }
    }
  }

  /**
   * Takes a request of an engine. `added`: it is on disk and in the record. Rejects when it is not; nothing of it stays then.
   */
  async receive(request: RelayedRequest, envelope: string): Promise<'added' | 'known' | 'other' | 'over' | 'full'> {
    const { engine, id } = request
    const bytes = Buffer.byteLength(envelope)
    await this.#arriving.get(id)?.catch(() => undefined)
    const known = this.#pending.get(id)
    if (known !== undefined) return isSame(known.request, request) ? 'known' : 'other'
    const owner = this.#over.engineOf(id)
    if (owner !== undefined) return owner === engine ? 'over' : 'other'
    // Two that waited for the same one: the second comes back.
    if (this.#arriving.has(id)) return this.receive(request, envelope)
    if (!this.#room.take(engine, bytes)) return 'full'
    const done = this.#keep(request, envelope, bytes)
    this.#arriving.set(id, done)
    try {
      await done
    } catch (error) {
      this.#room.release(engine, bytes)
      throw error
    } finally {
      this.#arriving.delete(id)
    }
    return 'added'
  }

  /** A request of this engine that waits. */
  ofEngine(engine: string, id: string): PendingEntry | undefined {
    this.#endWhenExpired(this.#pending.get(id))
    const entry = this.#pending.get(id)
    return entry?.request.engine === engine ? entry : undefined
  }

  /** Whether a request of this engine is over. */
  isOver(engine: string, id: string): boolean {
    return this.#over.engineOf(id) === engine
  }

  /** Whether it is another engine's, pending or over. */
  isOfAnother(engine: string, id: string): boolean {
    const owner = this.#pending.get(id)?.request.engine ?? this.#over.engineOf(id)
    return owner !== undefined && owner !== engine
  }

  /** What the engine made of an answer; said once. */
  receipt(entry: PendingEntry, n: number, receipt: KeptReceipt): void {
    if (!entry.receive(n, receipt)) return
    const { id } = entry.request
    this.#emit('changed', id)
    const kept = entry.inTurn(async () => {
      // What ended is being removed.
      if (!entry.isOver) await this.#parts.store.receipt(id, n, receipt)
    })
    kept.catch(this.#parts.onFailure)
  }

  /** Resolves when it is removed from disk and recorded. */
  async end(entry: PendingEntry, end: DeskEnd): Promise<void> {
    if (entry.isOver) return
    const { id } = entry.request
    entry.isOver = true
    this.#pending.delete(id)
    this.#room.release(entry.request.engine, entry.bytes)
    this.#over.add(id, entry.request.engine)
    const line = historyLine(entry, end, this.#parts.nowMs())
    this.#parts.history.add(line)
    entry.wake()
    this.#emit('ended', id, line)
    this.#left.add(id, entry.lastN)
    await entry.inTurn(async () => {
      await this.#left.remove(id)
      await this.#parts.record.ended({ engine: entry.request.engine, request: id, end })
    })
  }

  /** Ends what expired, and removes from disk what could not be removed before. Never throws. */
  sweep(): void {
    for (const entry of this.#pending.values()) this.#endWhenExpired(entry)
    for (const id of this.#left.ids()) this.#left.remove(id).catch(this.#parts.onFailure)
  }

  async #decide(id: string, decision: DeskDecision, signal: AbortSignal): Promise<KeptAnswer | DeskRefusal> {
    const { nowMs, sign, viewOf } = this.#parts
    const refusal = this.#whyNotPending(id)
    if (refusal !== undefined) return refusal
    const { id: account, issuer } = decision.person.subject
    if (this.#ofAccount.take(`${issuer}#${account}`) > 0) return 'too-many'
    const known = await this.#known(decision.person.subject, signal)
    signal.throwIfAborted()
    if (typeof known === 'string') return known
    if (this.#ofPerson.take(known.person) > 0) return 'too-many'
    const entry = this.#pending.get(id)
    if (entry === undefined) return 'over'
    const views = [viewOf(entry.request, known.roles)]
    // In a channel everybody is shown the same, also whoever may see more: they can say no to it.
    if (decision.via.kind === 'channel' && decision.decision === 'deny') views.push(viewOf(entry.request, []))
    const view = views.find(({ digest }) => digest === decision.viewDigest)
    if (view === undefined) return 'other-view'
    if (decision.decision === 'allow' && isAbove(decision.level, view.allowUpTo)) return 'partial-view'
    const atMs = nowMs()
    const outside = entry.enter(known.person, atMs)
    if (outside !== undefined) return outside
    try {
      // Signed is what they were shown: the view may be one in which nothing is hidden.
      const clear = requestFor(entry.request, known.roles)
      const seen = clear.view.digest === view.digest ? clear : entry.request
      const evidence = await untilAborted(sign(seen, decision, decision.level, atMs), signal, 'signing')
      const { level, person, reason, via } = decision
      const answer = {
        decision: decision.decision,
        by: person,
        level,
        via,
        atMs,
        reason,
        evidence,
        person: known.person,
      }
      return await this.#keepAnswer(entry, answer, { seen, masked: view.masked }, signal)
    } finally {
      entry.leave(known.person)
    }
  }

  /**
   * Recorded, then on disk, then handed out: an answer that a person was told of is never lost, and none that failed is handed out,
   * now or after a restart.
   */
  async #keepAnswer(
    entry: PendingEntry,
    answer: Omit<KeptAnswer, 'n'>,
    shown: Shown,
    signal: AbortSignal,
  ): Promise<KeptAnswer | DeskRefusal> {
    const { id } = entry.request
    // Behind an end, it would wait for what it does not need.
    const why = this.#whyNotPending(id)
    if (why !== undefined) return why
    return limited(keepingMs, signal, (until) =>
      entry.inTurn(async () => {
        until.throwIfAborted()
        const whyNot = this.#whyNotPending(id)
        if (whyNot !== undefined) return whyNot
        const numbered = { ...answer, n: ++entry.lastN }
        await this.#store(shown, numbered, until)
        // What ended meanwhile goes from disk with its request, next.
        if (entry.isOver) return 'over'
        entry.add(numbered)
        this.#emit('changed', id)
        return numbered
      }),
    )
  }

  async #store({ masked, seen: request }: Shown, answer: KeptAnswer, signal: AbortSignal): Promise<void> {
    const { record, store } = this.#parts
    try {
      await untilAborted(record.happened('relay.answered', answerBody(request, answer, masked)), signal, 'the record')
      await store.answer(request.id, answer, signal)
    } catch (error) {
      // The record has it already, or may have it yet where it took too long.
      record.refused({ what: 'decision', reason: 'not-kept', request: request.id, n: answer.n })
      throw error
    }
  }

  async #keep(request: RelayedRequest, envelope: string, bytes: number): Promise<void> {
    const { nowMs, record, store } = this.#parts
    const receivedAtMs = nowMs()
    await withTimeLimit(keepingMs, async (until) => {
      await untilAborted(record.happened('relay.requested', requestBody(request)), until, 'the record')
      await store.add(request, { envelope, receivedAtMs }, until)
    })
    this.#pending.set(
      request.id,
      new PendingEntry({ request, bytes, receivedAtMs, answers: [], receipts: new Map(), lastN: 0 }),
    )
    this.#emit('added', request.id)
  }

  /** Without what is masked for somebody, for nobody says who looks. */
  #shown(entry: PendingEntry): DeskEntry {
    return entry.shown(this.#parts.viewOf(entry.request, []).request)
  }

  #whyNotPending(id: string): DeskRefusal | undefined {
    const entry = this.#pending.get(id)
    if (entry === undefined) return this.#over.engineOf(id) !== undefined ? 'over' : 'unknown'
    return this.#endWhenExpired(entry) ? 'expired' : undefined
  }

  #endWhenExpired(entry: PendingEntry | undefined): boolean {
    if (entry === undefined || entry.expiresAtMs > this.#parts.nowMs()) return false
    this.end(entry, 'expired').catch(this.#parts.onFailure)
    return true
  }

  async #known(
    subject: DeskSubject,
    signal: AbortSignal,
  ): Promise<KnownPerson | 'refused-by-directory' | 'directory-unavailable'> {
    try {
      return await untilAborted(this.#parts.who(subject), signal, 'asking the directory')
    } catch (error) {
      if (error instanceof BothKeysError && error.code === 'ERR_DIRECTORY_REFUSED') return 'refused-by-directory'
      this.#parts.onFailure(error)
      return 'directory-unavailable'
    }
  }

  #refused(reason: DeskRefusal, id: string, { person, via }: DeskDecision): void {
    const { id: account, issuer } = person.subject
    const request = this.#pending.has(id) || this.#over.engineOf(id) !== undefined ? id : undefined
    const by = { issuer, id: account }
    this.#parts.record.refused({ what: 'decision', reason, request, by, via: `${via.kind}:${via.name}` })
  }

  #emit<K extends keyof DeskEvents>(event: K, ...args: DeskEvents[K]): void {
    const events = this.#events as EventEmitter
    events.emit(event, ...args)
  }
}

function isSame({ subject }: RelayedRequest, { subject: other }: RelayedRequest): boolean {
  const { adh, aud, pol, req, view } = subject
  return adh === other.adh && aud === other.aud && pol === other.pol && req === other.req && view === other.view
}
