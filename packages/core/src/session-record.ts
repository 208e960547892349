import { withDeadline } from './deadline.js'
import type { Enforcement } from './enforcement.js'
import { principalFragment } from './identity/principal-fragment.js'
import { within } from './ledger/within.js'
import type { Principal } from './model/principal.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'
import type { Refusal } from './refusal.js'
import type { Requester } from './requester.js'

/** What puts sessions on record. */
interface Recording {
  readonly journal: Journal
  readonly observe: Enforcement['observe']
  readonly deadlineMs: number
}

/** A journal that fails makes it no less of a refusal. Never rejects. */
export async function recordRefused(
  { deadlineMs, journal, observe }: Recording,
  { id, principal, refusal }: { readonly id: string; readonly principal: Principal; readonly refusal: Refusal },
): Promise<void> {
  try {
    const body = { actor: principalFragment(principal), code: refusal.code, rules: refusal.rules }
    // Of the engine's chain: a session that never was has none.
    const recorded = journal.append({ type: 'session.refused', session: engineSession, body }, 'written')
    await withDeadline(recorded, 'recording the refusal', deadlineMs, undefined)
  } catch (cause) {
    observe('failure', { session: id, refusal, cause })
  }
}

/** Rejects with ERR_JOURNAL_UNAVAILABLE or ERR_DEADLINE: then there is no session. */
export async function recordOpened(
  { deadlineMs, journal }: Recording,
  requester: Requester,
  delegatedBy: { readonly session: string; readonly depth: number } | undefined,
): Promise<void> {
  const body = { actor: requester.principalRecord, delegatedBy, provenBy: requester.proof?.key }
  await within(deadlineMs, 'recording the session', 'ERR_JOURNAL_UNAVAILABLE', () =>
    journal.append({ type: 'session.open', session: requester.sessionId, trace: requester.trace(), body }, 'synced'),
  )
}

/** The session is over whether this is recorded or not. Never rejects. */
export async function recordClosed(
  { deadlineMs, journal, observe }: Recording,
  session: string,
  reason: string,
): Promise<void> {
  try {
    const recorded = journal.append({ type: 'session.close', session, body: { reason } }, 'synced')
    await withDeadline(recorded, 'recording the end of the session', deadlineMs, undefined)
  } catch (cause) {
    observe('failure', {
      session,
      refusal: {
        code: 'ERR_JOURNAL_UNAVAILABLE',
        message: 'the end of a session could not be recorded',
        rules: [],
        hint: 'look at the journal',
      },
      cause,
    })
  }
}
