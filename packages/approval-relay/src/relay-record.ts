import type { EventDraft } from '@bothkeys/core/relay'
import type { Journal } from '@bothkeys/core'
import type { RelayClock } from './relay-clock.js'

type Body = EventDraft['body']

const windowMs = 60_000
const mostCounted = 1_000
/** Of one engine, person or account. What differs past that is counted as one, so that nobody's fills what is kept of others. */
const mostOfOne = 100

interface Counted {
  count: number
  readonly sinceMs: number
  readonly body: Body
  /** Whose it is. */
  readonly one: string
}

/**
 * The relay's own record. What happens is on disk before anybody is told; refusals are many when somebody floods, so of those
 * that are alike the first is recorded at once and the others of a minute as one, with their count.
 */
export class RelayRecord {
  readonly #journal: Journal
  readonly #clock: RelayClock
  readonly #onFailure: (cause: unknown) => void
  readonly #counts = new Map<string, Counted>()
  readonly #ofOne = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  #left = 0

  constructor(journal: Journal, clock: RelayClock, onFailure: (cause: unknown) => void) {
    this.#journal = journal
    this.#clock = clock
    this.#onFailure = onFailure
    this.#timer = setInterval(() => {
      this.#tell(false)
    }, windowMs / 6)
    this.#timer.unref()
  }

  /** Rejects with ERR_JOURNAL_UNAVAILABLE when it is not on disk. */
  async happened(type: EventDraft['type'], body: Body): Promise<void> {
    await this.#journal.append({ type, session: 'engine', body }, 'synced')
  }

  /** On disk within a second. Rejects with ERR_JOURNAL_UNAVAILABLE when it cannot be recorded. */
  async ended(body: Body): Promise<void> {
    await this.#journal.append({ type: 'relay.ended', session: 'engine', body }, 'written')
  }

  /** Never throws. `body` holds fixed words and names that are known, never what somebody sent. */
  refused(body: Body): void {
    const sender = senderOf(body)
    const one = JSON.stringify(sender)
    const isKnown = this.#counts.has(JSON.stringify(body))
    const isMany = !isKnown && (this.#ofOne.get(one) ?? 0) >= mostOfOne
    this.#count(isMany ? { ...sender, reason: 'many-others' } : body, one)
  }

  #count(body: Body, one: string): void {
    const key = JSON.stringify(body)
    const known = this.#counts.get(key)
    if (known !== undefined) known.count++
    else if (this.#counts.size >= mostCounted) this.#left++
    else {
      this.#counts.set(key, { count: 0, sinceMs: this.#clock.monotonicMs(), body, one })
      this.#ofOne.set(one, (this.#ofOne.get(one) ?? 0) + 1)
      this.#append(body)
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#tell(true)
  }

  #tell(all: boolean): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [key, { body, count, one, sinceMs }] of this.#counts) {
      if (!all && nowMs - sinceMs < windowMs) continue
      this.#counts.delete(key)
      const left = (this.#ofOne.get(one) ?? 1) - 1
      if (left === 0) this.#ofOne.delete(one)
      else this.#ofOne.set(one, left)
      if (count > 0) this.#append({ ...body, more: count })
    }
    if (this.#left > 0) this.#append({ reason: 'many-others', more: this.#left })
    this.#left = 0
  }

  #append(body: Body): void {
    // A refusal stands, recorded or not.
    void (async () => this.#journal.append({ type: 'relay.refused', session: 'engine', body }, 'written'))().catch(
      this.#onFailure,
    )
  }
}

/** Whose doing a refusal is, as far as that is known. */
function senderOf({ account, by, channel, engine, what, who }: Body): Body {
  return { what, engine, by, who, channel, account }
}
