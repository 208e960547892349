import { BothKeysError } from '../errors.js'
import type { Ledger } from '../ledger/ledger.js'
import { ledgerTime } from '../ledger/ledger-time.js'
import { updateLedger } from '../ledger/update.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { UnreviewedGlass } from './glass-facts.js'
import { parseGlass, storedGlass } from './glass-facts.js'

/** The ledger's key of every glass that nobody has reviewed. One key, so that two never both see the other's missing. */
export const glassesKey = 'glasses'

/** More than these are never unreviewed at a time. */
const maxUnreviewed = 100

/** The glasses that nobody has reviewed, as all processes on a ledger see them. Every method throws as the ledger does. */
export class GlassLedger {
  readonly #ledger: Ledger
  readonly #deadlineMs: number

  constructor(ledger: Ledger, deadlineMs: number) {
    this.#ledger = ledger
    this.#deadlineMs = deadlineMs
  }

  nowMs(): MaybePromise<number> {
    return ledgerTime(this.#ledger, this.#deadlineMs)
  }

  /** Every one, oldest first. */
  all(): Promise<readonly UnreviewedGlass[]> {
    return this.#change((glasses) => glasses)
  }

  /** Adds one unless `assertMay` throws for what is there at that moment. */
  async add(glass: UnreviewedGlass, assertMay: (others: readonly UnreviewedGlass[]) => void): Promise<void> {
    await this.#change((others) => {
      assertMay(others)
      if (others.length >= maxUnreviewed) throw tooMany()
      return [...others, glass]
    })
  }

  /** Notes that one lifts nothing any more. */
  async end(id: string): Promise<void> {
    await this.#change((glasses) =>
      glasses.some(({ ended, facts }) => facts.id === id && !ended)
        ? glasses.map((glass) => (glass.facts.id === id ? { ...glass, ended: true } : glass))
        : glasses,
    )
  }

  /** Takes away one that was reviewed or never opened. */
  async remove(id: string): Promise<void> {
    await this.#change((glasses) =>
      glasses.some(({ facts }) => facts.id === id) ? glasses.filter(({ facts }) => facts.id !== id) : glasses,
    )
  }

  #change(
    change: (glasses: readonly UnreviewedGlass[]) => readonly UnreviewedGlass[],
  ): Promise<readonly UnreviewedGlass[]> {
    return updateLedger(this.#ledger, this.#deadlineMs, [glassesKey], (entries) => {
      const before = glassesIn(entries.get(glassesKey)?.value)
      const after = change(before)
      if (after === before) return { write: [], result: after }
      const value = after.length === 0 ? undefined : after.map(storedGlass)
      return { write: [{ key: glassesKey, value }], result: after }
    })
  }
}

/** What the ledger holds. Throws when it is something else: it might have kept somebody from breaking glass. */
function glassesIn(value: SnapshotValue | undefined): readonly UnreviewedGlass[] {
  if (value === undefined) return []
  const parsed = Array.isArray(value) ? (value as readonly SnapshotValue[]).map(parseGlass) : [undefined]
  const read = parsed.filter((glass) => glass !== undefined)
  if (read.length === parsed.length) return read
  throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the broken glasses in the ledger cannot be read', {
    hint: 'look at the ledger: somebody changed it',
  })
}

function tooMany(): BothKeysError {
  return new BothKeysError('ERR_LIMIT_EXCEEDED', `${String(maxUnreviewed)} broken glasses wait for a review`, {
    hint: 'have them reviewed: guard.glass.pending() lists them',
  })
}
