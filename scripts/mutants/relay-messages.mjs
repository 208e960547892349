import { approvals, core } from './approval-tests.mjs'

const tests = core('approvals/webhook-approver')

/** What an engine believes of what a relay answers, and how long it waits for it. */
export const relayMessageGuards = [
  ['follows no redirect', 'signed-exchange', "        redirect: 'manual',\n", '', 'redirect'],
  [
    'reads answers up to a bound',
    'signed-exchange',
    'const maxAnswerBytes = 1024 * 1024',
    'const maxAnswerBytes = Infinity',
    'longer than a mebibyte',
  ],
  [
    'waits for no exchange without end',
    'signed-exchange',
    'limited(limitMs, signal,',
    'limited(60_000, signal,',
    'never answers|drips',
  ],
  [
    'ends exchanges with the request',
    'signed-exchange',
    'limited(limitMs, signal,',
    'limited(limitMs, new AbortController().signal,',
    'ends it all',
  ],
  ['tries failures of servers again', '../identity/answered', 'status >= 500 || ', '', 'is tried again'],
  ['tries again when there were too many', '../identity/answered', ' || status === 429', '', 'is tried again'],
  ['tries again what took too long', '../identity/answered', ' || status === 408', '', 'is tried again'],
  [
    'waits as long as it is told',
    '../identity/answered',
    'Math.min(askedS, maxRetryAfterS) * 1000',
    '0',
    'waits as long',
  ],
  [
    'gives up with a key that signs nothing',
    'signed-exchange',
    "if (typeof token !== 'string') return token\n",
    "if (typeof token !== 'string') return { ...token, retryMs: 0 }\n",
    'key that signs nothing',
  ],
  [
    'takes no answer but those to the request',
    'relay-messages',
    'answers === path && evidence === undefined',
    "typeof answers === 'string'",
    'is not understood',
  ],
  ['takes one way of answering', 'relay-messages', ' && evidence === undefined', '', 'is not understood'],
  ['takes few answers at once', 'relay-messages', ' || evidence.length > maxAtOnce', '', 'is not understood'],
  [
    'takes text alone at once',
    'relay-messages',
    'texts.length === evidence.length',
    'texts.length >= 0',
    'is not understood',
  ],
  [
    'takes few answers from one message',
    'relay-messages',
    "    if (read.length === maxAtOnce) return { answers: read, state: 'pending' }\n",
    "    if (read.length === 2_000) return { answers: read, state: 'pending' }\n",
    'than people could give',
  ],
  ['takes no number twice', 'relay-messages', '    if (answer.n <= last) return undefined\n', '', 'takes nothing of'],
  [
    'takes no number that was told before',
    'relay-messages',
    '    if (answer.n <= after) continue\n',
    '',
    'tells all of them',
  ],
  ['takes whole numbers', 'relay-messages', 'Number.isSafeInteger(n)', 'n > 0', 'takes nothing of'],
  [
    'takes text as evidence',
    'relay-messages',
    "typeof evidence === 'string' && typeof n",
    'typeof n',
    'takes nothing of',
  ],
  [
    'knows two states',
    'relay-messages',
    "(state !== 'pending' && state !== 'over')",
    'typeof state !== "string"',
    'takes nothing of',
  ],
  [
    'reads JSON with one meaning',
    'relay-messages',
    "    return strictJsonObject(body, 'it')\n",
    '    return JSON.parse(Buffer.from(body).toString()) as Members\n',
    'has a name twice',
  ],
  ['asks again for what was forgotten', 'relay-messages', 'reply.status === 404', 'reply.status === 405', 'forgot'],
  [
    'accepts an answer by its status',
    'relay-messages',
    '  if (!statuses.includes(reply.status)) return',
    '  if (reply.status > 600) return',
    'is given up when it is answered',
  ],
]
  .map(([which, name, find, replace, only]) => ({
    name: `a webhook approver ${which}`,
    file: approvals(name),
    find,
    replace,
    tests,
    only,
  }))
  .concat({
    name: 'a step with a time limit leaves nothing on the signal around it',
    file: approvals('limited'),
    find: '      either.abort(over)\n',
    replace: '',
    tests: ['packages/core/test/approvals/limited.test.ts'],
  })
