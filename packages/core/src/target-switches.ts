import { setMaxListeners } from 'node:events'
import type { Revocations } from './revocations.js'
import { revoked } from './revocation.js'

/** Tells the doors of a target when it is revoked. */
export class TargetSwitches {
  readonly #revocations: Pick<Revocations, 'ofTarget'>
  readonly #switches = new Map<string, AbortController>()

  constructor(revocations: Pick<Revocations, 'ofTarget'>) {
    this.#revocations = revocations
  }

  /** Aborted while the target is revoked. When that is over there is a new one. */
  signal(name: string): AbortSignal {
    let known = this.#switches.get(name)
    if (known === undefined || (known.signal.aborted && this.#revocations.ofTarget(name) === undefined)) {
      known = new AbortController()
      setMaxListeners(0, known.signal)
      this.#switches.set(name, known)
    }
    this.#turn(name, known)
    return known.signal
  }

  /** Ends what is open on targets that are revoked now. */
  endRevoked(): void {
    for (const [name, known] of this.#switches) this.#turn(name, known)
  }

  #turn(name: string, known: AbortController): void {
    const revocation = this.#revocations.ofTarget(name)
    if (revocation !== undefined) known.abort(revoked(`target ${name}`, revocation))
  }
}
