const file = 'packages/core/src/identity/sign-approval.ts'
const tests = ['packages/core/test/identity/remote-signature.test.ts']

/** Whoever signs elsewhere is waited for, but not for ever. */
export const remoteSignerGuards = [
  ['is given up', 'await untilAborted(sign(input, signal), signal)', 'await sign(input, signal)'],
  [
    'that is given up is told so in words of ours',
    '      if (!signal.aborted) throw error\n',
    '      if (signal !== undefined) throw error\n',
  ],
  ['that fails says why', '      if (!signal.aborted) throw error\n', ''],
  ['is waited for in bounds', 'deadlineMs >= 1 && deadlineMs <= 300_000', 'deadlineMs !== undefined'],
].map(([which, find, replace]) => ({ name: `a signer elsewhere ${which}`, file, find, replace, tests }))
