import type { TargetIdentity } from './model/action.js'
import type { Principal } from './model/principal.js'
import type { Requester } from './requester.js'

/** Where targets ended when somebody last did something there: what a grant is bound to, since it has no connection. */
export class SeenIdentities {
  readonly #seen = new WeakMap<Principal, Map<string, TargetIdentity>>()

  note({ principal }: Pick<Requester, 'principal'>, target: string, identity: TargetIdentity): void {
    const known = this.#seen.get(principal)
    if (known === undefined) this.#seen.set(principal, new Map([[target, identity]]))
    else if (known.get(target) !== identity) known.set(target, identity)
  }

  of({ principal }: Pick<Requester, 'principal'>, target: string): TargetIdentity | undefined {
    return this.#seen.get(principal)?.get(target)
  }
}
