/** What the processes need that hold keys: those of people who decide, and those of agents. Verifies nothing. */
export type { ActionSignature } from './identity/sign-action.js'
export { signAction } from './identity/sign-action.js'
export type { ApprovalSignature, ApprovalStatement, ApprovalSubject } from './identity/sign-approval.js'
export { signApproval, statementNonce } from './identity/sign-approval.js'
export type { ProvableAction } from './model/provable-action.js'
