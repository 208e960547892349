import { approvals, core } from './approval-tests.mjs'

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
].map(([which, find, replace]) => ({
  name: `what is told of a denial ${which}`,
  file: approvals('ending'),
  find,
  replace,
  tests: core('approvals/reasons'),
}))
