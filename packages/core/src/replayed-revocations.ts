import { textsOf } from './model/members.js'
import type { RecordedEvent } from './record/event.js'
import type { Revocation } from './revocation.js'
import { replayedRevocation, withNewer } from './revocation.js'

/** What the record says that is revoked and that nobody lifted, oldest first, whether it is over or not. */
export class ReplayedRevocations {
  #inForce: readonly Revocation[] = []

  get inForce(): readonly Revocation[] {
    return this.#inForce
  }

  /** Takes the next event. Throws ERR_JOURNAL_CORRUPT for a revocation that cannot be read. */
  take(event: RecordedEvent): void {
    if (event.type === 'revocation') this.#inForce = withNewer(this.#inForce, replayedRevocation(event))
    if (event.type === 'revocation.lifted') this.#lift(new Set(textsOf(event['revocations'])))
  }

  /** Only what a lifting names is lifted. */
  #lift(ids: ReadonlySet<string>): void {
    this.#inForce = this.#inForce.filter(({ id }) => !ids.has(id))
  }
}
