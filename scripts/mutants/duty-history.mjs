const source = (name) => `packages/core/src/${name}.ts`
const limits = ['packages/core/test/duties/limits.test.ts']
const restart = ['packages/core/test/duties/after-restart.test.ts']
const roles = ['packages/core/test/duties/separated-roles.test.ts']

/** What happened before counts as it was, after a restart and under changed rules. */
export const dutyHistoryGuards = [
  {
    name: 'a vote counts after a restart for the roles that it was given with',
    file: source('record/replayed-duties'),
    find: "return { party: partyOf(event, 'approver').party, roles }",
    replace: "return partyOf(event, 'approver')",
    tests: roles,
  },
  {
    name: 'a vote on record says for which roles',
    file: source('record/replayed-duties'),
    find: "if (roles === undefined) throw unreadable(event, 'the roles of its approver')",
    replace: "if (roles === undefined) return partyOf(event, 'approver')",
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
]
