import { withDeadline } from './deadline.js'
import type { MaybePromise } from './model/maybe-promise.js'
import { isPromise, letGo } from './model/maybe-promise.js'

/** How a door gets its target ready and looks at it, beside the durable write of the intent. */
interface Looks {
  readonly prepare?: ((actionId: string) => MaybePromise<void>) | undefined
  readonly recheck?: (() => MaybePromise<boolean>) | undefined
}

/**
 * A target that cannot be looked at is one that may have changed. The deadline of the look begins when the target has got
 * ready for it.
 */
export function lookAgain(looks: Looks, actionId: string, deadlineMs: number): MaybePromise<boolean> | undefined {
  try {
    // Also when the look throws at once: then nobody waits for it.
    const prepared = looks.prepare?.(actionId)
    letGo(prepared)
    const unchanged = looks.recheck?.()
    if (!isPromise(prepared) && !isPromise(unchanged)) return unchanged
    return look(prepared, unchanged, deadlineMs)
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error('the check failed', { cause: error }))
  }
}

async function look(
  prepared: MaybePromise<void>,
  unchanged: MaybePromise<boolean> | undefined,
  deadlineMs: number,
): Promise<boolean> {
  if (isPromise(unchanged)) unchanged.catch(() => undefined)
  await prepared
  return withDeadline(Promise.resolve(unchanged ?? true), 'checking the target again', deadlineMs, undefined)
}
