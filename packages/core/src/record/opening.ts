import type { EventDraft } from './event.js'
import { engineSession } from './event.js'
import type { JournalBehind } from './noted-head.js'
import type { OpenIntents } from './open-intents.js'

/** What was found and repaired while a journal was opened. */
export interface Repair {
  readonly segment: number
  /** Where the last whole event ended. */
  readonly offset: number
  /** How many bytes were cut off there. */
  readonly bytes: number
  /** The file that keeps them. */
  readonly kept: string
}

/** The events that a journal begins with each time it is opened. */
export function openingEvents(
  intents: OpenIntents,
  repair: Repair | undefined,
  behind: JournalBehind | undefined,
): readonly EventDraft[] {
  const unknown = intents.unknownOutcomes()
  const opened: EventDraft = { type: 'journal.open', session: engineSession, body: { pid: process.pid } }
  const fallen = behind === undefined ? [] : [behindEvent(behind)]
  if (repair === undefined && unknown.length === 0) return [opened, ...fallen]
  const recovered: EventDraft = {
    type: 'journal.recovery',
    session: engineSession,
    body: {
      reason: 'opened',
      torn: repair === undefined ? undefined : { ...repair },
      unknown: unknown.length,
    },
  }
  return [opened, ...fallen, recovered, ...unknown]
}

function behindEvent({ lastLsn, noted, why }: JournalBehind): EventDraft {
  const { hash, lsn } = noted
  return {
    type: 'journal.recovery',
    session: engineSession,
    body: { reason: 'behind-noted-head', lastLsn, noted: { hash, lsn }, why },
  }
}
