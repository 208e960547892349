import type { ApprovalRequest } from './approver.js'
import type { OnAllowed, OnHeld } from './request.js'

/** Whoever asked for an action, who may have gone on to something else while people think. */
export class Asker {
  readonly #onHeld: OnHeld | undefined
  readonly #withdraw: () => void
  #onAllowed: OnAllowed | undefined

  /** `withdraw`: ends the request of somebody who cannot be told of it. */
  constructor(onHeld: OnHeld | undefined, withdraw: () => void) {
    this.#onHeld = onHeld
    this.#withdraw = withdraw
  }

  /** People are asked. */
  tell({ digest, expiresAt, id, rules }: Pick<ApprovalRequest, 'digest' | 'expiresAt' | 'id' | 'rules'>): void {
    try {
      this.#onAllowed = this.#onHeld?.({ requestId: id, digest, rules, expiresAt })
    } catch {
      this.#withdraw()
    }
  }

  /** People allowed it: goes on once whoever asked is there, at once where they wait. */
  whenBack(goOn: () => void): void {
    if (this.#onAllowed === undefined) goOn()
    else void this.#backFrom(this.#onAllowed, goOn)
  }

  async #backFrom(onAllowed: OnAllowed, goOn: () => void): Promise<void> {
    try {
      await onAllowed()
    } catch {
      this.#withdraw()
      return
    }
    goOn()
  }
}
