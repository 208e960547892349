import { AsyncLocalStorage } from 'node:async_hooks'

const streams = new AsyncLocalStorage<AbortSignal>()

/** Handles a request of HTTP: `gone` is aborted once its answer cannot be delivered any more. */
export function duringRequest<Answer>(gone: AbortSignal, handle: () => Answer): Answer {
  return streams.run(gone, handle)
}

/** Aborted when a client cancels a call, when its connection ends, and when nobody reads the answer any more. */
export function callEnding(cancelled: AbortSignal): AbortSignal {
  const gone = streams.getStore()
  return gone === undefined ? cancelled : AbortSignal.any([cancelled, gone])
}
