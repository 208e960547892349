import { EventEmitter } from 'node:events'
import type { RelayedRequest } from '@bothkeys/core/relay'
import { untilAborted, withTimeLimit } from '@bothkeys/core/relay'
import { askDirectory } from './ask-directory.js'
import { checkedDecision } from './checked-decision.js'
import { DeskDecisions } from './desk-decisions.js'
import { type DeskParts, keepingMs } from './desk-parts.js'
import { historyLine, requestBody } from './desk-record.js'
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
  HistoryLine,
  PersonView,
} from './desk.js'
import { RoomOfEngines } from './room-of-engines.js'
import type { KeptReceipt } from './store/kept-receipts.js'
import type { KeptRequest } from './store/request-store.js'

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
  readonly #decisions: DeskDecisions

  constructor(parts: DeskParts, kept: readonly KeptRequest[]) {
    this.#parts = parts
    const { history, pendingBytesPerEngine, pendingPerEngine } = parts.limits
    this.#decisions = new DeskDecisions(parts, {
      waiting: (id) => this.#pending.get(id),
      whyNotPending: (id) => this.#whyNotPending(id),
      changed: (id) => {
        this.#emit('changed', id)
      },
    })
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
    const known = await askDirectory(this.#parts, subject, signal)
    return typeof known === 'string' ? { admitted: false, reason: known } : { admitted: true, person: known.person }
  }

  async viewFor(id: string, person: DeskPerson | undefined, signal: AbortSignal): Promise<PersonView | undefined> {
    const known = person === undefined ? undefined : await askDirectory(this.#parts, person.subject, signal)
    const request = this.#pending.get(id)?.request
    const roles = known === undefined || typeof known === 'string' ? [] : known.roles
    return request === undefined ? undefined : this.#parts.viewOf(request, roles)
  }

  async decide(id: string, given: DeskDecision, signal: AbortSignal): Promise<DeskReceipt> {
    try {
      const decision = checkedDecision(given)
      if (decision === undefined) return { decided: false, reason: 'malformed' }
      const made = await this.#decisions.take(id, decision, signal)
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
