import { BothKeysError } from '../errors.js'
import { wrongOption } from '../known-options.js'
import type { CanonicalInput } from '../model/canonical-json.js'
import { canonicalJson } from '../model/canonical-json.js'
import { membersOf, textsOf } from '../model/members.js'
import type { Subject } from '../model/principal.js'
import { ChainCheck } from '../record/chain-check.js'
import type { EventType, RecordedEvent } from '../record/event.js'
import { eventHash } from '../record/event-hash.js'
import { corrupt, readJournal } from '../record/read-journal.js'
import type { ControlId } from './control.js'
import { controls } from './control.js'
import { evidenceMatcher, votersOf } from './evidence-query.js'

/** A recorded event that is evidence for a control. Plain JSON. */
export interface Evidence {
  /** What it is evidence for. */
  readonly control: ControlId
  /** Where the event stands in the journal, and the hash by which it can be found and checked. */
  readonly lsn: number
  /** Of the event: SHA-256 in hexadecimal digits, as the journal has it. */
  readonly hash: string
  /** The session that it belongs to. */
  readonly session: string
  /** ISO 8601 wall time of the event. */
  readonly time: string
  /** The type of the event. */
  readonly type: EventType
  /** The name of the target; null where the event is about none. */
  readonly target: string | null
  /** The rules that the event names. */
  readonly rules: readonly string[]
  /** The people whose votes an action relied on. */
  readonly approvers: readonly Subject[]
  /** How an action ended; null where nothing ran, or its end is not on record. */
  readonly outcome: string | null
}

/** Options of `evidenceFor`. */
export interface EvidenceOptions {
  /** Ends the reading, which then throws ERR_ABORTED. */
  readonly signal?: AbortSignal
}

/**
 * Streams the recorded events that are evidence for a control, in their order. The journal is verified from its first event to its
 * last before anything is answered, and again on the way: one that does not verify is ERR_JOURNAL_CORRUPT. What was recorded
 * after that is left out. `journal` is the folder of a file journal, which may be in use, or all events of a journal. What
 * verification cannot see is said at `verifyJournal`. Memory grows with the evidence, not with the journal.
 * Rejects with ERR_CONFIG_INVALID for a control that the mapping does not know, with ERR_JOURNAL_UNAVAILABLE when the journal cannot be
 * read, and with ERR_ABORTED.
 *
 * @example
 * for await (const { hash, lsn, time } of evidenceFor('NIST AC-3(2)', './audit')) console.log(lsn, hash, time)
 */
export async function* evidenceFor(
  control: ControlId,
  journal: string | readonly RecordedEvent[],
  options: EvidenceOptions = {},
): AsyncGenerator<Evidence, void> {
  const asked = controls.find(({ id }) => id === control)
  if (asked === undefined) throw wrongOption('evidenceFor', 'there is no such control')
  const isEvidence = evidenceMatcher(asked.evidence)
  const outcomes = new Map<string, string | null>()
  let verified = 0
  for await (const event of verifiedEvents(journal, options.signal)) {
    verified++
    if (event.type === 'action.intent' && isEvidence(event)) outcomes.set(String(event['id']), null)
    const { intent, outcome } = event
    if (event.type === 'action.outcome' && outcomes.has(String(intent))) outcomes.set(String(intent), String(outcome))
  }
  for await (const event of verifiedEvents(journal, options.signal)) {
    if (event.lsn >= verified) return
    if (isEvidence(event)) yield evidenceOf(control, event, outcomes)
  }
}

function evidenceOf(control: ControlId, event: RecordedEvent, outcomes: ReadonlyMap<string, string | null>): Evidence {
  const { approval, decision, lsn, rules, session, target, time, type } = event
  const people = votersOf(membersOf(approval)['votes']).map(({ subject: { id, issuer } }) =>
    Object.freeze({ issuer, id }),
  )
  const name = typeof target === 'string' ? target : membersOf(target)['name']
  return Object.freeze({
    control,
    lsn,
    hash: eventHash(textOf(event)),
    session,
    time,
    type,
    target: typeof name === 'string' ? name : null,
    rules: Object.freeze(textsOf(rules ?? membersOf(decision)['rules']) ?? []),
    approvers: Object.freeze(people),
    outcome: type === 'action.intent' ? (outcomes.get(String(event['id'])) ?? null) : null,
  })
}

/** Every event of an intact journal. Throws at the first that is not as it was written; a torn end is where it ends. */
async function* verifiedEvents(
  journal: string | readonly RecordedEvent[],
  signal: AbortSignal | undefined,
): AsyncGenerator<RecordedEvent, void> {
  const events = typeof journal === 'string' ? readJournal(journal) : eventsOf(journal)
  for await (const event of events) {
    if (signal?.aborted === true) throw new BothKeysError('ERR_ABORTED', 'looking for evidence was aborted')
    yield event
  }
}

async function* eventsOf(events: readonly RecordedEvent[]): AsyncGenerator<RecordedEvent, void> {
  const check = new ChainCheck()
  for (const event of events) {
    const checked = check.take(textOf(event))
    if (checked === undefined || 'damage' in checked) throw corrupt(check.lsn)
    yield await Promise.resolve(checked.event)
  }
}

/** The text that was hashed (RFC 8785). What has none was never an event. */
function textOf(event: RecordedEvent): string {
  try {
    // An event was read from JSON, so it is made of what JSON has.
    return canonicalJson(event as unknown as CanonicalInput)
  } catch {
    return ''
  }
}
