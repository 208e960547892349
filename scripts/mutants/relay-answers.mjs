const relay = (name) => `packages/approval-relay/src/${name}.ts`
const tests = (...names) => names.map((name) => `packages/approval-relay/test/${name}.test.ts`)

/** What becomes of an answer at the relay: its words, its signature, its place on disk, and when it may be given again. */
export const relayAnswerGuards = [
  {
    name: 'the words of whoever decides are signed',
    file: relay('sign-decision'),
    find: '        reason,\n',
    replace: '',
    tests: tests('reasons'),
  },
  {
    name: 'nothing hides in words',
    file: relay('checked-decision'),
    find: "withoutHidden(reason ?? '').trim()",
    replace: "(withoutHidden('') + (reason ?? '')).trim()",
    tests: tests('reasons'),
  },
  {
    name: 'words are no longer than an engine reads',
    file: relay('sign-decision'),
    find: 'whole.length <= maxEvidence',
    replace: 'whole.length <= 2 * maxEvidence',
    tests: tests('reasons'),
  },
  {
    name: 'an approval that no engine reads is none',
    file: relay('sign-decision'),
    find: "    if (evidence.length > maxEvidence) throw new Error('no engine reads an approval of that length')\n",
    replace: '',
    tests: tests('reasons'),
  },
  {
    name: 'words stay apart where a line ended',
    file: 'packages/core/src/approvals/visible.ts',
    find: "(/\\s/u.test(character) ? ' ' : '')",
    replace: "''",
    tests: ['packages/core/test/approvals/request-view.test.ts'],
  },
]
