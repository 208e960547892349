import { personKey } from '../duties/person.js'
import { randomHex } from '../model/digest.js'
import type { ApprovalSubject } from '../model/approval-statement.js'
import type { ApprovalPorts } from './approval-ports.js'
import type { VoteReceipt } from './approver.js'
import { updateLedger } from '../ledger/update.js'
import { requestKey } from './pending-index.js'
import { evidenceId, firstProven, nobodyTakesEvidence, takersOfEvidence } from './proof.js'
import { evidenceKey } from './request-ledger.js'
import { parseStored, stateOf, storedValue, withSubmission } from './stored-request.js'
import { maxEvidence } from './vote-form.js'

/** What came of evidence that was handed in. `later`: the process that asked examines it, within a quarter of a second. */
export type SubmitReceipt = VoteReceipt | { readonly counted: 'later' }

/** The most evidence that is checked at the same time. */
const maxAtOnce = 64

/** Takes evidence in about requests of other processes, a bounded number at a time; what is more is refused at once. */
export class Submissions {
  readonly #on: ApprovalPorts
  #running = 0

  constructor(on: ApprovalPorts) {
    this.#on = on
  }

  /** See `submitElsewhere`. */
  async take(requestId: string, evidence: unknown): Promise<SubmitReceipt> {
    if (this.#running >= maxAtOnce) return refused('too-many-votes')
    this.#running++
    try {
      return await submitElsewhere(this.#on, requestId, evidence)
    } finally {
      this.#running--
    }
  }
}

/**
 * Takes evidence in about a request of another process on the same ledger: verifies it and leaves it there, in one commit
 * with the note that it was used. Whether its approver may decide is for the process that asked, which knows who asked.
 * Throws ERR_LEDGER_UNAVAILABLE or ERR_DEADLINE.
 */
async function submitElsewhere(on: ApprovalPorts, requestId: string, evidence: unknown): Promise<SubmitReceipt> {
  if (typeof evidence !== 'string' || evidence.length > maxEvidence) return refused('malformed')
  const { deadlineMs, ledger } = on
  const key = requestKey(requestId)
  const stored = await updateLedger(ledger, deadlineMs, [key], (entries) => ({
    write: [],
    result: parseStored(entries.get(key)?.value),
  }))
  if (stored === undefined) return refused('unknown-request')
  if (stateOf(stored) !== 'pending') return refused('late')
  const about: ApprovalSubject = {
    aud: on.engine,
    req: requestId,
    adh: stored.digest,
    pol: stored.policy,
    view: stored.view,
  }
  const among = takersOfEvidence(on.approvers)
  if (among === undefined) return refused(nobodyTakesEvidence)
  const { verified, via } = await firstProven(among, evidence, about, deadlineMs)
  if ('detail' in verified) return refused(`no-evidence: ${verified.detail}`)
  const { approver, decision, id } = verified
  const submission = {
    id: randomHex(16),
    approver: personKey(approver.subject.issuer, approver.subject.id),
    decision,
    via: via.name,
    evidence,
  }
  const used = evidenceKey({ key: evidenceId(id) })
  return updateLedger<SubmitReceipt>(ledger, deadlineMs, [key, used], (entries) => {
    const now = parseStored(entries.get(key)?.value)
    if (now === undefined) return { write: [], result: refused('late') }
    if (entries.get(used)?.value !== undefined) return { write: [], result: refused('already-used') }
    const next = withSubmission(now, submission)
    if (typeof next === 'string') return { write: [], result: refused(next) }
    const expiresAtMs = now.keptUntilMs
    return {
      write: [
        { key, value: storedValue(next), expiresAtMs },
        { key: used, value: submission.id, expiresAtMs },
      ],
      result: later,
    }
  })
}

const later: SubmitReceipt = Object.freeze({ counted: 'later' })

function refused(reason: string): SubmitReceipt {
  return Object.freeze({ counted: false, reason })
}
