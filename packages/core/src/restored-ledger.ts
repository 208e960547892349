import { requestKey } from './approvals/pending-index.js'
import { storedValue } from './approvals/stored-request.js'
import { replayedGlass, storedGlass } from './glass/glass-facts.js'
import { glassesKey } from './glass/glass-ledger.js'
import type { Ledger, LedgerChange } from './ledger/ledger.js'
import { memoryLedger } from './ledger/memory-ledger.js'
import type { Clock } from './model/clock.js'
import type { DutyRules } from './model/duty-rules.js'
import type { RecordedEvent } from './record/event.js'
import type { Journal } from './record/journal.js'
import type { ReplayedRequest } from './record/replay-state.js'
import { replayState } from './record/replay-state.js'
import type { ReplayedEntry } from './record/replayed-duties.js'
import { ReplayedDuties } from './record/replayed-duties.js'
import { policyVersionKey } from './policy-version.js'
import { ReplayedRevocations } from './replayed-revocations.js'
import { noRevocations, revocationsKey, stillStored, storedValue as storedRevocations } from './stored-revocations.js'

/** How long after its expiry a restriction is kept. */
const keptAfterMs = 60 * 60_000
/** How many entries fit beside those that come back. */
const roomBesides = 100_000

/**
 * The embedded ledger, rebuilt from the journal (RULES 19). Only restrictions come back: what was consumed or denied stays
 * so, what is revoked is revoked, glass that nobody reviewed waits for it, no signed policy comes back once a newer one was in force, what was exercised counts for the duty rules in force, every other request of an earlier
 * process is void, and time does not fall behind the journal's last event. Throws ERR_JOURNAL_CORRUPT when one of these
 * cannot be read.
 */
export async function restoredLedger(clock: Clock, journal: Journal, rules: DutyRules | undefined): Promise<Ledger> {
  const duties = new ReplayedDuties(rules)
  const revocations = new ReplayedRevocations()
  const { glasses, requests, policyVersions, lastTimeMs } = await replayState(
    watched(journal.read(), [duties, revocations]),
  )
  const changes = [
    ...[...requests].map(([id, request]) => restriction(id, request)),
    ...duties.entries(lastTimeMs).map(dutyChange),
    ...unreviewedGlasses(glasses),
  ]
  const ledger = memoryLedger({ clock, notBeforeMs: lastTimeMs, maxEntries: changes.length + roomBesides })
  const nowMs = await ledger.nowMs()
  const revoked = stillStored({ ...noRevocations, inForce: revocations.inForce }, nowMs)
  if (revoked.inForce.length > 0) {
    changes.push({ key: revocationsKey, expectedVersion: 0, value: storedRevocations(revoked) })
  }
  for (const [engine, newest] of policyVersions) {
    changes.push({ key: policyVersionKey(engine), expectedVersion: 0, value: { ...newest } })
  }
  if (changes.length > 0) await ledger.commit(changes)
  return ledger
}

async function* watched(
  events: AsyncIterable<RecordedEvent>,
  watchers: readonly Pick<ReplayedDuties, 'take'>[],
): AsyncGenerator<RecordedEvent> {
  for await (const event of events) {
    for (const watcher of watchers) watcher.take(event)
    yield event
  }
}

/** A glass outlives its process as something that has to be reviewed, and lifts nothing. */
function unreviewedGlasses(glasses: readonly RecordedEvent[]): readonly LedgerChange[] {
  if (glasses.length === 0) return []
  return [{ key: glassesKey, expectedVersion: 0, value: glasses.map(replayedGlass).map(storedGlass) }]
}

function dutyChange({ expiresAtMs, key, value }: ReplayedEntry): LedgerChange {
  const change = { key, expectedVersion: 0, value }
  return expiresAtMs === undefined ? change : { ...change, expiresAtMs }
}

function restriction(id: string, { digest, end, expiresAtMs, policy }: ReplayedRequest): LedgerChange {
  const keptUntilMs = expiresAtMs + keptAfterMs
  return {
    key: requestKey(id),
    expectedVersion: 0,
    // A denial is derived from votes, which do not outlive their process: void refuses just the same.
    value: storedValue({
      actionId: '',
      holder: '',
      expiresAtMs,
      enteredAtMs: expiresAtMs,
      heldUntilMs: keptUntilMs,
      digest,
      policy,
      view: '',
      end: end === 'denied' ? 'void' : end,
      votes: [],
      submitted: [],
      keptUntilMs,
    }),
    expiresAtMs: keptUntilMs,
  }
}
