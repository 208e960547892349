import type { ErrorCode, Refusal } from '@bothkeys/core/adapter'
import { errorResponse } from './messages.js'

/** The SQLSTATE that stands for a refusal (PostgreSQL documentation, Appendix A). Policy refusals are 42501. */
const sqlStates: Partial<Record<ErrorCode, string>> = {
  ERR_ABORTED: '57014',
  ERR_APPROVAL_WITHDRAWN: '57014',
  ERR_DEADLINE: '57014',
  ERR_DIRECTORY_UNAVAILABLE: '58030',
  ERR_INTERNAL: 'XX000',
  ERR_JOURNAL_BEHIND: '58030',
  ERR_JOURNAL_UNAVAILABLE: '58030',
  ERR_LEDGER_UNAVAILABLE: '58030',
  ERR_LEDGER_UNKNOWN: '58030',
  ERR_OUTCOME_UNRECORDED: '58030',
  ERR_LIMIT_EXCEEDED: '54000',
  ERR_PROTOCOL_REFUSED: '0A000',
  ERR_REVOKED: '57P01',
  ERR_SESSION_CLOSED: '57P01',
  ERR_STATEMENT_INVALID: '42601',
}

/** A refusal that the door makes by itself, with a SQLSTATE that drivers know and a position in the text. */
export interface DoorRefusal extends Refusal {
  readonly sqlState?: string
  /** Position in characters from 1, for syntax errors. */
  readonly position?: number
}

/**
 * The refusal as a PostgreSQL error: the code, the rules and what to do stand in its detail and hint.
 * `severity` FATAL announces that the connection ends.
 */
export function refusalResponse(refusal: DoorRefusal, severity: 'ERROR' | 'FATAL' = 'ERROR'): Buffer {
  const rules = refusal.rules.length === 0 ? '' : ` (rule ${refusal.rules.join(', ')})`
  return errorResponse({
    S: severity,
    V: severity,
    C: refusal.sqlState ?? sqlStates[refusal.code] ?? '42501',
    M: refusal.message,
    D: `${refusal.code}${rules}`,
    H: refusal.hint,
    ...(refusal.position === undefined ? {} : { P: String(refusal.position) }),
    R: 'bothkeys',
  })
}

/** A refusal of what the protocol, not the policy, does not let pass. */
export function protocolRefusal(message: string, hint: string, sqlState: string): DoorRefusal {
  return { code: 'ERR_PROTOCOL_REFUSED', message: `refused: ${message}`, rules: [], hint, sqlState }
}

/** The refusal of what cannot be decided in the batch that it stands in. */
export function laterInBatch(why: string): DoorRefusal {
  return protocolRefusal(
    `an earlier statement of the same batch keeps this one from being decided: ${why}`,
    'send a Sync between the two',
    '0A000',
  )
}
