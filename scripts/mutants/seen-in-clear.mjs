const core = (name) => `packages/core/src/${name}.ts`
const relayed = ['packages/core/test/approvals/relayed-request.test.ts']
const clear = ['packages/core/test/approvals/seen-in-clear.test.ts']
const relay = ['packages/approval-relay/test/masks.test.ts']

/** Who sees in clear what masks hide from approvers. */
export const seenInClearGuards = [
  {
    name: 'whoever is shown values does not decide who may see them',
    file: core('approvals/eligibility'),
    find: 'if (candidate.sawClear === true &&',
    replace: 'if (candidate.sawClear === undefined &&',
    tests: clear,
  },
  {
    name: 'every rule has to leave somebody out who sees in clear',
    file: core('approvals/hidden-values'),
    find: 'rules.every(({ except }) => except.some((role)',
    replace: 'rules.some(({ except }) => except.some((role)',
    tests: clear,
  },
  {
    name: 'nobody is asked at signed where nobody may see it all',
    file: core('approvals/hidden-values'),
    find: 'rules.every(({ except }) => except.length > 0)',
    replace: 'rules.some(({ except }) => except.length > 0)',
    tests: clear,
  },
  {
    name: 'a yes to the clear view says so',
    file: core('approvals/vote-box'),
    find: '{ ...clear, sawClear: true }',
    replace: 'clear',
    tests: clear,
  },
  {
    name: 'a no to the clear view is one of anybody',
    file: core('approvals/vote-box'),
    find: "clear.decision === 'allow' ? { ...clear, sawClear: true } : clear",
    replace: '{ ...clear, sawClear: true }',
    tests: clear,
  },
  {
    name: 'a relay shows in clear what its person may see alone',
    file: core('approvals/read-request'),
    find: 'hidden !== undefined && maySee(hidden, roles)',
    replace: 'hidden !== undefined',
    tests: relayed,
  },
  {
    name: 'a relay signs what its person saw',
    file: 'packages/approval-relay/src/desk-decisions.ts',
    find: 'clear.view.digest === view.digest ? clear : entry.request',
    replace: 'entry.request',
    tests: relay,
  },
]
