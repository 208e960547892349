import type { Journal, JournalFactory } from '@bothkeys/core'
import { isPromise } from '@bothkeys/core/adapter'

type Append = Journal['append']

/** An event that was recorded, and how long that took. */
export interface AppendSeen {
  readonly type: Parameters<Append>[0]['type']
  readonly body: Parameters<Append>[0]['body']
  readonly durability: Parameters<Append>[1]
  readonly seconds: number
}

/** Who watches. What it throws reaches nobody: nothing that is recorded depends on who counts it. */
export interface JournalWatch {
  appended(seen: AppendSeen): void
  failed(): void
}

/** The same journal, seen by a watch. Order, answers and errors are the journal's own. */
export function watchedJournal(factory: JournalFactory, watch: JournalWatch): JournalFactory {
  return {
    open: async (context) => {
      const journal = await factory.open(context)
      return {
        get behind() {
          return journal.behind
        },
        append: (event, durability) => {
          const startedAtMs = performance.now()
          const appended = (): void => {
            const seconds = (performance.now() - startedAtMs) / 1_000
            quietly(() => watch.appended({ type: event.type, body: event.body, durability, seconds }))
          }
          const failed = (): void => quietly(() => watch.failed())
          try {
            const recorded = journal.append(event, durability)
            if (!isPromise(recorded)) appended()
            else void recorded.then(appended, failed)
            return recorded
          } catch (error) {
            failed()
            throw error
          }
        },
        read: () => journal.read(),
        close: () => journal.close(),
      }
    },
  }
}

function quietly(what: () => void): void {
  try {
    what()
  } catch {
    // Whoever counts must not stop what is counted.
  }
}
