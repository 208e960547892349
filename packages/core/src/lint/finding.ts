import type { Subject } from '../model/principal.js'
import { placeIn } from '../policy/compile.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { PolicyPath, Position } from '../policy/problem.js'
import { quoted, writePath } from '../policy/problem.js'

/** What a policy and a directory can be found to be, with how bad it is. docs/lint.md is kept equal to it by a test. */
export const findingSeverities = Object.freeze({
  /** Roles that a static separation keeps apart are held together. A guard is not created with it. */
  'roles-together': 'error',
  /** Whoever may change the policy may approve as well. A guard is not created with it. */
  'policy-admin-approves': 'error',
  /** Everybody who has the roles that a hold asks for shares something with the requester. */
  'approvers-not-independent': 'error',
  /** There are not enough people to say yes to what a requester may ask for. */
  'quorum-unmeetable': 'error',
  /** Somebody could break glass, and nobody independent could review it. */
  'glass-unreviewable': 'error',
  /** No distinct people could take the steps of a history chain. */
  'chain-unmeetable': 'error',
  /** Nobody could review what somebody does, as a history chain wants it. */
  'work-unreviewable': 'error',
  /** A mask that is alike across runs is of a column that somebody may write. */
  'mask-tells-writers': 'error',
  /** A mask is of what nobody may read. */
  'mask-for-nobody': 'warning',
  /** Nobody could break a glass. */
  'glass-for-nobody': 'warning',
  /** There are enough, but not when one of them is absent. */
  'quorum-fragile': 'warning',
  /** One person could do together what a separation keeps apart, because it does not count over what ties their accounts. */
  'separation-escaped': 'warning',
  /** Somebody is excused from a rule that keeps duties apart. */
  mitigated: 'notice',
  /** An exception is over: the rule holds for everybody again. */
  'mitigation-over': 'notice',
  /** The listing names no roles, so that nothing can be said of them. */
  'roles-not-listed': 'notice',
  /** The listing names no class of agents for which people approve. */
  'class-not-listed': 'notice',
} as const)

/** What a finding is about. */
export type FindingCode = keyof typeof findingSeverities

/** One thing that a policy and a directory together get wrong. */
export interface Finding {
  /** A word that stays the same. docs/lint.md has every one. */
  readonly code: FindingCode
  /** Of the code: an error cannot work, a warning is likely to be wrong, a notice is for whoever reads. */
  readonly severity: (typeof findingSeverities)[FindingCode]
  /** Where the rule stands in the policy: `hold[0].require[1]`. */
  readonly path: string
  /** Line and column of it, from 1; undefined when the policy was no text. */
  readonly position: Position | undefined
  /** One sentence: what is wrong and what to do. */
  readonly message: string
  /** The accounts that it is about. */
  readonly accounts: readonly Subject[]
}

/** Makes findings about the rules of one policy. */
export function findingAt(
  policy: CompiledPolicy,
  code: FindingCode,
  path: PolicyPath,
  message: string,
  accounts: readonly Subject[],
): Finding {
  return Object.freeze({
    code,
    severity: findingSeverities[code],
    path: writePath(path),
    position: placeIn(policy, path),
    message,
    accounts: Object.freeze([...accounts]),
  })
}

const shownNames = 5

/** Accounts as they may stand in a message: the first few by id, quoted, and how many more there are. */
export function named(accounts: readonly Subject[]): string {
  const shown = accounts.slice(0, shownNames).map(({ id }) => quoted(id))
  const more = accounts.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`
}
