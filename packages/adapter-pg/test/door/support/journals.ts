import type { EventType, Journal, JournalFactory } from '@bothkeys/core'

type Append = Journal['append']

/** A journal between the guard and the memory journal: the test decides what becomes of each event. */
export class TestJournal {
  /** What becomes of an event. Default: it is recorded at once. */
  append: (event: Parameters<Append>[0], record: () => ReturnType<Append>) => ReturnType<Append> = (_event, record) =>
    record()

  readonly around = (memory: JournalFactory): JournalFactory => ({
    open: async (context) => {
      const journal = await memory.open(context)
      return {
        append: (event, durability) => this.append(event, () => journal.append(event, durability)),
        read: () => journal.read(),
        close: () => journal.close(),
      }
    },
  })

  /** From now on events of a type meet this fate; others are recorded at once. */
  on(type: EventType, fate: (record: () => ReturnType<Append>) => ReturnType<Append>): void {
    this.append = (event, record) => (event.type === type ? fate(record) : record())
  }

  reset(): void {
    this.append = (_event, record) => record()
  }
}

/** A promise that the test resolves. */
export class Gate {
  readonly opened: Promise<void>
  open: () => void = () => undefined

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve
    })
  }
}
