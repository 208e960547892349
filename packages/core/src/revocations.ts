import { ledgerTime } from './ledger/ledger-time.js'
import { updateLedger } from './ledger/update.js'
import { within } from './ledger/within.js'
import { withDeadline } from './deadline.js'
import type { Revocable, RevocableParty, RevocableSession } from './duties/revoked.js'
import { revokes, revokesSession, revokesTarget } from './duties/revoked.js'
import { BothKeysError } from './errors.js'
import type { Ledger } from './ledger/ledger.js'
import type { Clock } from './model/clock.js'
import { ForwardTime } from './model/forward-time.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'
import type { Revocation, RevocationOptions } from './revocation.js'
import { covers, isOver, isSameRevocable, recordedRevocation, revocationOf } from './revocation.js'
import type { StoredRevocations } from './stored-revocations.js'
import {
  noRevocations,
  revocationsKey,
  stillStored,
  storedIn,
  storedValue,
  withoutLifted,
  withRevocation,
} from './stored-revocations.js'

/** How often a ledger that others write to is looked at. */
const lookEveryMs = 250
/** How old the last look may be when something is decided. */
const maxAgeMs = 1_000

export interface RevocationsContext {
  readonly ledger: Ledger
  /** Whether other processes may write to the ledger. */
  readonly shared: boolean
  readonly journal: Journal
  readonly clock: Clock
  readonly deadlineMs: number
  /** Something was revoked: live sessions and targets have to be looked through. */
  readonly onRevoked: () => void
  /** A look failed. Until one succeeds, decisions are refused. */
  readonly onFailure: (cause: unknown) => void
}

/**
 * The kill switch: what is revoked, by this process or any other on the same ledger. It is in force here at once, and
 * elsewhere within a second; a process that cannot look for longer decides nothing. Nothing lifts a revocation but its time
 * and what people signed.
 */
export class Revocations {
  readonly #context: RevocationsContext
  /** By id. Those of this process stay although the ledger lost them. */
  readonly #own = new Map<string, Revocation>()
  /** Those of them that the ledger has, or had: what others lifted of these is lifted. */
  readonly #told = new Set<string>()
  #known: readonly Revocation[] = []
  /** What the ledger held at the last look or after the last change of this process. */
  #stored = noRevocations
  #isThere = true
  /** How often this process learned what the ledger holds: by a look, or by a change of its own. */
  #learned = 0
  /** The monotonic clock of a machine that sleeps stands still, and others revoke meanwhile. */
  readonly #time: ForwardTime
  #lookedAtMs = -Infinity
  #looking: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #started = false

  constructor(context: RevocationsContext) {
    this.#context = context
    this.#time = new ForwardTime(context.clock)
  }

  /**
   * The first look, and from then on as many as it takes. Throws ERR_LEDGER_UNAVAILABLE or ERR_DEADLINE when the first one
   * fails; nothing is looked at from then on.
   */
  async start(): Promise<void> {
    await this.#look()
    this.#started = true
    this.#lookLater()
    if (!this.#isThere) await this.#makeRoom()
  }

  /** Resolves when what is known is fresh enough to decide by; nothing when it is. Rejects with ERR_LEDGER_UNAVAILABLE or ERR_DEADLINE. */
  fresh(): MaybePromise<void> {
    return !this.#context.shared || this.#isFresh() ? undefined : this.#refresh()
  }

  async #refresh(): Promise<void> {
    await this.#look()
    if (this.#isFresh()) return
    throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger answers too slowly to know what is revoked', {
      hint: 'look at the ledger; nothing ran',
    })
  }

  #isFresh(): boolean {
    return this.#time.nowMs() - this.#lookedAtMs <= maxAgeMs
  }

  /** Leaving out those that are to be lifted, if so. */
  ofPrincipal(principal: RevocableParty, but?: ReadonlySet<string>): Revocation | undefined {
    return this.#known.find(({ id, what }) => but?.has(id) !== true && revokes(what, principal))
  }

  /** Everything that is in force, as far as this process knows. */
  inForce(): readonly Revocation[] {
    return this.#known
  }

  /** Everything that is revoked like this one, itself included, as far as this process knows. */
  alike({ what }: Revocation): readonly Revocation[] {
    return this.#known.filter((known) => isSameRevocable(known.what, what))
  }

  /**
   * Lifts those that people decided about, and no others: here at once, and elsewhere within a second. Whoever calls has it on
   * record. Rejects with ERR_LEDGER_UNAVAILABLE or ERR_DEADLINE, and stays in force then; with ERR_LEDGER_UNKNOWN it stays, or
   * is lifted everywhere within a second.
   */
  async lift(decided: readonly Revocation[]): Promise<void> {
    const nowMs = await this.#nowMs()
    const lifted = (stored: StoredRevocations): StoredRevocations => withoutLifted(stored, decided, nowMs)
    await this.#change(lifted, nowMs)
    this.#stored = lifted(this.#stored)
    for (const { id } of decided) this.#disown(id)
    this.#know()
  }

  #disown(id: string): void {
    this.#own.delete(id)
    this.#told.delete(id)
  }

  ofSession(session: RevocableSession): Revocation | undefined {
    return this.#known.find(({ what }) => revokesSession(what, session))
  }

  ofTarget(name: string): Revocation | undefined {
    return this.#known.find(({ what }) => revokesTarget(what, name))
  }

  /**
   * Revokes. In force here when this returns its promise, whatever becomes of that; elsewhere and after a restart once it
   * resolves. On record also when the ledger fails; for good when the ledger cannot tell its time. Rejects with
   * ERR_LEDGER_UNAVAILABLE, ERR_LEDGER_UNKNOWN, ERR_LIMIT_EXCEEDED, ERR_JOURNAL_UNAVAILABLE or ERR_DEADLINE when others may not
   * learn of it.
   */
  async add(what: Revocable, options: RevocationOptions): Promise<Revocation> {
    const { deadlineMs, journal } = this.#context
    // Read once: what is checked is what is kept.
    const { forMs, reason } = options
    let revocation = revocationOf(what, forMs === undefined ? { reason } : { forMs, reason })
    this.#keep(revocation)
    let failure: { readonly error: unknown } | undefined
    try {
      const nowMs = await this.#nowMs()
      if (forMs !== undefined) revocation = Object.freeze({ ...revocation, untilMs: nowMs + forMs })
      await this.#change((stored) => withRevocation(stored, revocation), nowMs)
      this.#told.add(revocation.id)
    } catch (error) {
      failure = { error }
    }
    this.#settle(revocation)
    const event = { type: 'revocation', session: engineSession, body: recordedRevocation(revocation) } as const
    await withDeadline(journal.append(event, 'synced'), 'recording the revocation', deadlineMs, undefined)
    if (failure !== undefined) throw failure.error
    return revocation
  }

  /** Changes what others look at, leaving out what is over. */
  async #change(change: (stored: StoredRevocations) => StoredRevocations, nowMs: number): Promise<void> {
    const { deadlineMs, ledger } = this.#context
    const learned = this.#learned
    const changed = await updateLedger(ledger, deadlineMs, [revocationsKey], (entries) => {
      const result = change(stillStored(storedIn(entries.get(revocationsKey)), nowMs))
      return { write: [{ key: revocationsKey, value: storedValue(result) }], result }
    })
    // What was learned while the ledger answered may be newer.
    if (learned === this.#learned) this.#stored = changed
    this.#learned += 1
  }

  /** The entry is there before anything is revoked, so that a ledger that is full by then takes revocations all the same. */
  async #makeRoom(): Promise<void> {
    const { deadlineMs, ledger, onFailure } = this.#context
    try {
      await updateLedger(ledger, deadlineMs, [revocationsKey], (entries) => {
        const isThere = entries.get(revocationsKey)?.value !== undefined
        return { write: isThere ? [] : [{ key: revocationsKey, value: storedValue(noRevocations) }], result: undefined }
      })
    } catch (error) {
      onFailure(error)
    }
  }

  /** Its end is known. Only now older ones are needless: what holds for good at first would make those so that last longer. */
  #settle(revocation: Revocation): void {
    for (const own of this.#own.values()) {
      if (own.id === revocation.id) break
      if (covers(revocation, own)) this.#disown(own.id)
    }
    this.#keep(revocation)
  }

  #keep(revocation: Revocation): void {
    this.#own.set(revocation.id, revocation)
    this.#know()
  }

  stop(): void {
    this.#started = false
    clearTimeout(this.#timer)
  }

  /** Others may write to the ledger, and what has a time will be over. */
  #lookLater(): void {
    const waits = this.#context.shared || this.#known.some(({ untilMs }) => untilMs !== undefined)
    if (!this.#started || this.#timer !== undefined || !waits) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#look().catch(this.#context.onFailure)
    }, lookEveryMs)
    this.#timer.unref()
  }

  /** One look at a time, for everybody who waits for one. */
  #look(): Promise<void> {
    this.#looking ??= this.#lookNow().finally(() => {
      this.#looking = undefined
      this.#lookLater()
    })
    return this.#looking
  }

  async #lookNow(): Promise<void> {
    const { deadlineMs, ledger } = this.#context
    const startedMs = this.#time.nowMs()
    const learned = this.#learned
    const entry = await within(deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () => ledger.get(revocationsKey))
    // Whatever its version is: a ledger that was restored gives versions again.
    const read = storedIn(entry)
    const timed = [...read.inForce, ...this.#own.values()].some(({ untilMs }) => untilMs !== undefined)
    const nowMs = timed ? await this.#nowMs() : Number.NEGATIVE_INFINITY
    // It may have been read before that.
    if (learned !== this.#learned) return this.#lookNow()
    this.#learned += 1
    this.#stored = { ...read, inForce: read.inForce.filter(({ untilMs }) => !isOver(untilMs, nowMs)) }
    this.#isThere = entry.value !== undefined
    for (const own of this.#own.values()) if (isOver(own.untilMs, nowMs) || this.#isLifted(own)) this.#disown(own.id)
    for (const own of this.#own.values()) this.#goWith(own)
    this.#know()
    // What was committed while the ledger answered may be missing.
    this.#lookedAtMs = startedMs
  }

  #isLifted({ id }: Revocation): boolean {
    return this.#stored.lifted.some((lifted) => lifted.id === id)
  }

  /** In the place of one that the ledger has, others revoked the same for longer: from now on that is what stays. */
  #goWith(own: Revocation): void {
    const { inForce } = this.#stored
    // Also where nobody could tell whether it had come there.
    if (inForce.some(({ id }) => id === own.id)) this.#told.add(own.id)
    else if (this.#told.has(own.id))
      this.#goInstead(
        own,
        inForce.find((other) => covers(other, own)),
      )
  }

  #goInstead(own: Revocation, instead: Revocation | undefined): void {
    if (instead === undefined) return
    this.#disown(own.id)
    this.#own.set(instead.id, instead)
    this.#told.add(instead.id)
  }

  async #nowMs(): Promise<number> {
    const { deadlineMs, ledger } = this.#context
    return ledgerTime(ledger, deadlineMs)
  }

  #know(): void {
    const before = new Set(this.#known.map(({ id }) => id))
    const all = [...this.#stored.inForce, ...this.#own.values()]
    this.#known = [...new Map(all.map((revocation) => [revocation.id, revocation])).values()]
    if (this.#known.some(({ id }) => !before.has(id))) this.#context.onRevoked()
    this.#lookLater()
  }
}
