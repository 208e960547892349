import { withDeadline } from './deadline.js'
import type { Directory } from './identity/directory.js'
import type { Clock } from './model/clock.js'
import type { Observers } from './observers.js'
import { engineSession } from './record/event.js'
import { refusalFrom } from './refusal.js'

/**
 * Makes the directory ready; without one, the observers of `withoutDirectory` are told. Throws what the directory throws,
 * and ERR_DEADLINE.
 */
export async function openDirectory(
  directory: Directory | undefined,
  on: { readonly clock: Clock; readonly deadlineMs: number; readonly observers: Observers },
): Promise<void> {
  const { clock, deadlineMs, observers } = on
  if (directory === undefined) {
    // Whoever created the guard can listen by then.
    setImmediate(() => {
      observers.emit('withoutDirectory', {})
    })
    return
  }
  const onFailure = (cause: unknown): void => {
    observers.emit('failure', { session: engineSession, refusal: refusalFrom(cause), cause })
  }
  const context = { clock, signal: AbortSignal.timeout(deadlineMs), onFailure }
  await withDeadline(directory.open?.(context), 'opening the directory', deadlineMs, undefined)
}
