/**
 * Why a signal aborts when what it was for is over: an AbortError, as `abort()` gives without a reason. One for all and
 * frozen, since making an error with its stack costs more than aborting.
 */
export const over: DOMException = Object.freeze(new DOMException('This operation was aborted', 'AbortError'))
