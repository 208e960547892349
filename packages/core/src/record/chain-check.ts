import type { Damage } from './damage.js'
import type { RecordedEvent } from './event.js'
import { engineSession } from './event.js'
import { eventHash, noHash } from './event-hash.js'
import { parseEvent } from './parse-event.js'
import { SessionHeads } from './session-heads.js'

/** A session's chain as it was read: how many events, the hash of the last one and where it stands. */
export interface ReadHead {
  readonly count: number
  readonly hash: string
  readonly lsn: number
}

/** How many closed sessions stay known to whoever reads from the middle. */
const followedKept = 1024

/** An event that fits, with its hash; or what is wrong with it. */
export type Checked = { readonly event: RecordedEvent; readonly hash: string } | { readonly damage: Damage }

/**
 * Follows the chains of a journal event by event. What it cannot see by itself: an edit of the last event of a session,
 * and that the journal once was longer; the headers of later segments see both for the segments before them.
 */
export class ChainCheck {
  readonly heads: SessionHeads<ReadHead>
  readonly #isWhole: boolean
  #lsn: number
  #recorder: string | undefined
  #lastTime = ''

  /**
   * `from`: the lsn to begin with, for events that were verified before, when the journal was opened. What stands before it
   * is not known then, so that a session is taken as it comes until it is.
   */
  constructor(from?: number) {
    this.#isWhole = from === undefined
    this.#lsn = from ?? 0
    this.heads = new SessionHeads(from === undefined ? undefined : followedKept)
  }

  /** The lsn that the next event must have. */
  get lsn(): number {
    return this.#lsn
  }

  get recorder(): string | undefined {
    return this.#recorder
  }

  /** The time of the last event in Unix milliseconds; 0 before the first. */
  get lastTimeMs(): number {
    return this.#lastTime === '' ? 0 : Date.parse(this.#lastTime)
  }

  /** Every event must be of this recorder. */
  expectRecorder(recorder: string): void {
    this.#recorder = recorder
  }

  /** Takes the text of the next line. Undefined when it is no event at all. */
  take(text: string): Checked | undefined {
    const event = parseEvent(text)
    if (event === undefined) return undefined
    const damage = this.#damageOf(event)
    if (damage !== undefined) return { damage }
    const hash = eventHash(text)
    this.#advance(event, hash)
    return { event, hash }
  }

  #damageOf(event: RecordedEvent): Damage | undefined {
    const { lsn, recorder, time } = event
    if (lsn > this.#lsn)
      return { kind: 'gap', lsn: this.#lsn, detail: `lsn ${String(lsn)} follows lsn ${String(this.#lsn - 1)}` }
    if (lsn < this.#lsn) return { kind: 'duplicate', lsn, detail: `lsn ${String(lsn)} stands here again` }
    if (recorder !== (this.#recorder ?? recorder)) return { kind: 'edit', lsn, detail: 'the recorder is another one' }
    const broken = this.#brokenChain(event)
    if (broken !== undefined) return broken
    if (time < this.#lastTime) return { kind: 'edit', lsn, detail: 'time goes backwards' }
    return undefined
  }

  #brokenChain({ lsn, prev, seq, session }: RecordedEvent): Damage | undefined {
    const head = this.heads.get(session)
    // The writer, which knows all of the journal, may have forgotten a session that is known here.
    if (!this.#isWhole && (head === undefined || (seq === 0 && prev === noHash))) return undefined
    if (seq !== (head?.count ?? 0)) return { kind: 'edit', lsn, detail: 'seq does not continue the session' }
    if (prev !== (head?.hash ?? noHash)) {
      const detail = `the hash of this event is not the one that lsn ${String(lsn)} names in prev`
      return head === undefined
        ? { kind: 'edit', lsn, detail: 'prev names an event before the first' }
        : { kind: 'edit', lsn: head.lsn, detail }
    }
    return undefined
  }

  #advance(event: RecordedEvent, hash: string): void {
    const { lsn, seq, session } = event
    this.heads.set(session, { count: seq + 1, hash, lsn })
    if (event.type === 'session.close') this.heads.close(session)
    else if (event.type === 'journal.open') this.heads.closeAllBut(engineSession)
    this.#lsn = lsn + 1
    this.#recorder ??= event.recorder
    this.#lastTime = event.time
  }
}
