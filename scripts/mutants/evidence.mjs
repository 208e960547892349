const file = (name) => `packages/core/src/approvals/${name}.ts`
const tests = ['packages/core/test/approvals/estimates.test.ts']

const guard = (name, where, find, replace = '', by = tests) => ({ name, file: file(where), find, replace, tests: by })

/** What estimates of held actions must be before people see them. */
export const evidenceGuards = [
  guard(
    'an estimate is on record before it is made',
    'estimates',
    "    await record(journal, deadlineMs, event('evidence.asked', call), 'written')\n",
  ),
  guard('estimates are few', 'estimates', 'if (recent.length >= perMinute) return false'),
  guard('an estimate comes within a deadline', 'estimates', 'within(maxWaitMs,', 'within(2 ** 31 - 1,'),
  guard('a target is told that nobody waits any more', 'estimates', '      either.abort(over)\n'),
  guard('what a target answers is read as an estimate', 'estimates', 'parseEstimate(answer)', 'answer as Estimate'),
  guard('a reason is a word', 'estimate', '/^[a-z][a-z-]{0,31}$/.test(none)', "none !== ''"),
  guard('a node is letters', 'estimate', '/^[A-Za-z][A-Za-z ]{0,39}$/.test(node)', "node !== ''"),
  guard('an estimate fits a screen', 'estimate', 'if (steps.length > maxSteps)', 'if (steps.length < 0)'),
  guard(
    'an estimate is in what people sign',
    'request-view',
    'estimateInWords(request.estimate)',
    "['no estimate: failed']",
  ),
  guard(
    'who takes over shows what people were shown',
    'origin',
    'estimated: stored.estimate }',
    'estimated: undefined }',
    ['packages/core/test/approvals/takeover.test.ts'],
  ),
]
