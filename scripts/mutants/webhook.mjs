import { approvals, core } from './approval-tests.mjs'

const tests = core('approvals/webhook-approver')
const reasons = core('approvals/reasons')

const conversation = [
  ['gives up asking in the end', 'relay-conversation', 'limited(this.#times.askMs,', 'limited(60_000,', 'in the end'],
  [
    'gives up asking at what will not change',
    'relay-conversation',
    'if (reply.retryMs === undefined) throw failed(reply)',
    'if (reply.retryMs === -1) throw failed(reply)',
    'is given up when it is answered',
  ],
  ['backs off', 'relay-conversation', 'mostBackOffMs, backOffMs * 2 ** failures', 'mostBackOffMs, 0', 'backs off'],
  [
    'asks at a pace',
    'relay-conversation',
    'beganAtMs + this.#times.paceMs - this.#clock.monotonicMs()',
    '0',
    'without end when it is answered at once',
  ],
  [
    'takes so many answers',
    'relay-conversation',
    '    if (++this.#taken > maxAnswers) throw',
    '    if (++this.#taken > 2_000) throw',
    'is given up when',
  ],
  [
    'votes once with the same evidence',
    'relay-conversation',
    'this.#receipts.get(key) ??',
    '',
    'hands each one in|forgot',
  ],
  [
    'begins anew with what was forgotten',
    'relay-conversation',
    '    this.#after = 0\n    this.#untold = []\n',
    '',
    'counts nothing twice',
  ],
  [
    'takes no other way of answering later',
    'relay-conversation',
    "    if (taken !== 'later') throw unavailable('it forgot the request and answers it in another way')\n",
    "    if (taken !== 'later') return\n",
    'answers at once then',
  ],
  [
    'says when nobody answers any more',
    'relay-conversation',
    "        if (state === 'over') await this.#endedThere(signal)\n",
    '',
    'asks nobody any more',
  ],
  [
    'lets a clock be a little ahead',
    'relay-conversation',
    '    if (leftMs < clocksApartMs) await pause(Math.max(leftMs, 0) + clocksApartMs, signal)\n',
    '',
    'a moment before',
  ],
  [
    'says when nothing that was answered at once counts',
    'relay-conversation',
    '    if (!receipts.some(({ counted }) => counted)) throw',
    '    if (receipts.length > 9) throw',
    'nothing that counts',
  ],
  [
    'tells a server that answers at once nothing more',
    'relay-conversation',
    ' && !this.#answersAtOnce',
    '',
    'answers at once',
  ],
  [
    'begins nothing that is over',
    'relay-conversation',
    '    if (this.#isOver()) return\n    try',
    '    try',
    'is not begun',
  ],
  [
    'hands in nothing when it is over',
    'relay-conversation',
    '          await this.#take(answer)\n          signal.throwIfAborted()\n',
    '          await this.#take(answer)\n',
    'after the receipt',
  ],
  [
    'tells the last receipts',
    'relay-conversation',
    '    await withTimeLimit(this.#times.endMs, async (signal) => {\n      await this.#tellReceipts(signal)\n',
    '    await withTimeLimit(this.#times.endMs, async (signal) => {\n',
    'after the receipt',
  ],
  [
    'tells receipts again',
    'relay-conversation',
    "    if ('got' in reply) this.#untold = []\n",
    '    if (reply !== undefined) this.#untold = []\n',
    'receipts again',
  ],
  [
    'tells the end in a short time',
    'relay-conversation',
    'withTimeLimit(this.#times.endMs,',
    'withTimeLimit(60_000,',
    'is no longer told',
  ],
  [
    'tells the end again',
    'relay-conversation',
    "if ('got' in reply || reply.retryMs === undefined) return",
    'if (reply !== undefined) return',
    'is told again',
  ],
  [
    'asks for its own engine',
    'webhook-approver',
    '      if (request.subject.aud !== signature.engine)\n',
    "      if (request.subject.aud === '')\n",
    'another engine',
  ],
  ['knows its options', 'webhook-approver', '  assertKnownOptions(of, options, optionNames)\n', '', 'are refused with'],
  [
    'wants names',
    'webhook-approver',
    "if (typeof value !== 'string' || value === '') throw",
    "if (value === '-') throw",
    'are refused with',
  ],
  [
    'signs with quick algorithms',
    'webhook-approver',
    '  if (!quick.includes(algorithm)) throw',
    "  if (algorithm === ('none' as string)) throw",
    'are refused with',
  ],
  [
    'wants a private key',
    'webhook-approver',
    '  if (!isPrivate(key)) throw',
    '  if (key === undefined) throw',
    'are refused with',
  ],
  ['wants no symmetric key', 'webhook-approver', " && key.kty !== 'oct'", '', 'are refused with'],
  [
    'wants a bounded deadline',
    'webhook-approver',
    ' && deadlineMs >= 1 && deadlineMs <= 300_000',
    '',
    'are refused with',
  ],
  [
    'wants a plain url',
    'webhook-approver',
    "  if (url.search !== '' || url.hash !== '') throw",
    "  if (url.search === '?') throw",
    'are refused with',
  ],
  ['sends what follows the url', 'webhook-approver', ".replace(/\\/+$/u, '')", '', 'behind the url'],
].map(([which, name, find, replace, only]) => ({
  name: `a webhook approver ${which}`,
  file: approvals(name),
  find,
  replace,
  tests,
  only,
}))

/** The engine's side of a request at a relay. */
export const webhookGuards = [
  ...conversation,
  {
    name: 'a webhook approver says how it ended',
    file: approvals('pending-request'),
    find: 'this.#asking.abort(endReason(ending.end))',
    replace: "this.#asking.abort(endReason('void'))",
    tests: core('approvals/webhook-guard'),
  },
  {
    name: 'a webhook approver hands on the words of whoever decided',
    file: approvals('vote-box'),
    find: 'proof, stage, reason, via: via.name }',
    replace: 'proof, stage, via: via.name }',
    tests: core('approvals/reasons'),
  },
  {
    name: 'a webhook approver takes words as text',
    file: approvals('proof'),
    find: "  if (reason !== undefined && typeof reason !== 'string') return undefined\n",
    replace: '',
    tests: core('approvals/reasons'),
  },
]

const identity = (name) => `packages/core/src/identity/${name}.ts`

/** Words inside a signed approval. */
export const reasonGuards = [
  [
    'are signed within a bound',
    'sign-approval',
    '  if (reason !== undefined && reason.length > maxReason)\n',
    '  if (reason === null)\n',
  ],
  ['are signed as whole characters', 'sign-approval', 'reason.toWellFormed()', 'reason'],
  [
    'are read within a bound',
    'approval-token',
    "typeof reason === 'string' && reason.length <= maxReason",
    "typeof reason === 'string'",
  ],
  [
    'are read as text',
    'approval-token',
    '  throw refused(`its reason is no text',
    "  if (typeof reason !== 'string') return undefined\n  throw refused(`its reason is no text",
  ],
].map(([which, name, find, replace]) => ({
  name: `the words of whoever decided ${which}`,
  file: identity(name),
  find,
  replace,
  tests: reasons,
}))
