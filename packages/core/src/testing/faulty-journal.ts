import type { EventDraft, RecordedEvent } from '../record/event.js'
import type { Journal, JournalFactory } from '../record/journal.js'
import { memoryJournal } from '../record/memory-journal.js'

/** A memory journal that a case can make fail or hang. */
export class FaultyJournal {
  mode: 'works' | 'throws' | 'hangs' = 'works'
  readonly #kept: { events: readonly RecordedEvent[] } = { events: [] }

  get events(): readonly RecordedEvent[] {
    return this.#kept.events
  }

  factory(): JournalFactory {
    const inner = memoryJournal()
    return {
      open: async (context) => {
        const journal = await inner.open(context)
        Object.defineProperty(this.#kept, 'events', { get: () => inner.events })
        return this.#wrap(journal)
      },
    }
  }

  #wrap(journal: Journal): Journal {
    return {
      append: (event: EventDraft, durability) => {
        if (this.mode === 'throws') throw new Error('the disk is gone')
        if (this.mode === 'hangs') return new Promise(() => undefined)
        return journal.append(event, durability)
      },
      read: () => journal.read(),
      close: () => journal.close(),
    }
  }
}
