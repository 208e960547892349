import assert from 'node:assert/strict'
import type { MaybePromise } from '../../model/maybe-promise.js'
import type { SnapshotValue } from '../../model/snapshot.js'
import type { Ledger, LedgerChange } from '../ledger.js'

/** The clock under a ledger, where a test can turn it. */
export interface LedgerClock {
  /** Lets time pass. */
  advance(ms: number): MaybePromise<void>
  /** Sets the wall clock back, as an administrator or NTP does. */
  setBack(ms: number): MaybePromise<void>
}

/** A ledger of its own for one case. */
export interface LedgerUnderTest {
  /** Views of the same ledger: of one process, or better of several. The cases use them in turn. */
  readonly views: readonly Ledger[]
  /** Cases that turn the clock are left out without it. */
  readonly clock?: LedgerClock
  /** Cases about the cap are left out without it: how many entries fit that have not expired. */
  readonly capacity?: number
  /** Lets go of it after each case. */
  readonly dispose?: () => MaybePromise<void>
}

/** A case by name. `races`: how often a race is run. */
export type LedgerCheck = readonly [name: string, check: (on: LedgerBench, races: number) => Promise<void>]

/** A ledger with the shorthands of the cases. */
export class LedgerBench {
  readonly subject: LedgerUnderTest
  readonly ledger: Ledger

  constructor(subject: LedgerUnderTest) {
    const [first] = subject.views
    assert.ok(first !== undefined, 'the contract needs a ledger')
    this.subject = subject
    this.ledger = first
  }

  /** The view for the how-manieth contender. */
  view(index: number): Ledger {
    return this.subject.views[index % this.subject.views.length] ?? this.ledger
  }

  async put(
    key: string,
    value: SnapshotValue | undefined,
    expectedVersion = 0,
    expiresAtMs?: number,
  ): Promise<boolean> {
    return this.ledger.commit([change(key, value, expectedVersion, expiresAtMs)])
  }

  async version(key: string): Promise<number> {
    return (await this.ledger.get(key)).version
  }

  async value(key: string): Promise<SnapshotValue | undefined> {
    return (await this.ledger.get(key)).value
  }

  async code(step: () => MaybePromise<unknown>): Promise<unknown> {
    try {
      await step()
    } catch (error) {
      return typeof error === 'object' && error !== null && 'code' in error ? error.code : error
    }
    return undefined
  }
}

/** One change of a commit. */
export function change(
  key: string,
  value: SnapshotValue | undefined,
  expectedVersion = 0,
  expiresAtMs?: number,
): LedgerChange {
  return expiresAtMs === undefined ? { key, value, expectedVersion } : { key, value, expectedVersion, expiresAtMs }
}
