import type { MaybePromise } from '../../model/maybe-promise.js'
import { commitCases } from './commit-cases.js'
import { dutyCases } from './duty-cases.js'
import type { LedgerUnderTest } from './ledger-bench.js'
import { LedgerBench } from './ledger-bench.js'
import { raceCases } from './race-cases.js'
import { roomCases } from './room-cases.js'
import { timeCases } from './time-cases.js'

/** One case of the contract. `run` rejects with an assertion error when the ledger breaks it. */
export interface LedgerContractCase {
  /** What the ledger has to do. */
  readonly name: string
  /** Resolves when it does. */
  readonly run: () => Promise<void>
}

/** How often the races are run. */
export interface LedgerContractOptions {
  /** Default 1,000. */
  readonly races?: number
}

/**
 * The contract of every ledger, as cases for any test runner. Each case opens a ledger of its own, empty.
 *
 * @example
 * for (const { name, run } of ledgerContract(() => open())) it(name, run)
 */
export function ledgerContract(
  open: () => MaybePromise<LedgerUnderTest>,
  options: LedgerContractOptions = {},
): readonly LedgerContractCase[] {
  const races = options.races ?? 1_000
  return [...commitCases, ...raceCases, ...timeCases, ...roomCases, ...dutyCases].map(([name, check]) => ({
    name,
    run: async () => {
      const subject = await open()
      try {
        await check(new LedgerBench(subject), races)
      } finally {
        await Promise.all(subject.views.map((view) => view.close()))
        await subject.dispose?.()
      }
    },
  }))
}
