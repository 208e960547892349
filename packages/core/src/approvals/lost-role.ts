import type { Principal } from '../model/principal.js'
import type { Ending } from './ending.js'

/**
 * Why a requester may not go on with what it asked for: it has not all the roles any more that it asked with. Whichever it
 * lost, approvers were told of somebody who had it, and the policy decided for that.
 */
export function lostRole(asked: Principal, now: Principal): Ending | undefined {
  if (asked.roles.every((role) => now.roles.includes(role))) return undefined
  return { end: 'void', why: 'the directory took a role from the requester since its session was opened' }
}
