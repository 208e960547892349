import { assertKnownOptions } from '../known-options.js'
import type { ApprovalRequest, Approver } from './approver.js'
import type { SignedEvidenceOptions } from './signed-evidence.js'
import { signedEvidence } from './signed-evidence.js'

/** Whose signatures are approvals, who the people are that decided, and how they hear of a request. */
export interface SignedApproverOptions extends SignedEvidenceOptions {
  /** Stands in the record beside each vote. */
  readonly name: string
  /** Tells the people's side of a new request. Throwing means that nobody was told. Default: they look for themselves. */
  readonly notify?: (request: ApprovalRequest, signal: AbortSignal) => Promise<void>
}

const optionNames: ReadonlySet<string> = new Set<keyof SignedApproverOptions>([
  'name',
  'issuer',
  'jwks',
  'people',
  'level',
  'notify',
  'clockToleranceS',
  'clock',
])

/**
 * An approver whose answers are signed statements (`bothkeys-approval+jwt`): who decided what, about which request, action,
 * policy and view. They are handed in with `guard.approvals.submit` and checked again right before the action runs, so
 * that an answer without a signature of the listed keys never counts, wherever it was kept meanwhile.
 * Throws ERR_CONFIG_INVALID when an option is wrong.
 *
 * @example
 * signedApprover({ name: 'desk', issuer: 'https://desk.example', jwks: 'https://desk.example/jwks', people })
 */
export function signedApprover(options: SignedApproverOptions): Approver {
  assertKnownOptions('signedApprover', options, optionNames)
  const { name, notify } = options
  return Object.freeze({
    name,
    ...signedEvidence('signedApprover', options),
    async ask(request, _vote, signal): Promise<void> {
      await notify?.(request, signal)
    },
  } satisfies Approver)
}
