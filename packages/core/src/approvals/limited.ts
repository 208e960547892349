import { setTimeout } from 'node:timers/promises'
import { withTimeLimit } from '../identity/time-limit.js'
import { JointSignal } from '../model/joint-signal.js'
import { over } from '../model/over.js'

/** Runs a step with a signal that aborts with `signal` and after so many milliseconds. Nothing of it stays on `signal`. */
export function limited<T>(ms: number, signal: AbortSignal, step: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return withTimeLimit(ms, async (limit) => {
    const either = new JointSignal(limit, signal)
    try {
      return await step(either.signal)
    } finally {
      either.abort(over)
    }
  })
}

/** Waits so many milliseconds, or until `signal` aborts. Never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<'passed' | 'aborted'> {
  return setTimeout(ms, 'passed' as const, { signal }).catch(() => 'aborted' as const)
}
