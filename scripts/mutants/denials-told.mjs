import { approvals, core } from './approval-tests.mjs'

const record = (which, file, find, replace, tests) => ({
  name: `the record of a denial ${which}`,
  file,
  find,
  replace,
  tests: core(...tests),
})

/** Whoever reads the record can tell which action was denied. */
const denialRecordedGuards = [
  record('names what people were asked about', 'packages/core/src/enforce.ts', ', intent: outcome.intent }', ' }', [
    'enforce/admit',
  ]),
  record(
    'names nothing that is not on record',
    approvals('pending-request'),
    "this.#opened === 'recorded' ? this.#hold.actionId : undefined",
    'this.#hold.actionId',
    ['enforce/admit'],
  ),
  record(
    'names what was approved in vain',
    'packages/core/src/enforce.ts',
    'spent.refusal, approved.binding.actionId)',
    'spent.refusal)',
    ['duties/one-step'],
  ),
]

/** What whoever asked is told of a denial: who, and their words, as words. */
export const denialToldGuards = [
  [
    'has the words of whoever denied',
    "reason === undefined || reason.trim() === '' ? 'gave no reason' :",
    "reason !== 'x' ? 'gave no reason' :",
  ],
  ['has no words where there are none', " || reason.trim() === '' ? 'gave", " ? 'gave"],
  ['makes nobody up', '  if (by === undefined) return denied\n', '  if (by === undefined) return `${denied}: "?"`\n'],
  ['quotes the words', 'wrote, quoted here: ${quoted(reason)}', 'wrote, quoted here: ${reason}'],
  ['quotes the name', '${denied}: ${quoted(by.subject.id)} ', '${denied}: "${by.subject.id}" '],
  ['is bounded', 'inQuotes(text.slice(0, maxQuoted))', 'inQuotes(text)'],
]
  .map(([which, find, replace]) => ({
    name: `what is told of a denial ${which}`,
    file: approvals('ending'),
    find,
    replace,
    tests: core('approvals/reasons'),
  }))
  .concat(denialRecordedGuards)
