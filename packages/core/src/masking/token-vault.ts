import type { MaybePromise } from '../model/maybe-promise.js'
import type { MaskContext } from './operator.js'

/**
 * Keeps what tokens stand for. An implementation holds clear values: it belongs where agents cannot reach it, encrypted and
 * with an end to how long it keeps them.
 */
export interface TokenVault {
  /**
   * Takes a token over before it is seen, at once: writing it may take longer, and is the vault's own business. Is told the
   * same token again whenever its value is seen again. Throws when it cannot take it; the value is redacted then.
   */
  keep(token: string, value: string, context: MaskContext): void
  /**
   * The value that a token stands for, or undefined when it keeps none.
   *
   * Nothing in bothkeys calls it yet, and no agent's tool may. Whoever does answers for the approval: it shows a value that the
   * policy hides. It is to become an action of its own that the guard decides, holds and records.
   */
  reveal(token: string, signal?: AbortSignal): MaybePromise<string | undefined>
}
