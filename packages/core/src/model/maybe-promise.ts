/** A value that may already be there. Ports return it so that the embedded defaults cost no turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>

/** True when the value still has to be waited for. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

/** Lets go of what code of others answered: a promise that rejects is nobody's failure then, and ends no process. */
export function letGo(answer: unknown): void {
  if (isPromise(answer)) Promise.resolve(answer).catch(() => undefined)
}
