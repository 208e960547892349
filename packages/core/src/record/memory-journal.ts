import { BothKeysError } from '../errors.js'
import { EventChain } from './chain.js'
import { ChainCheck } from './chain-check.js'
import type { EventDraft, RecordedAt, RecordedEvent } from './event.js'
import type { JournalFollower } from './followed.js'
import { MemoryFollower } from './memory-follower.js'
import type { Journal, JournalContext, JournalFactory } from './journal.js'
import { OpenIntents } from './open-intents.js'
import { openingEvents } from './opening.js'

/** A journal in memory, with its events at hand. */
export interface MemoryJournal extends Journal {
  /** Everything recorded so far. */
  readonly events: readonly RecordedEvent[]
}

/** Opens memory journals. Like a directory on disk, it keeps what was recorded: the next `open` goes on from there. */
export interface MemoryJournalFactory extends JournalFactory {
  open(context: JournalContext): Promise<MemoryJournal>
  readonly events: readonly RecordedEvent[]
}

/**
 * Builds a journal in memory, for tests and trials: it vanishes with the process. Same events, same chains as the file
 * journal. Opening it while it is open throws ERR_JOURNAL_LOCKED.
 */
export function memoryJournal(): MemoryJournalFactory {
  const lines: string[] = []
  let parsed: readonly RecordedEvent[] = []
  const acknowledged = new Map<string, number>()
  let owner: OpenMemoryJournal | undefined
  const events = (): readonly RecordedEvent[] => {
    if (parsed.length < lines.length) parsed = [...parsed, ...lines.slice(parsed.length).map(eventOf)]
    return parsed
  }
  return Object.freeze({
    async open(context: JournalContext): Promise<MemoryJournal> {
      if (owner?.isOpen === true) throw new BothKeysError('ERR_JOURNAL_LOCKED', 'this memory journal is open already')
      owner = new OpenMemoryJournal(context, { lines, acknowledged }, events)
      return Promise.resolve(owner)
    },
    get events() {
      return events()
    },
  })
}

/** What outlives an open journal. */
interface Kept {
  readonly lines: string[]
  /** How many events each reader has. */
  readonly acknowledged: Map<string, number>
}

class OpenMemoryJournal implements MemoryJournal {
  readonly #chain: EventChain
  readonly #lines: string[]
  readonly #acknowledged: Kept['acknowledged']
  readonly #events: () => readonly RecordedEvent[]
  #hashing = false
  isOpen = true

  constructor(context: JournalContext, { acknowledged, lines }: Kept, events: () => readonly RecordedEvent[]) {
    this.#lines = lines
    this.#acknowledged = acknowledged
    this.#events = events
    const check = new ChainCheck()
    const intents = new OpenIntents()
    for (const line of lines) intents.take(checked(check, line))
    this.#chain = new EventChain(context.recorder, context.clock, () => undefined, check)
    for (const draft of openingEvents(intents, undefined, undefined)) this.append(draft)
  }

  get events(): readonly RecordedEvent[] {
    return this.#events()
  }

  append(draft: EventDraft): RecordedAt {
    if (!this.isOpen) throw new BothKeysError('ERR_JOURNAL_UNAVAILABLE', 'the journal is closed, so nothing ran')
    const framed = this.#chain.prepare(draft)
    const at = this.#chain.commit()
    this.#lines.push(framed.slice(1, -1))
    if (draft.type === 'action.intent') this.#hashSoon()
    return at
  }

  async *read(): AsyncGenerator<RecordedEvent> {
    const check = new ChainCheck()
    for (const line of this.#lines.slice()) yield await Promise.resolve(checked(check, line))
  }

  follow(name: string): JournalFollower {
    return new MemoryFollower(this.#lines, this.#acknowledged, name)
  }

  close(): Promise<void> {
    this.isOpen = false
    return Promise.resolve()
  }

  #hashSoon(): void {
    if (this.#hashing) return
    this.#hashing = true
    setImmediate(() => {
      this.#hashing = false
      this.#chain.hashAll()
    })
  }
}

function eventOf(line: string): RecordedEvent {
  return JSON.parse(line) as RecordedEvent
}

function checked(check: ChainCheck, line: string): RecordedEvent {
  const result = check.take(line)
  if (result !== undefined && 'event' in result) return result.event
  const detail = result === undefined ? 'a line is not an event' : result.damage.detail
  throw new BothKeysError('ERR_JOURNAL_CORRUPT', `the journal in memory does not verify: ${detail}`)
}
