import { core } from './approval-tests.mjs'

const visible = 'packages/core/src/approvals/visible.ts'
const marks = core('approvals/visible')

/** That what is shown is what is signed, to the character. */
export const relayShownGuards = [
  {
    name: 'a mark on anything but a letter is written out',
    file: visible,
    find: '`(?<!${letterWithTwo})\\\\p{M}`',
    replace: '`(?<!.)\\\\p{M}`',
    tests: marks,
  },
  { name: 'marks past the third are written out', file: visible, find: '{0,2}', replace: '*', tests: marks },
  {
    name: 'no mark is drawn on what is written out, which was a letter',
    file: visible,
    find: '`(?![${ignored}])\\\\p{L}',
    replace: '`\\\\p{L}',
    tests: marks,
  },
  {
    name: 'no mark is drawn on what is written out, which was a mark',
    file: visible,
    find: '(?:(?![${ignored}${over}])\\\\p{M})',
    replace: '(?:\\\\p{M})',
    tests: marks,
  },
  ...['\\\\p{Me}', '\\\\u0334-\\\\u0338', '\\\\u20d2', '\\\\u20e5'].map((some) => ({
    name: `a mark over what stands before it is written out: ${some}`,
    file: visible,
    find: some,
    replace: '',
    tests: marks,
  })),
  {
    name: 'a mark stands with its letter',
    file: 'packages/approval-relay/src/pages/exact-rows.ts',
    find: '(?:\\p{L}(?=\\p{M}))?',
    replace: '',
    tests: ['packages/approval-relay/test/pages/html.test.ts'],
  },
  ...['marked(`${visible(operation)} on ${visible(target)}`)', 'marked(visible(requester.id))'].map((find) => ({
    name: `what looks like something else is marked in the history: ${find}`,
    file: 'packages/approval-relay/src/pages/history-page.ts',
    find,
    replace: find.slice('marked('.length, -1),
    tests: ['packages/approval-relay/test/hostile-sender.test.ts'],
  })),
]
