const source = (name) => `packages/core/src/${name}.ts`
const limits = ['packages/core/test/duties/limits.test.ts']
const restart = ['packages/core/test/duties/after-restart.test.ts']
const chains = ['packages/core/test/duties/history-chains.test.ts']

/** What happened before counts as it was, after a restart and under changed rules. */
export const dutyHistoryGuards = [
  {
    name: 'a vote on record says for which roles',
    file: source('record/recorded-party'),
    find: "const roles = textsOf(held['roles'])",
    replace: "const roles = textsOf(held['roles']) ?? []",
    tests: restart,
  },
  {
    name: 'a count is told in moments, whatever the window was',
    file: source('duties/tally'),
    find: 'const end = partEnd(rule, endMs)',
    replace: 'const end = partEnd(rule, endMs) + 60 * rule.windowMs',
    tests: limits,
  },
  {
    name: 'a limit is known by what it counts, not by its place',
    file: source('policy/separation'),
    find: 'id: nth === 1 ? name : `${name}, ${String(nth)}`',
    replace: 'id: `limits[${String(index)}]`',
    tests: limits,
  },
  {
    name: 'an action that people decided about is a request, not an execution',
    file: source('enforce'),
    find: "reserveSpending(policy.dutyRules, actOf(held, 'request'), {",
    replace: "reserveSpending(policy.dutyRules, actOf(held, 'action'), {",
    tests: chains,
  },
  {
    name: 'a chain is looked at before anybody is asked',
    file: source('enforce'),
    find: "look(policy.dutyRules, actOf(held, 'request'))",
    replace: "look(policy.dutyRules, actOf(held, 'action'))",
    tests: chains,
  },
  {
    name: 'one closure takes one step of a chain',
    file: source('duties/claims'),
    find: "const rule = markRule(rules, act, { ...chain, max: 1 }, 'steps', chain.steps)",
    replace: "const rule = markRule(rules, act, { ...chain, max: 2 }, 'steps', chain.steps)",
    tests: chains,
  },
  {
    name: 'a yes is a step about what the action does',
    file: source('duties/act'),
    find: '    about: act.effects,',
    replace: '',
    tests: chains,
  },
  {
    name: 'a step counts on its own target',
    file: source('duties/claims'),
    find: '  if (!chain.targets.has(act.target)) return\n',
    replace: '',
    tests: chains,
  },
  {
    name: 'a request on record comes back as one',
    file: source('record/replayed-duties'),
    find: "const kind = decided ? 'request' : 'action'",
    replace: "const kind = decided ? 'action' : 'action'",
    tests: chains,
  },
  {
    name: 'chains that nobody can break are refused',
    file: source('policy/history'),
    find: 'if (asked === undefined || hold.some(isAbout)) return review',
    replace: 'return review',
    tests: chains,
  },
  {
    name: 'what a chain counts changes the digest and widens',
    file: source('policy/outline'),
    find: '    steps: [...steps].sort(),',
    replace: '',
    tests: chains,
  },
]
