/**
 * A controller whose signal also aborts, for the same reason, when one of the other signals does that are there. Once it has aborted or
 * was released, nothing of it is left on them, whereas `AbortSignal.any` leaves something on a signal as long as that lives, as a session
 * does.
 */
export class JointSignal extends AbortController {
  readonly #others: readonly AbortSignal[]

  constructor(...others: readonly (AbortSignal | undefined)[]) {
    super()
    this.#others = others.filter((other) => other !== undefined)
    for (const other of this.#others) other.addEventListener('abort', this.#follow)
    if (this.#others.some(({ aborted }) => aborted)) this.#follow()
  }

  /** Aborts the signal and lets go of the others. */
  override abort(reason?: unknown): void {
    this.release()
    super.abort(reason)
  }

  /** Follows the other signals no longer. For when nobody listens any more: it costs less than to abort. */
  release(): void {
    for (const other of this.#others) other.removeEventListener('abort', this.#follow)
  }

  readonly #follow = (): void => {
    this.abort(this.#others.find(({ aborted }) => aborted)?.reason)
  }
}
