import type { Session } from '@bothkeys/core/adapter'

/** Names the account of a session: no two accounts have the same. */
export function accountOf({ principal }: Session): string {
  const { issuer, id } = principal.subject
  return JSON.stringify([issuer, id])
}

/** How many connections each account has, so that none of them has all. */
export class AccountPlaces {
  readonly #max: number
  readonly #taken = new Map<string, number>()

  constructor(max: number) {
    this.#max = max
  }

  /** Takes one for an account, unless it has as many as one may have. */
  take(account: string): boolean {
    const taken = this.#taken.get(account) ?? 0
    if (taken >= this.#max) return false
    this.#taken.set(account, taken + 1)
    return true
  }

  /** Gives back what was taken. */
  giveBack(account: string): void {
    const left = (this.#taken.get(account) ?? 0) - 1
    if (left > 0) this.#taken.set(account, left)
    else this.#taken.delete(account)
  }
}
