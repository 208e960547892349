import { BothKeysError } from './errors.js'
import { changeName, principalInChange } from './identity/make-principal.js'
import { ownMember } from './identity/own-member.js'
import type { Credential } from './identity/verifier.js'
import type { Principal } from './model/principal.js'
import type { SessionOptions } from './session-options.js'

/**
 * Reads the change that a host opens a session for, and answers how a verified principal gets it. Throws ERR_CONFIG_INVALID
 * for what is no name of a change, and for one that stands in the credential, where whoever presents it wrote it. What is
 * answered throws ERR_TOKEN_INVALID when the verified credential names another change.
 */
export function changeOf(
  { change }: Pick<SessionOptions, 'change'>,
  credential: Credential,
): (principal: Principal) => Principal {
  if (ownMember(credential, 'change') !== undefined) throw wrong('change is an option, and no part of the credential')
  if (change === undefined) return (principal) => principal
  const named = changeName(change, wrong)
  return (principal) => principalInChange(principal, named)
}

function wrong(reason: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `openSession: ${reason}`, {
    hint: "pass the ticket or the change request that the work belongs to: openSession(credential, { change: 'CHG-1234' })",
  })
}
