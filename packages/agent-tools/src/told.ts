import type { ErrorCode } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import { ToolFailure } from './agent-tool.js'

/** Who could change that a call was refused. */
type Help = 'nobody' | 'people' | 'agent' | 'operator'

/** An agent that knows whether asking again helps does not try sixty ways around. */
const help: Readonly<Record<ErrorCode, Help>> = Object.freeze({
  ERR_ABORTED: 'agent',
  ERR_AFFECTED_EXCEEDED: 'agent',
  ERR_AFFECTED_UNCOUNTED: 'agent',
  ERR_APPROVAL_DENIED: 'nobody',
  ERR_APPROVAL_EXPIRED: 'people',
  ERR_APPROVAL_INELIGIBLE: 'people',
  ERR_APPROVAL_UNAVAILABLE: 'operator',
  ERR_APPROVAL_VOID: 'people',
  ERR_APPROVAL_WITHDRAWN: 'people',
  ERR_CONFIG_INVALID: 'operator',
  ERR_DEADLINE: 'agent',
  ERR_DELEGATION_REFUSED: 'nobody',
  ERR_DENIED: 'nobody',
  ERR_DIRECTORY_INVALID: 'operator',
  ERR_DIRECTORY_REFUSED: 'operator',
  ERR_DIRECTORY_UNAVAILABLE: 'operator',
  ERR_DUTY_CONFLICT: 'nobody',
  ERR_GLASS_REFUSED: 'nobody',
  ERR_GLASS_UNNOTIFIED: 'operator',
  ERR_GLASS_UNREVIEWED: 'people',
  ERR_GRANT_REFUSED: 'nobody',
  ERR_HOLD_IN_TRANSACTION: 'agent',
  ERR_INTERNAL: 'operator',
  ERR_JOURNAL_BEHIND: 'operator',
  ERR_JOURNAL_CORRUPT: 'operator',
  ERR_JOURNAL_LOCKED: 'operator',
  ERR_JOURNAL_UNAVAILABLE: 'operator',
  ERR_LEDGER_UNAVAILABLE: 'operator',
  ERR_LEDGER_UNKNOWN: 'operator',
  ERR_LIMIT_EXCEEDED: 'agent',
  ERR_LIMIT_UNMEASURED: 'operator',
  ERR_OUTCOME_UNRECORDED: 'operator',
  ERR_PERMIT_SPENT: 'agent',
  ERR_PERMIT_VOID: 'agent',
  ERR_POLICY_INVALID: 'operator',
  ERR_POLICY_UNSIGNED: 'operator',
  ERR_POLICY_UNSUPPORTED: 'operator',
  ERR_POLICY_WIDENING: 'operator',
  ERR_PROOF_INVALID: 'operator',
  ERR_PROOF_NONCE: 'operator',
  ERR_PROOF_UNAVAILABLE: 'operator',
  ERR_PROTOCOL_REFUSED: 'agent',
  ERR_REQUEST_INVALID: 'operator',
  ERR_REVOKED: 'nobody',
  ERR_SESSION_CLOSED: 'operator',
  ERR_SNAPSHOT_INVALID: 'agent',
  ERR_SINK_UNAVAILABLE: 'operator',
  ERR_STATEMENT_INVALID: 'agent',
  ERR_TARGET_UNKNOWN: 'operator',
  ERR_TARGET_UNSAFE: 'operator',
  ERR_TOKEN_INVALID: 'operator',
  ERR_WORK_UNREVIEWED: 'people',
})

const words: Readonly<Record<Help, string>> = Object.freeze({
  nobody: 'No person can help: the same call stays refused.',
  people: 'A person can help: the call may be made again, and people are asked.',
  agent: 'No person is needed: another call may be let through.',
  operator: 'Only whoever runs this system can help. Say so, and stop trying.',
})

/**
 * What an agent is told of a call that came to nothing: the code, the rules, whether a person can help, and what to do next
 * (RULES 13). Of what is neither a refusal nor a ToolFailure it is told nothing, for nobody knows what its message holds.
 */
export function tellAgent(error: unknown): string {
  if (error instanceof ToolFailure) return `Failed: ${error.message}`
  if (!(error instanceof BothKeysError)) return 'Failed: the tool itself failed. Say so, and stop trying.'
  const { code, hint, message, rules } = error
  const lines = [
    `Not done (${code}): ${message}`,
    ...(rules.length > 0 ? [`Rules: ${rules.join(', ')}`] : []),
    // A door may be newer than this.
    words[Object.hasOwn(help, code) ? help[code] : 'operator'],
    ...(hint === undefined ? [] : [`Next: ${hint}.`]),
  ]
  return lines.join('\n')
}
