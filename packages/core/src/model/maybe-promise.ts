/** A value that may already be there. Ports return it so that the embedded defaults cost no turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>

/** True when the value still has to be waited for. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
