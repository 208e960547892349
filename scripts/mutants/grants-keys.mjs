const source = (name) => `packages/core/src/${name}.ts`
const keys = 'packages/core/test/grants/grants-keys.test.ts'

/** What people signed is checked again, by the keys of then, before a grant is used. */
export const grantKeyGuards = [
  [
    'ends with the key of who gave it',
    'approvals/still-approved',
    'const approver = await proven(vote)',
    'const approver = vote.approver',
    keys,
  ],
  [
    'outlives the signature of who gave it',
    'approvals/pending-request',
    'provenAgain(vote, vote.votedAtMs)',
    'provenAgain(vote)',
    keys,
  ],
  [
    'is proven by the times of a yes',
    'identity/approval-token',
    'asOfMs ?? time.nowMs()',
    'time.nowMs()',
    'packages/core/test/approvals/signed-approver.test.ts',
  ],
  [
    'is proven by the times of a login',
    'identity/id-token',
    'asOfMs ?? time.nowMs()',
    'time.nowMs()',
    'packages/core/test/approvals/id-token-approver.test.ts',
  ],
].map(([name, file, find, replace, test]) => ({ name, file: source(file), find, replace, tests: [test] }))
