import { conflicts } from '../duties/independence.js'
import type { IndependentParty } from '../duties/independence.js'
import { parseParty } from '../duties/party-value.js'
import { jsonPointer } from '../identity/json-pointer.js'
import { membersOf } from '../model/members.js'
import type { ApprovalLevel } from '../model/decision.js'
import { approvalLevels } from '../model/decision.js'
import { isAtLeast } from '../model/level.js'
import type { EventType, RecordedEvent } from '../record/event.js'

/** What a member of an event must be. */
export type MemberCondition =
  /** One of these values, exactly. */
  | { readonly is: readonly (string | number | boolean)[] }
  /** A list of which one item fulfils all of these. */
  | { readonly some: MemberConditions }
  /**
   * Votes of at least so many people, each of whom is somebody else: not the same account, person or owner. With a level:
   * votes that are proven at least so well, and no others.
   */
  | { readonly people: number; readonly level?: ApprovalLevel }

/** Conditions by JSON Pointer (RFC 6901). All of them are fulfilled. */
export type MemberConditions = Readonly<Record<string, MemberCondition>>

/** Which recorded events are evidence: those of one of these types whose members fulfil its conditions. Plain JSON. */
export type EvidenceQuery = readonly { readonly type: EventType; readonly where?: MemberConditions }[]

/** Compiles a query. The answer is pure, and false for every event that has another form than it should. */
export function evidenceMatcher(query: EvidenceQuery): (event: RecordedEvent) => boolean {
  const matchers = query.map(({ type, where = {} }) => ({ type, fulfils: conditionsOf(where) }))
  return (event) => matchers.some(({ fulfils, type }) => event.type === type && fulfils(event))
}

function conditionsOf(where: MemberConditions): (value: unknown) => boolean {
  const checks = Object.entries(where).map(([pointer, condition]) => {
    const memberOf = jsonPointer(pointer, 'an evidence query')
    const holds = conditionOf(condition)
    return (value: unknown) => holds(memberOf(value))
  })
  return (value) => checks.every((holds) => holds(value))
}

function conditionOf(condition: MemberCondition): (member: unknown) => boolean {
  if ('is' in condition) return (member) => condition.is.some((value) => value === member)
  if ('people' in condition) return (member) => Array.isArray(member) && areSoMany(member, condition)
  const fulfils = conditionsOf(condition.some)
  return (member) => Array.isArray(member) && member.some(fulfils)
}

/** The people who voted, as they are on record. What is no person, or cannot be read, is nobody. */
export function votersOf(votes: unknown, level: ApprovalLevel = 'asserted'): readonly IndependentParty[] {
  if (!Array.isArray(votes)) return []
  return votes.flatMap((vote: unknown) => {
    const { approver, level: proven } = membersOf(vote)
    const known = approvalLevels.find((each) => each === proven)
    if (known === undefined || !isAtLeast(known, level)) return []
    const party = parseParty(approver)
    return party?.kind === 'human' ? [party] : []
  })
}

/** Two accounts of one person are one. Of those who are the same as others, as many are chosen as can be. */
function areSoMany(
  votes: readonly unknown[],
  { level, people }: Extract<MemberCondition, { readonly people: number }>,
): boolean {
  const chosen = (from: readonly IndependentParty[], missing: number): boolean =>
    missing === 0 ||
    from.some((voter, index) => {
      const others = from
        .slice(index + 1)
        .filter((other) => conflicts(voter, other, ['subject', 'person']).length === 0)
      return chosen(others, missing - 1)
    })
  return chosen(votersOf(votes, level), people)
}
