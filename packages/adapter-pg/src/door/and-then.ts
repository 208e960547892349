import type { MaybePromise } from '@bothkeys/core/adapter'
import { isPromise } from '@bothkeys/core/adapter'

/**
 * Goes on with a value: at once when it is there, later when it has to be waited for. What is decided from memory then
 * takes no turn of the event loop.
 */
export function andThen<Value, Next>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Next>,
): MaybePromise<Next> {
  return isPromise(value) ? value.then(next) : next(value)
}
