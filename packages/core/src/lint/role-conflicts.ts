import type { MarkClaim } from '../duties/claim.js'
import { judgeClaim } from '../duties/claim.js'
import { roleClaimsOf } from '../duties/claims.js'
import type { RosterMember } from '../identity/roster.js'
import type { DutyRules } from '../model/duty-rules.js'
import type { Subject } from '../model/principal.js'
import type { SnapshotValue } from '../model/snapshot.js'

/** Accounts that a rule of `separate.static` ties together and that hold too many of its roles. */
export interface RoleConflict {
  readonly rule: string
  readonly accounts: readonly Subject[]
  /** The roles of the rule that they hold together. */
  readonly roles: readonly string[]
}

/** Everybody who would reserve roles under one key of the ledger. */
interface Holders {
  readonly accounts: Subject[]
  readonly claims: MarkClaim[]
}

/**
 * Who could not all open a session, because the policy keeps their roles apart: everybody's roles are claimed as an opening
 * session claims them, with nothing that was before. Pure. Each group of accounts is told once for a rule.
 * A dimension that the listing does not name ties nobody here; the session that opens with it is checked again.
 */
export function roleConflicts(
  rules: DutyRules,
  members: readonly RosterMember[],
  nowMs: number,
): readonly RoleConflict[] {
  const found = new Map<string, RoleConflict>()
  for (const holders of holdersByKey(rules, members).values()) {
    for (const { accounts, roles, rule } of conflictsAmong(holders, nowMs)) {
      found.set(JSON.stringify([rule, accounts]), { rule, accounts, roles })
    }
  }
  return [...found.values()]
}

function holdersByKey(rules: DutyRules, members: readonly RosterMember[]): ReadonlyMap<string, Holders> {
  const byKey = new Map<string, Holders>()
  for (const { principal, subject } of members) {
    for (const claim of roleClaimsOf(rules, { party: principal, roles: principal.restrictingRoles }, 0).claims) {
      if (!('wants' in claim)) continue
      const holders = byKey.get(claim.key) ?? { accounts: [], claims: [] }
      byKey.set(claim.key, holders)
      holders.accounts.push(subject)
      holders.claims.push(claim)
    }
  }
  return byKey
}

/** One conflict for each rule that some claim of the key conflicts with. */
function conflictsAmong({ accounts, claims }: Holders, nowMs: number): readonly RoleConflict[] {
  const rules = new Map(claims.flatMap(({ wants }) => wants.map(({ rule }) => [rule.id, rule] as const)))
  return [...rules.values()].flatMap(({ id, marks }) => {
    const own = claims.map((claim) => ({ ...claim, wants: claim.wants.filter(({ rule }) => rule.id === id) }))
    if (!isConflict(own, nowMs)) return []
    const held = new Set(own.flatMap(({ wants }) => wants.flatMap(({ adds }) => adds)))
    return [
      {
        rule: id,
        accounts: accounts.filter((_account, index) => own[index]?.wants.length !== 0),
        roles: [...marks].filter((role) => held.has(role)),
      },
    ]
  })
}

/** Whoever is excused claims first: the others would meet what they left. */
function isConflict(claims: readonly MarkClaim[], nowMs: number): boolean {
  let value: SnapshotValue | undefined
  const wanted = claims.filter(({ wants }) => wants.length > 0)
  const isExcused = ({ wants }: MarkClaim): boolean => wants.every(({ rule }) => rule.excuse !== undefined)
  for (const claim of [...wanted.filter(isExcused), ...wanted.filter((each) => !isExcused(each))]) {
    const outcome = judgeClaim(claim, value, nowMs)
    if (outcome.outcome === 'conflict') return true
    if (outcome.outcome === 'reserved') ({ value } = outcome)
  }
  return false
}
