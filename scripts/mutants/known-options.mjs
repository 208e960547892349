const tests = ['packages/core/test/enforce/known-options.test.ts']

/** What a host gets wrong is said at once, and not left out. */
export const knownOptionGuards = [
  ['of a guard exist', 'guard-options', "  assertKnownOptions('createGuard', options, optionNames)\n"],
  ['of a session exist', 'session-keeper', "    assertKnownOptions('openSession', options, sessionOptionNames)\n"],
  ['of proofs exist', 'identity/dpop-options', "  assertKnownOptions('jwtVerifier.dpop', options, optionNames)\n"],
  [
    'of a SCIM service exist',
    'identity/http-directory',
    "  assertKnownOptions('httpDirectory', options, optionNames)\n",
  ],
  [
    'of signed evidence exist',
    'approvals/signed-approver',
    "  assertKnownOptions('signedApprover', options, optionNames)\n",
  ],
  [
    'of logins as approvals exist',
    'approvals/id-token-approver',
    "  assertKnownOptions('idTokenApprover', options, optionNames)\n",
  ],
  ['that are misspelt are named', 'known-options', '${suggestion(name, [...known])}'],
  ['that are numbers bound something', 'guard-options', 'Number.isSafeInteger(value) && value >= 1', 'value !== 0'],
  ['that are numbers can be kept', 'guard-options', ' && value <= most'],
].map(([which, file, find, replace = '']) => ({
  name: `options ${which}`,
  file: `packages/core/src/${file}.ts`,
  find,
  replace,
  tests,
}))
