import { within } from '../ledger/within.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { BrokenGlass } from './broken-glass.js'
import { unnotified } from './glass-refusals.js'

/** Tells people that glass is about to be broken. Throwing, or taking too long, keeps it whole. */
export type GlassNotifier = (glass: BrokenGlass, signal: AbortSignal) => MaybePromise<void>

/** Resolves once people were told. Rejects with ERR_GLASS_UNNOTIFIED when the notifier throws or is too late. */
export async function tellPeople(notify: GlassNotifier, glass: BrokenGlass, deadlineMs: number): Promise<void> {
  try {
    const signal = AbortSignal.timeout(deadlineMs)
    await within(deadlineMs, 'telling people', 'ERR_GLASS_UNNOTIFIED', () => notify(glass, signal))
  } catch (error) {
    throw unnotified(error)
  }
}
