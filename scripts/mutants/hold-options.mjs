import { approvals, core } from './approval-tests.mjs'

const tests = core('approvals/hold-options')
const policy = (name) => `packages/core/src/policy/${name}.ts`

/** What a hold rule asks for beside roles: quorums, owners, duties of the approver, the age of votes. */
export const holdOptionGuards = [
  {
    name: 'an owner approves only where the rule lets owners',
    file: approvals('eligibility'),
    find: "if (!requirement.ownerMayApprove || requester.kind === 'human' || approver.kind !== 'human') return dimensions",
    replace: "if (requester.kind === 'human' || approver.kind !== 'human') return dimensions",
    tests,
  },
  {
    name: 'only the owner is excused from being another person',
    file: approvals('eligibility'),
    find: "return isOwner ? dimensions.filter((dimension) => dimension !== 'person') : dimensions",
    replace:
      "return isOwner || owners !== 'unknown' ? dimensions.filter((dimension) => dimension !== 'person') : dimensions",
    tests,
  },
  {
    name: 'a stage that names person takes no owner',
    file: approvals('eligibility'),
    find: "const required = stage.independent.includes('person')",
    replace: "const required = stage.independent.includes('person') && !hold.requirement.ownerMayApprove",
    tests,
  },
  {
    name: 'whoever approves holds what they approve where the rule says so',
    file: approvals('eligibility'),
    find: 'return hold.requirement.approverMustHold && !mayDo(hold, candidate, policy) ?',
    replace: 'return hold.requirement.rules.length === 0 && !mayDo(hold, candidate, policy) ?',
    tests,
  },
  {
    name: 'a vote that can never be young enough is not waited for',
    file: approvals('unholdable'),
    find: 'if (!(voteMaxAgeMs > 0)) return',
    replace: 'if (voteMaxAgeMs === null) return',
    tests,
  },
  {
    name: 'every stage is filled as often as it counts',
    file: approvals('assignment'),
    find: 'Array.from({ length: stage.count }, () => stage)',
    replace: 'Array.from({ length: Math.min(1, stage.count) }, () => stage)',
    tests,
  },
  ...[
    ['the youngest votes', 'Math.min(one.voteMaxAgeMs, other.voteMaxAgeMs)', 'one.voteMaxAgeMs'],
    [
      'approvers that hold the duties when one rule says so',
      'one.approverMustHold || other.approverMustHold',
      'one.approverMustHold && other.approverMustHold',
    ],
    [
      'owners only when all rules say so',
      'one.ownerMayApprove && other.ownerMayApprove',
      'one.ownerMayApprove || other.ownerMayApprove',
    ],
  ].map(([what, find, replace]) => ({
    name: `several holds ask for ${what}`,
    file: policy('requirement'),
    find,
    replace,
    tests: core('policy/requirement'),
  })),
  ...[
    ['more people than a request takes', 'references', 'if (seats > maxSeats) {', 'if (seats > 99) {'],
    [
      'an owner who may approve and never could',
      'rule-problems',
      'if (requester?.ownerMayApprove !== true) return []',
      'if (requester?.ownerMayApprove !== false) return []',
    ],
  ].map(([what, where, find, replace]) => ({
    name: `a rule with ${what} does not load`,
    file: policy(where),
    find,
    replace,
    tests: core('policy/load-errors'),
  })),
]
