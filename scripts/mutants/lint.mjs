const core = (name) => `packages/core/src/${name}.ts`
const apart = ['packages/core/test/directory/roles-apart.test.ts']
const together = ['packages/core/test/lint/roles-together.test.ts']

/** What a policy and a directory together get wrong. */
export const lintGuards = [
  ...[
    [
      'a guard is not created with them',
      core('guard'),
      '    await assertRolesApart(holder.current, directory, { deadlineMs, nowMs: clock.wallMs() })\n',
      '',
    ],
    ['a reload does not bring them', core('policy-holder'), '      await this.#options.admits(next)\n', ''],
    ['a finding refuses', core('roles-apart'), '  if (findings.length === 0) return\n', '  return\n'],
    ['the duties policy and approve are among them', core('roles-apart'), ', ...policyAdmins(policy, members)]', ']'],
    [
      'so they are in a policy that separates no roles',
      core('roles-apart'),
      "return duties.has('policy') && duties.has('approve')",
      'return false',
    ],
    [
      'a listing that fails is no empty one',
      core('identity/listing'),
      'throw unavailable(`the directory ${why} when it was asked for everybody`, cause)',
      'return new Map([])',
    ],
    ['a listing is a list', core('identity/listing'), 'if (!Array.isArray(answer)) throw', "if (answer === '') throw"],
    [
      'a listing is bounded',
      core('identity/listing'),
      'if (answer.length > maxEntries) throw',
      'if (answer.length > 1e9) throw',
    ],
    ['a listing names nobody twice', core('identity/listing'), 'if (listing.has(key)) throw', "if (key === '') throw"],
    [
      'a listing has accounts of issuers',
      core('identity/listing'),
      "if (issuer.includes('#')) throw",
      "if (issuer === '#') throw",
    ],
  ].map(([what, file, find, replace]) => ({
    name: `roles that a policy keeps apart: ${what}`,
    file,
    find,
    replace,
    tests: apart,
  })),
  {
    name: 'roles that a policy keeps apart: found among everybody of the directory',
    file: core('lint/role-conflicts'),
    find: "if (outcome.outcome === 'conflict') return true",
    replace: "if (outcome.outcome === 'exceeded') return true",
    tests: together,
  },
  {
    name: 'roles that a policy keeps apart: what one rule counts is no matter of another',
    file: core('lint/role-conflicts'),
    find: 'wants: claim.wants.filter(({ rule }) => rule.id === id)',
    replace: 'wants: claim.wants.filter(({ rule }) => rule.id === id || true)',
    tests: together,
  },
  ...[
    ['an example is held by the very rule', core('lint/example-actions'), ' && decision.rules.includes(hold.id)', ''],
    [
      'an example is what the rules share',
      core('lint/example-actions'),
      'wanted.every((each) => each.values.has(value))',
      'wanted.some((each) => each.values.has(value))',
    ],
    [
      'whoever the duty rules refuse is not counted on',
      core('lint/approvability'),
      'if (dutyRules === undefined) return undefined',
      'if (dutyRules !== null) return undefined',
    ],
    [
      'whoever may not vote is not counted on',
      core('lint/approvability'),
      'if (unfit !== undefined) {',
      'if (unfit === null) {',
    ],
    [
      'a person is absent with every account',
      core('lint/approvability'),
      '!isSamePerson(approver, absent.approver)',
      'approver !== absent.approver',
    ],
    [
      'one who is absent is looked for',
      core('lint/quorums'),
      'if (found.quorum !== undefined) return fragile(found)',
      'if (found.quorum !== undefined) return undefined',
    ],
    [
      'everybody who asks is tried',
      core('lint/quorums'),
      'for (const example of examples) this.#try',
      'for (const example of examples.slice(1)) this.#try',
    ],
    [
      'whose roles are not listed may ask for anything',
      core('lint/quorums'),
      'member.namesRoles ? member.principal.roles : [...policy.roles]',
      'member.principal.roles',
    ],
    [
      'shared means that all share',
      core('lint/quorums'),
      "!leftOut.every(({ reason }) => reason === 'not-independent')",
      'leftOut.length < 0',
    ],
    [
      'a separation that ties is not escaped',
      core('lint/escapes'),
      'together.size <= rule.max || isTied(claimed, rule.max)',
      'together.size <= rule.max',
    ],
    [
      'a separation is about what comes together',
      core('lint/escapes'),
      'together.size <= rule.max || isTied(claimed, rule.max)',
      'isTied(claimed, rule.max)',
    ],
    [
      'votes are duties',
      core('lint/escapes'),
      "if (!policy.dutiesOf(roles, target).has('approve')) return done",
      'if (roles.length > 0) return done',
    ],
    [
      'a policy admin is found by every account',
      core('lint/policy-admins'),
      'if (changes.length === 0 || approves.length === 0) continue',
      'if (changes.length === 0 || approves.length === 0 || group.length > 1) continue',
    ],
    [
      'a policy admin who cannot approve is none',
      core('lint/policy-admins'),
      'if (changes.length === 0 || approves.length === 0) continue',
      'if (changes.length === 0) continue',
    ],
    [
      'a class that is not listed is told',
      core('lint/lint'),
      'if (classless.length > 0 && viewsOf(policy).rules.hold.some(asksForClass)) {',
      'if (classless.length < 0) {',
    ],
    [
      'roles that are not listed are told',
      core('lint/lint'),
      'if (roleless.length > 0) {',
      'if (roleless.length < 0) {',
    ],
  ].map(([what, file, find, replace]) => ({
    name: `lint: ${what}`,
    file,
    find,
    replace,
    tests: ['packages/core/test/lint/lint.test.ts'],
  })),
  ...[
    [
      'the requester is somebody who is let in',
      core('lint/who-could-approve'),
      'if (listed === undefined) throw',
      'if (listed === null) throw',
    ],
    [
      'the requester is looked up',
      core('lint/who-could-approve'),
      '? await standingIn(listing, requester)',
      '? { principal: requester }',
    ],
    [
      'the target is one of the policy',
      core('lint/who-could-approve'),
      'if (target === undefined) throw',
      'if (target === null) throw',
    ],
  ].map(([what, file, find, replace]) => ({
    name: `who could approve: ${what}`,
    file,
    find,
    replace,
    tests: ['packages/core/test/lint/who-could-approve.test.ts'],
  })),
  ...[
    [
      'looks back',
      core('simulate-for'),
      "typeof found === 'object' ? found.refusal.rules : []",
      "typeof found === 'object' ? [] : []",
    ],
    ['is of a session that lives', core('simulate-for'), '  assertLive(requester)\n', ''],
    [
      'reserves nothing',
      core('duty-reservation'),
      'return this.#ask(this.#claimsOf(rules, act), undefined)',
      'return this.#ask(this.#claimsOf(rules, act), whoOf(act))',
    ],
    [
      'is refused by what the action brings together',
      core('lint/simulate'),
      'return refusedBy === undefined ? [] : [refusedBy]',
      'return refusedBy === null ? [refusedBy] : []',
    ],
    [
      'is of somebody verified',
      core('lint/who-could-approve'),
      'if (isPrincipal(requester)) return requester',
      "if ('kind' in requester) return requester",
    ],
    ['says limits apart', core('lint/simulate'), 'counted.filter((id) => !limits.has(id))', 'counted'],
  ].map(([what, file, find, replace]) => ({
    name: `a simulation ${what}`,
    file,
    find,
    replace,
    tests: ['packages/core/test/lint/simulate.test.ts'],
  })),
]
