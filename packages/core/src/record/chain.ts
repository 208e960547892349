import { BothKeysError } from '../errors.js'
import { canonicalJson } from '../model/canonical-json.js'
import type { Clock } from '../model/clock.js'
import type { EventDraft, RecordedAt } from './event.js'
import { engineSession } from './event.js'
import { frame, frameHash, noHash } from './event-hash.js'
import type { EnvelopeValues } from './event-text.js'
import { EventText } from './event-text.js'
import { ForwardTime } from '../model/forward-time.js'
import { SessionHeads } from './session-heads.js'
import { millisecondsText, WallTimeText } from './time-text.js'

/** The longest event, so that reading a journal takes bounded memory. */
const maxEventLength = 16 * 1024 * 1024

/** How many events may wait to be hashed. */
const maxUnhashed = 64

/** Where a session's chain stands. */
export interface ChainHead {
  /** Events so far. */
  readonly count: number
  /** The hash of the last one. */
  readonly hash: string
}

/** Where a journal stands when it is opened again. */
export interface ChainStart {
  readonly lsn: number
  readonly lastTimeMs: number
  readonly heads: Pick<SessionHeads<ChainHead>, 'map'>
}

/** An event that was prepared and may become the next one. */
interface Prepared {
  readonly head: LiveHead
  readonly draft: EventDraft
  readonly lsn: number
  readonly framed: string
}

/** A head whose last event is hashed when its hash is needed, at the latest by the session's next event. */
interface LiveHead {
  readonly quoted: string
  count: number
  /** As JSON text: `"0f3a…"`. */
  prev: string
  pending: { readonly framed: string; readonly lsn: number } | undefined
}

/**
 * Gives events their envelope. `prepare` answers the framed RFC 8785 text and changes nothing; `commit` makes that event
 * the last one. So an event that could not be written leaves no gap.
 */
export class EventChain {
  readonly #text = new EventText()
  readonly #wallText = new WallTimeText()
  readonly #time: ForwardTime
  readonly #onHash: (lsn: number, hash: string) => void
  readonly #heads: SessionHeads<LiveHead>
  readonly #envelope: EnvelopeValues
  readonly #unhashed: LiveHead[] = []
  #lsn: number
  #prepared: Prepared | undefined

  /** `onHash` is told the hash of every event, once, in no particular order. */
  constructor(recorder: string, clock: Clock, onHash: (lsn: number, hash: string) => void, start?: ChainStart) {
    this.#onHash = onHash
    this.#time = new ForwardTime(clock, start?.lastTimeMs ?? 0)
    this.#lsn = start?.lsn ?? 0
    this.#heads = start?.heads.map(liveHead) ?? new SessionHeads<LiveHead>()
    this.#envelope = {
      lsn: 0,
      mono: '',
      prev: '',
      recorder: canonicalJson(recorder),
      seq: 0,
      session: '',
      time: '',
      trace: undefined,
    }
  }

  /** The number of events, which is the lsn of the next one. */
  get lsn(): number {
    return this.#lsn
  }

  /** The event as the next one, framed. Throws ERR_SNAPSHOT_INVALID, ERR_INTERNAL or ERR_LIMIT_EXCEEDED. */
  prepare(draft: EventDraft): string {
    const lsn = this.#lsn
    const head = this.#heads.get(draft.session) ?? liveHead({ count: 0, hash: noHash }, draft.session)
    const envelope = this.#envelope
    envelope.lsn = lsn
    envelope.prev = this.#prev(head)
    envelope.seq = head.count
    envelope.session = head.quoted
    envelope.time = this.#wallText.of(this.#time.nowMs())
    envelope.trace = draft.trace
    envelope.mono = millisecondsText(this.#time.monotonicMs)
    const framed = frame(this.#text.write(draft, envelope))
    // A getter in the body recorded an event of its own, which has this one's place now.
    if (lsn !== this.#lsn) throw new BothKeysError('ERR_INTERNAL', 'an event was recorded while another one was')
    if (framed.length > maxEventLength) {
      throw new BothKeysError('ERR_LIMIT_EXCEEDED', `an event is longer than ${String(maxEventLength)} characters`)
    }
    this.#prepared = { head, draft, lsn, framed }
    return framed
  }

  /** The event that was prepared last is recorded. */
  commit(): RecordedAt {
    const prepared = this.#prepared
    if (prepared?.lsn !== this.#lsn)
      throw new BothKeysError('ERR_INTERNAL', 'an event was recorded while another one was')
    this.#prepared = undefined
    const { draft, head, lsn } = prepared
    const seq = head.count
    if (seq === 0) this.#heads.set(draft.session, head)
    head.count = seq + 1
    head.pending = prepared
    if (this.#unhashed.push(head) >= maxUnhashed) this.hashAll()
    this.#lsn++
    if (draft.type === 'session.close') this.#heads.close(draft.session)
    else if (draft.type === 'journal.open') this.#heads.closeAllBut(engineSession)
    return { lsn, seq }
  }

  /** Hashes what was not hashed yet. */
  hashAll(): void {
    for (const head of this.#unhashed) this.#prev(head)
    this.#unhashed.length = 0
  }

  #prev(head: LiveHead): string {
    const pending = head.pending
    if (pending === undefined) return head.prev
    const hash = frameHash(pending.framed)
    head.pending = undefined
    head.prev = `"${hash}"`
    this.#onHash(pending.lsn, hash)
    return head.prev
  }
}

function liveHead(head: ChainHead, session: string): LiveHead {
  return { quoted: canonicalJson(session), count: head.count, prev: `"${head.hash}"`, pending: undefined }
}
