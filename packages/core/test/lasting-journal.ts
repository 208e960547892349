import type { RecordedEvent } from '../src/record/event.js'
import type { JournalFactory } from '../src/record/journal.js'
import { memoryJournal } from '../src/record/memory-journal.js'

/** A journal that survives its process. */
export function lastingJournal(): JournalFactory & { readonly events: readonly RecordedEvent[] } {
  const kept: RecordedEvent[] = []
  return {
    get events() {
      return kept
    },
    open: async (context) => {
      const inner = memoryJournal()
      const opened = await inner.open(context)
      const before = [...kept]
      return {
        append: async (event, durability) => {
          const at = await opened.append(event, durability)
          kept.push(inner.events[at.lsn]!)
          return at
        },
        async *read() {
          yield* before
        },
        close: () => opened.close(),
      }
    },
  }
}
