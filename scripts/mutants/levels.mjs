const source = (name) => `packages/core/src/${name}.ts`
const core = (...names) => names.map((name) => `packages/core/test/${name}.test.ts`)
const identity = core('identity/level')
const decided = core('policy/decide')
const bounds = core('policy/reachability')
const approving = core('approvals/level')
const enforced = core('enforce/level')

/** How strongly an identity is proven: who says so, what asks for it, and that nothing raises it. */
export const levelGuards = [
  {
    name: 'a token without a key is no more than a channel',
    file: source('identity/jwt-verifier'),
    find: "  if (key === undefined) return 'channel'\n",
    replace: '',
    tests: identity,
  },
  {
    name: 'only a person logs in',
    file: source('identity/jwt-verifier'),
    find: "return kind === 'human' && isPhishingResistant ?",
    replace: 'return isPhishingResistant ?',
    tests: identity,
  },
  {
    name: 'whatever nobody verified is asserted',
    file: source('identity/unverified'),
    find: "    level: 'asserted',\n",
    replace: "    level: own.key === undefined ? 'asserted' : 'signed',\n",
    tests: identity,
  },
  {
    name: 'a level that nobody knows is none',
    file: source('identity/make-principal'),
    find: '  if (!approvalLevels.includes(level)) throw',
    replace: '  if (level === undefined) throw',
    tests: core('identity/make-principal'),
  },
  {
    name: 'the record of a principal says its level',
    file: source('identity/principal-fragment'),
    find: '    kind,\n    level,\n    owners: dimensionJson',
    replace: '    kind,\n    owners: dimensionJson',
    tests: core('identity/make-principal'),
  },
  {
    name: 'delegating raises no level',
    file: source('identity/make-principal'),
    find: "    key: extended(parent.key, key, 'key'),\n",
    replace:
      "    key: extended(parent.key, key, 'key'),\n    level: key === undefined ? parent.level : ('signed' as const),\n",
    tests: core('delegation/delegation-properties'),
  },
  {
    name: 'a rule with a level allows what proves as much',
    file: source('policy/decide'),
    find: 'if (!isProvenFor(rule, this.#input.level))',
    replace: "if (!isProvenFor(rule, 'signed'))",
    tests: decided,
  },
  {
    name: 'an action without effects is let through by no rule that asks for more',
    file: source('policy/decide'),
    find: ' && isProvenFor(each, level))',
    replace: " && isProvenFor(each, level && 'signed'))",
    tests: decided,
  },
  {
    name: 'whoever says nothing proves nothing',
    file: source('policy/match'),
    find: "proven: ApprovalLevel = 'asserted'",
    replace: "proven: ApprovalLevel = 'signed'",
    tests: decided,
  },
  {
    name: 'a level that nobody knows is enough for nothing',
    file: source('model/level'),
    find: 'return needed >= 0 && approvalLevels.indexOf(level) >= needed',
    replace: 'return needed >= 0 && (approvalLevels.indexOf(level) >= needed || !approvalLevels.includes(level))',
    tests: decided,
  },
  {
    name: 'duties are those that the level gives',
    file: source('policy/view'),
    find: 'leftBy(allow.filter((rule) => isProvenFor(rule, level)))',
    replace: 'all',
    tests: [...decided, ...enforced],
  },
  {
    name: 'the digest covers the level',
    file: source('policy/outline'),
    find: '    level: rule.level,\n',
    replace: '',
    tests: decided,
  },
  {
    name: 'a level that asks nothing is an error',
    file: source('policy/lost-bounds'),
    find: ', ...lostLevel(rule, list)]',
    replace: ']',
    tests: bounds,
  },
  {
    name: 'a bound on rows stands beside a rule that asks for more proof',
    file: source('policy/lost-bounds'),
    find: ' && isProvenFor(other, rule.level)',
    replace: '',
    tests: bounds,
  },
  {
    name: 'a level stands beside a rule for fewer rows',
    file: source('policy/lost-bounds'),
    find: ' && rowsOf(other) >= rowsOf(rule)',
    replace: '',
    tests: bounds,
  },
  {
    name: 'an action is decided at the level of its session',
    file: source('decided-action'),
    find: '    level: requester.principal.level,\n',
    replace: "    level: 'signed',\n",
    tests: enforced,
  },
  {
    name: 'a read-only connection follows from the level of the session',
    file: source('access'),
    find: 'this.#policyTarget(), principal.level, ',
    replace: 'this.#policyTarget(), undefined, ',
    tests: enforced,
  },
  {
    name: 'whoever approves is proven as well as the rule asks for',
    file: source('approvals/eligibility'),
    find: 'level: lowerLevel(level, approver.level)',
    replace: 'level',
    tests: approving,
  },
  {
    name: 'a vote is given as well as the rule asks for',
    file: source('approvals/eligibility'),
    find: 'level: lowerLevel(level, approver.level)',
    replace: 'level: approver.level',
    tests: approving,
  },
  {
    name: 'whoever signs is proven at the level of what they signed',
    file: source('approvals/signed-evidence'),
    find: "verifiedBy: 'signed-approval', level: proven,",
    replace: "verifiedBy: 'signed-approval', level,",
    tests: approving,
  },
  {
    name: 'approvers see how strongly the requester is proven',
    file: source('approvals/request-head'),
    find: ' (${level})`',
    replace: '`',
    tests: approving,
  },
]
