import { approvals, core } from './approval-tests.mjs'

const source = (name) => `packages/core/src/${name}.ts`
const tests = core('approvals/model-check')

/**
 * Guards that the exhaustive model check alone must miss: each entry is the loss of one guard, and `only` names the scenario
 * in which a sequence of events then breaks an invariant.
 */
export const modelCheckGuards = [
  ...[
    [
      'people who share an owner',
      "['subject', 'person', 'run', 'key'])",
      "['subject', 'run', 'key'])",
      'two of anybody',
    ],
    ['runs that are one', "['subject', 'person', 'run', 'key'])", "['subject', 'person', 'key'])", 'two of anybody'],
    ['keys that are one', "['subject', 'person', 'run', 'key'])", "['subject', 'person', 'run'])", 'two of anybody'],
  ].map(([what, find, replace, only]) => ({
    name: `the model check misses the guard against ${what}`,
    file: source('duties/independence'),
    find,
    replace,
    tests,
    only,
  })),
  ...[
    [
      'agents where people are asked',
      'eligibility',
      "  if (hold.requirement.from === 'humans' && approver.kind !== 'human') return { reason: 'not-human' }\n",
      '',
      'one person each of two roles',
    ],
    [
      'whoever lacks the role of a stage',
      'eligibility',
      '  if (!candidate.roles.includes(stage.role)) return false\n',
      '',
      'one person each of two roles',
    ],
    [
      'owners where the rule lets none',
      'eligibility',
      "if (!requirement.ownerMayApprove || requester.kind === 'human' || approver.kind !== 'human') return dimensions",
      "if (requester.kind === 'human' || approver.kind !== 'human') return dimensions",
      'two of anybody',
    ],
    [
      'roles that were lost since the vote',
      'vote-box',
      'const current = { ...vote, approver: found.principal, roles: found.roles }',
      'const current = { ...vote, approver: found.principal }',
      'one person each of two roles',
    ],
    [
      'votes that are too old',
      'vote-box',
      'stands(vote, elapsedMs, this.#hold.requirement.voteMaxAgeMs),',
      'elapsedMs >= vote.elapsedMs,',
      'one person each of two roles',
    ],
    [
      'votes about another action',
      'vote-box',
      "    if (digest !== this.#hold.digest) return { reason: 'other-action', approver }\n",
      '',
      'one person each of two roles',
    ],
    [
      'approvers that nobody verified',
      'vote-box',
      "    if (!isPrincipal(approver)) return { reason: 'not-a-principal' }\n    if (digest",
      '    if (digest',
      'one person each of two roles',
    ],
    [
      'claims that pose as evidence',
      'vote-box',
      "return { approver, decision, level: 'asserted', reason, via: via.name }",
      "return { approver, decision, level: 'signed', reason, via: via.name }",
      'with evidence',
    ],
    [
      'evidence that is too weak',
      'vote-box',
      'if (!isAtLeast(given.level, this.#hold.requirement.level)) return { reason',
      "if (!isAtLeast(given.level, 'asserted')) return { reason",
      'with evidence',
    ],
    [
      'evidence that is replayed',
      'request-ledger',
      'return noted !== undefined && noted !== submitted',
      'return noted === null && noted !== submitted',
      'with evidence',
    ],
    [
      'votes that depend on each other',
      'assignment',
      '      if (!filled.every((other) => independentVotes(other, assignment))) continue\n',
      '',
      'with evidence',
    ],
    [
      'quorums that are too small',
      'assignment',
      'Array.from({ length: stage.count }, () => stage)',
      'Array.from({ length: Math.min(1, stage.count) }, () => stage)',
      'with evidence',
    ],
    [
      'policies that changed',
      'pending-request',
      "    if (this.#on.policyNow().digest !== this.#hold.policyDigest) return { end: 'void', why: 'the policy changed' }\n",
      '',
      'one person each of two roles',
    ],
    [
      'requests that expired',
      'pending-request',
      "    if (this.#expiry.expired()) return { end: 'expired' }\n",
      '',
      'one person each of two roles',
    ],
    [
      'clocks that go backwards',
      'expiry',
      '    if (wall < this.#latestWallMs) this.#over = true\n    else',
      '    if (wall >= this.#latestWallMs)',
      'one person each of two roles',
    ],
    [
      'actions that were swapped',
      'pending-request',
      'await this.#refuseIf(digest === this.#hold.digest ? this.#endingNow() : changed)',
      'await this.#refuseIf(digest === changed.end ? changed : this.#endingNow())',
      'one person each of two roles',
    ],
  ].map(([what, file, find, replace, only]) => ({
    name: `the model check misses the guard against ${what}`,
    file: approvals(file),
    find,
    replace,
    tests,
    only,
  })),
]
