/** What the processes need that hold keys: of people who decide, of whoever writes policies, of agents. Verifies nothing. */
export type { ActionSignature } from './identity/sign-action.js'
export { signAction } from './identity/sign-action.js'
export type {
  ApprovalFacts,
  ApprovalSignature,
  ApprovalStatement,
  ApprovalSubject,
  RemoteApprovalSignature,
} from './identity/sign-approval.js'
export { signApproval, statementNonce } from './identity/sign-approval.js'
export type { RequestMessage, RequestSignature } from './identity/sign-request.js'
export { signRequest } from './identity/sign-request.js'
export type { PolicySignature, PolicyStatement } from './identity/sign-policy.js'
export { signPolicy } from './identity/sign-policy.js'
export type { ProvableAction } from './model/provable-action.js'
