import { withDeadline } from './deadline.js'
import type { MaybePromise } from './model/maybe-promise.js'

/**
 * Takes every step, one after the other, whatever becomes of those before it: one that throws, or takes longer than `ms`, keeps
 * none from its turn. Throws what the first one threw.
 */
export async function closeInOrder(steps: readonly (() => MaybePromise<unknown>)[], ms: number): Promise<void> {
  const failures: unknown[] = []
  for (const step of steps) {
    try {
      await withDeadline(step(), 'closing', ms, undefined)
    } catch (error) {
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}
