import { updateLedger } from './ledger/update.js'
import { within } from './ledger/within.js'
import { withDeadline } from './deadline.js'
import type { Revocable, RevocableParty, RevocableSession } from './duties/revoked.js'
import { revokes, revokesSession, revokesTarget } from './duties/revoked.js'
import { BothKeysError } from './errors.js'
import type { Ledger, LedgerEntry } from './ledger/ledger.js'
import type { Clock } from './model/clock.js'
import type { MaybePromise } from './model/maybe-promise.js'
import type { SnapshotValue } from './model/snapshot.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'
import type { Revocation, RevocationOptions } from './revocation.js'
import {
  covers,
  isSameRevocable,
  parseRevocable,
  parseRevocation,
  recordedRevocation,
  revocationOf,
  storedRevocation,
} from './revocation.js'

/** The ledger's key of all that is revoked. */
export const revocationsKey = 'revocations'

/** The ledger's key of what was revoked and lifted since, so that those who revoked it learn of it. */
export const liftedKey = 'revocations/lifted'

/** How often a ledger that others write to is looked at. */
const lookEveryMs = 250
/** How old the last look may be when something is decided. */
const maxAgeMs = 1_000
/** What is over is dropped; of more than these, others are not told. */
const maxRevocations = 1_000

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
  #version = -1
  #lookedAtMs = -Infinity
  #looking: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #started = false

  constructor(context: RevocationsContext) {
    this.#context = context
  }

  /**
   * The first look, and from then on as many as it takes. Throws ERR_LEDGER_UNAVAILABLE or ERR_DEADLINE when the first one
   * fails; nothing is looked at from then on.
   */
  async start(): Promise<void> {
    await this.#look()
    this.#started = true
    this.#lookLater()
    if (this.#version === 0) await this.#makeRoom()
  }

  /** Resolves when what is known is fresh enough to decide by; nothing when it is. Rejects with ERR_LEDGER_UNAVAILABLE or ERR_DEADLINE. */
  fresh(): MaybePromise<void> {
    if (!this.#context.shared || this.#context.clock.monotonicMs() - this.#lookedAtMs <= maxAgeMs) return
    return this.#refresh()
  }

  async #refresh(): Promise<void> {
    await this.#look()
    if (this.#context.clock.monotonicMs() - this.#lookedAtMs <= maxAgeMs) return
    throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger answers too slowly to know what is revoked', {
      hint: 'look at the ledger; nothing ran',
    })
  }

  /** Leaving out those that are to be lifted, if so. */
  ofPrincipal(principal: RevocableParty, but?: ReadonlySet<string>): Revocation | undefined {
    return this.#known.find(({ id, what }) => but?.has(id) !== true && revokes(what, principal))
  }

  /** Everything that is in force, as far as this process knows. */
  inForce(): readonly Revocation[] {
    return this.#known
  }

  /** The ids of everything that is revoked like this one, as far as this process knows. */
  alike({ what }: Revocation): ReadonlySet<string> {
    return new Set(this.#known.filter((known) => isSameRevocable(known.what, what)).map(({ id }) => id))
  }

  /**
   * Lifts those that are revoked like this one and that people decided about: here at once, and elsewhere within a second. What
   * was revoked again since stays, for all. Whoever calls has it on record. Rejects with ERR_LEDGER_UNAVAILABLE,
   * ERR_LIMIT_EXCEEDED or ERR_DEADLINE; it stays in force then.
   */
  async lift({ what }: Revocation, decided: ReadonlySet<string>): Promise<void> {
    const { deadlineMs, ledger } = this.#context
    await updateLedger<void>(ledger, deadlineMs, [revocationsKey, liftedKey], (entries) => {
      const stored = storedIn(entries.get(revocationsKey)).filter(
        (other) => !decided.has(other.id) || !isSameRevocable(other.what, what),
      )
      // It may have been needless in the ledger until now.
      const again = [...this.#own.values()].filter(
        (own) => isSameRevocable(own.what, what) && !decided.has(own.id) && !stored.some((other) => covers(other, own)),
      )
      const left = [...stored, ...again]
      const others = liftedIn(entries.get(liftedKey)).filter((other) => !isSameRevocable(other, what))
      const lifted = left.some((other) => isSameRevocable(other.what, what)) ? others : [...others, what]
      if (lifted.length > maxRevocations) throw tooManyLifted()
      const write = [
        { key: revocationsKey, value: left.map(storedRevocation) },
        { key: liftedKey, value: lifted.map((each) => ({ ...each })) },
      ]
      return { write, result: undefined }
    })
    this.#drop([what], decided)
    this.#know(this.#known.filter(({ id }) => !decided.has(id)))
  }

  /** Of those of this process only what the ledger had by then: what was revoked again since stays. */
  #drop(lifted: readonly Revocable[], told: ReadonlySet<string>): void {
    for (const { id, what } of this.#own.values()) {
      if (!told.has(id) || !lifted.some((each) => isSameRevocable(each, what))) continue
      this.#own.delete(id)
      this.#told.delete(id)
    }
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
   * ERR_LEDGER_UNAVAILABLE, ERR_LIMIT_EXCEEDED, ERR_JOURNAL_UNAVAILABLE or ERR_DEADLINE when others may not learn of it.
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
      await this.#tell(revocation, nowMs)
    } catch (error) {
      failure = { error }
    }
    this.#settle(revocation)
    if (failure === undefined) this.#told.add(revocation.id)
    const event = { type: 'revocation', session: engineSession, body: recordedRevocation(revocation) } as const
    await withDeadline(journal.append(event, 'synced'), 'recording the revocation', deadlineMs, undefined)
    if (failure !== undefined) throw failure.error
    return revocation
  }

  /** Writes it where others look. What it makes needless is left out, so that revoking the same again takes no room. */
  async #tell(revocation: Revocation, nowMs: number): Promise<void> {
    const { deadlineMs, ledger } = this.#context
    await updateLedger(ledger, deadlineMs, [revocationsKey, liftedKey], (entries) => {
      const inForce = storedIn(entries.get(revocationsKey)).filter(({ untilMs }) => !isOver(untilMs, nowMs))
      if (inForce.some((other) => covers(other, revocation))) return { write: [], result: undefined }
      const others = inForce.filter((other) => !covers(revocation, other))
      if (others.length >= maxRevocations && revocation.what.kind !== 'everything') throw tooMany()
      const value = [...others, revocation].map(storedRevocation)
      const before = liftedIn(entries.get(liftedKey))
      const lifted = before.filter((other) => !isSameRevocable(other, revocation.what))
      // What is revoked again is lifted no more.
      const again = { key: liftedKey, value: lifted.map((each) => ({ ...each })) }
      const write = [{ key: revocationsKey, value }, ...(lifted.length < before.length ? [again] : [])]
      return { write, result: undefined }
    })
  }

  /** The entry is there before anything is revoked, so that a ledger that is full by then takes revocations all the same. */
  async #makeRoom(): Promise<void> {
    const { deadlineMs, ledger, onFailure } = this.#context
    try {
      await updateLedger(ledger, deadlineMs, [revocationsKey], (entries) => {
        const isThere = entries.get(revocationsKey)?.value !== undefined
        return { write: isThere ? [] : [{ key: revocationsKey, value: [] }], result: undefined }
      })
    } catch (error) {
      onFailure(error)
    }
  }

  /** Its end is known. Only now others are needless: what holds for good at first would make those so that last longer. */
  #settle(revocation: Revocation): void {
    for (const own of this.#own.values())
      if (covers(revocation, own)) {
        this.#own.delete(own.id)
        this.#told.delete(own.id)
      }
    this.#keep(revocation)
  }

  #keep(revocation: Revocation): void {
    this.#own.set(revocation.id, revocation)
    this.#know(this.#known)
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
    const { clock, deadlineMs, ledger } = this.#context
    const startedMs = clock.monotonicMs()
    const told = new Set(this.#told)
    const entry = await within(deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () => ledger.get(revocationsKey))
    // After it: what is lifted may still stand there, and what was revoked again since is lifted no more.
    if (this.#told.size > 0) {
      const lifted = await within(deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () => ledger.get(liftedKey))
      this.#drop(liftedIn(lifted), told)
    }
    const stored = entry.version === this.#version ? this.#known : storedIn(entry)
    const timed = stored.some(({ untilMs }) => untilMs !== undefined)
    const nowMs = timed ? await this.#nowMs() : Number.NEGATIVE_INFINITY
    for (const { id, untilMs } of this.#own.values()) if (isOver(untilMs, nowMs)) this.#own.delete(id)
    this.#version = entry.version
    this.#know(stored.filter(({ untilMs }) => !isOver(untilMs, nowMs)))
    // What was committed while the ledger answered may be missing.
    this.#lookedAtMs = startedMs
  }

  async #nowMs(): Promise<number> {
    const { deadlineMs, ledger } = this.#context
    return within(deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () => ledger.nowMs())
  }

  #know(stored: readonly Revocation[]): void {
    const before = new Set(this.#known.map(({ id }) => id))
    const all = new Map([...stored, ...this.#own.values()].map((revocation) => [revocation.id, revocation]))
    this.#known = [...all.values()]
    if (this.#known.some(({ id }) => !before.has(id))) this.#context.onRevoked()
    this.#lookLater()
  }
}

/** What the ledger holds. Throws when it is something else: it might have been a revocation. */
function storedIn(entry: LedgerEntry | undefined): readonly Revocation[] {
  const value: SnapshotValue | undefined = entry?.value
  if (value === undefined) return []
  const parsed = Array.isArray(value) ? (value as readonly SnapshotValue[]).map(parseRevocation) : [undefined]
  const read = parsed.filter((revocation) => revocation !== undefined)
  if (read.length === parsed.length) return read
  throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the revocations in the ledger cannot be read, so nothing ran', {
    hint: 'look at the ledger: somebody changed it',
  })
}

/** What the ledger holds of what was lifted. Throws when it is something else. */
function liftedIn(entry: LedgerEntry | undefined): readonly Revocable[] {
  const value: SnapshotValue | undefined = entry?.value
  if (value === undefined) return []
  const parsed = Array.isArray(value) ? (value as readonly SnapshotValue[]).map(parseRevocable) : [undefined]
  const read = parsed.filter((each) => each !== undefined)
  if (read.length < parsed.length) throw unreadableLifted()
  return read
}

function unreadableLifted(): BothKeysError {
  return new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'what was lifted cannot be read in the ledger, so nothing ran', {
    hint: 'look at the ledger: somebody changed it',
  })
}

/** Whether a revocation is over at a time of the ledger. */
export function isOver(untilMs: number | undefined, nowMs: number): boolean {
  return untilMs !== undefined && nowMs > untilMs
}

function tooMany(): BothKeysError {
  return new BothKeysError(
    'ERR_LIMIT_EXCEEDED',
    `${String(maxRevocations)} revocations are in force, and no more fit`,
    {
      hint: 'revoke everything, or wait until some are over',
    },
  )
}

function tooManyLifted(): BothKeysError {
  return new BothKeysError('ERR_LIMIT_EXCEEDED', `${String(maxRevocations)} revocations were lifted, and no more fit`)
}
