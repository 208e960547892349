const ofKeys = 'identity/key-rotation'
const scim = 'identity/http-directory'

/** What is kept for a time grows old while the machine sleeps, and its monotonic clock stands still. */
export const asleepGuards = [
  ['an answer of a SCIM service', scim, 'time.nowMs()', 'time.nowMs() * 0 + time.monotonicMs', scim],
  [
    'a directory file',
    'file-directory',
    'this.#time.nowMs()',
    'this.#time.nowMs() * 0 + this.#time.monotonicMs',
    'directory/file-directory',
  ],
  ['a key', 'identity/key-source', 'time.nowMs()', 'time.nowMs() * 0 + time.monotonicMs', ofKeys],
  ['a key, where the wall clock is set back', 'identity/key-source', '=> time.nowMs()', '=> clock.wallMs()', ofKeys],
  [
    'a look at what is revoked',
    'revocations',
    'return this.#time.nowMs() - this',
    'return this.#time.nowMs() * 0 + this.#time.monotonicMs - this',
    'enforce/revocations-kept',
  ],
  [
    'what was let through',
    'permit',
    'Math.max(waitedMs, this.#clock.wallMs() - this.#issuedWallMs)',
    'waitedMs',
    'enforce/revoked-meanwhile',
  ],
].map(([what, file, find, replace, test]) => ({
  name: `${what} is no younger because the machine slept`,
  file: `packages/core/src/${file}.ts`,
  find,
  replace,
  tests: [`packages/core/test/${test}.test.ts`],
}))
