import type { Ledger } from '../ledger/ledger.js'
import type { Taking } from '../ledger/reserve.js'
import { ledgerTime } from '../ledger/ledger-time.js'
import { updateLedger } from '../ledger/update.js'
import { within } from '../ledger/within.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { SnapshotValue } from '../model/snapshot.js'

/** What of a grant never changes, as the ledger holds it. */
export interface GrantEntry {
  readonly id: string
  /** The digest of the request that people approved. */
  readonly digest: string
  readonly session: string
  readonly uses: number
  /** The end, in the ledger's time. */
  readonly untilMs: number
}

/** Why the ledger gives no further use. `void`: it holds something else than was written. */
export type NoUse = 'expired' | 'used-up' | 'revoked' | 'void'

/** What was known of a grant before the ledger was asked: whatever it holds and tells is no older. */
export interface KnownBefore {
  /** The latest time that it told. */
  readonly latestMs: number
  /** How many uses were taken for certain. */
  readonly used: number
}

/** A use that is about to be taken. */
export interface UseTaking extends Taking<NoUse> {
  /** The number of the use, from 1, and when it was taken in the ledger's time: once it was. */
  readonly taken: () => { readonly number: number; readonly atMs: number }
}

/** The entries of grants, changed by compare-and-set. Every method throws as the ledger does. */
export class GrantLedger {
  readonly #ledger: Ledger
  readonly #deadlineMs: number

  constructor(ledger: Ledger, deadlineMs: number) {
    this.#ledger = ledger
    this.#deadlineMs = deadlineMs
  }

  nowMs(): MaybePromise<number> {
    return ledgerTime(this.#ledger, this.#deadlineMs)
  }

  /** Enters a grant that nobody has used. Whatever is there under its id by then stays: false. */
  enter(entry: GrantEntry): Promise<boolean> {
    return updateLedger<boolean>(this.#ledger, this.#deadlineMs, [keyOf(entry.id)], (entries) => {
      if (entries.get(keyOf(entry.id))?.value !== undefined) return { write: [], result: false }
      return { write: [written(entry, 0, false)], result: true }
    })
  }

  /** Whether there is a use left to take. Takes none. */
  async hasUse(entry: GrantEntry, before: KnownBefore): Promise<boolean> {
    const nowMs = await this.nowMs()
    const key = keyOf(entry.id)
    const { value } = await within(this.#deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () =>
      this.#ledger.get(key),
    )
    return 'write' in useTaking(entry, before).judge(value, nowMs)
  }

  /** Ends a grant, whichever process it is of, and keeps that until its time is over. False: there is none, or it had ended. */
  revoke(id: string): Promise<boolean> {
    const key = keyOf(id)
    return updateLedger<boolean>(this.#ledger, this.#deadlineMs, [key], (entries) => {
      const value = entries.get(key)?.value
      const untilMs = memberOf(value, 'untilMs')
      if (value === undefined || memberOf(value, 'revoked') === true) return { write: [], result: false }
      const revoked: SnapshotValue = { revoked: true, untilMs: typeof untilMs === 'number' ? untilMs : null }
      const change = { key, value: revoked }
      return { write: [typeof untilMs === 'number' ? { ...change, expiresAtMs: untilMs } : change], result: true }
    })
  }
}

/**
 * Takes one use; of any number that try at once, `uses` get one each. A ledger that forgot some, or whose time went
 * backwards (RULES 20), gives none.
 */
export function useTaking(entry: GrantEntry, before: KnownBefore): UseTaking {
  let last = { number: 0, atMs: 0 }
  return {
    key: keyOf(entry.id),
    taken: () => last,
    judge: (value, nowMs) => {
      const used = usedOf(value, entry)
      if (typeof used === 'string') return { untaken: used }
      if (used < before.used) return { untaken: 'void' }
      if (nowMs < before.latestMs || nowMs >= entry.untilMs) return { untaken: 'expired' }
      if (used >= entry.uses) return { untaken: 'used-up' }
      last = { number: used + 1, atMs: nowMs }
      return { write: written(entry, used + 1, false) }
    },
  }
}

function written(entry: GrantEntry, used: number, revoked: boolean) {
  return { key: keyOf(entry.id), value: { ...entry, used, revoked }, expiresAtMs: entry.untilMs }
}

/** How many uses are taken, where the ledger holds this very grant. */
function usedOf(value: SnapshotValue | undefined, entry: GrantEntry): number | 'revoked' | 'void' {
  if (memberOf(value, 'revoked') === true) return 'revoked'
  const facts: readonly (keyof GrantEntry)[] = ['id', 'digest', 'session', 'uses', 'untilMs']
  if (!facts.every((name) => memberOf(value, name) === entry[name])) return 'void'
  const used = memberOf(value, 'used')
  return typeof used === 'number' && Number.isSafeInteger(used) && used >= 0 ? used : 'void'
}

function memberOf(value: SnapshotValue | undefined, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}

function keyOf(id: string): string {
  return `grant/${id}`
}
