import { setMaxListeners } from 'node:events'
import { revoked } from './revocation.js'
import type { Revocations } from './revocations.js'

/** Tells the doors of a target when it is revoked, or their session ends. */
export class TargetSwitches {
  readonly #revocations: Pick<Revocations, 'ofTarget'>
  readonly #switches = new Map<string, AbortController>()
  /** By the signal of the session: one for all of its connections to a target, because each costs memory until it is over. */
  readonly #signals = new WeakMap<AbortSignal, Map<string, AbortSignal>>()

  constructor(revocations: Pick<Revocations, 'ofTarget'>) {
    this.#revocations = revocations
  }

  /**
   * Aborted, with a BothKeysError for its reason, when the session has ended or the target is revoked. When the latter is
   * over there is a new one.
   */
  signal(session: AbortSignal, name: string): AbortSignal {
    const target = this.#switchOf(name)
    const ofSession = this.#signals.get(session) ?? new Map<string, AbortSignal>()
    this.#signals.set(session, ofSession)
    const known = ofSession.get(name)
    if (known !== undefined && known.aborted === (session.aborted || target.aborted)) return known
    const made = AbortSignal.any([session, target])
    // Every connection listens; Node would warn of a leak from the eleventh on.
    setMaxListeners(0, made)
    ofSession.set(name, made)
    return made
  }

  /** Ends what is open on targets that are revoked now. */
  endRevoked(): void {
    for (const [name, known] of this.#switches) this.#turn(name, known)
  }

  #switchOf(name: string): AbortSignal {
    let known = this.#switches.get(name)
    if (known === undefined || (known.signal.aborted && this.#revocations.ofTarget(name) === undefined)) {
      known = new AbortController()
      setMaxListeners(0, known.signal)
      this.#switches.set(name, known)
    }
    this.#turn(name, known)
    return known.signal
  }

  #turn(name: string, known: AbortController): void {
    const revocation = this.#revocations.ofTarget(name)
    if (revocation !== undefined) known.abort(revoked(`target ${name}`, revocation))
  }
}
