import { approvals, core } from './approval-tests.mjs'

const read = core('approvals/relayed-request')
const tokens = core('identity/request-token')
const identity = (name) => `packages/core/src/identity/${name}.ts`

const requests = [
  ['has one version', 'read-request', '  if (v !== envelopeVersion) throw', '  if (v === undefined) throw'],
  [
    'has no members that are not known',
    'read-request',
    '  if (Object.keys(others).length > 0) throw',
    '  if (Object.keys(others).length > 9) throw',
  ],
  [
    'is read up to a bound',
    'read-request',
    '  if (bytes.byteLength > maxRequestBytes) throw',
    '  if (bytes.byteLength > 2 * maxRequestBytes) throw',
  ],
  [
    'has its canonical text',
    'read-request',
    "  if (typeof exact !== 'string') throw requestRefused('it lacks what its digest is over')\n",
    "  if (typeof exact !== 'string') throw new TypeError('none')\n",
  ],
  [
    'has its digest made anew',
    'read-request',
    'digest: requestDigest(exact),',
    'digest: requestDigest(exact.toUpperCase()),',
  ],
  ['has the view that its digest names', 'read-request', 'view: view.digest })', 'view: facts.digest })'],
  [
    'is canonical to the last byte',
    'exact-request',
    '  if (canonicalText(value) !== text) throw',
    '  if (canonicalText(value) === undefined) throw',
  ],
  [
    'is of a kind and level that are known',
    'exact-request',
    '  if (kind === undefined || level === undefined) throw',
    '  if (kind === undefined && level === undefined) throw',
  ],
  [
    'has effects with duties that are known',
    'exact-request',
    "  if (known === undefined) throw read.refuse('one of its effects has no duty that is known')\n",
    "  if (known === undefined) return { duty: 'read', resource: '', attributes: {} }\n",
  ],
  [
    'has texts that are text',
    'exact-request',
    "    if (typeof value === 'string') return value\n    throw this.refuse(`its ${field} is not text`)",
    '    return String(value)',
  ],
  [
    'has digests that are digests',
    'exact-request',
    "typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)",
    "typeof value === 'string'",
  ],
  [
    'has lists that are lists',
    'exact-request',
    '    if (Array.isArray(value)) return value\n    throw this.refuse(`its ${field} is not a list`)',
    '    return Array.isArray(value) ? (value as unknown[]) : []',
  ],
  ['claims what is known', 'engine-claims', "read.only(names, value, 'claims')", "read.members(value, 'claims')"],
  ['has an id of its form', 'engine-claims', ' || !/^[0-9a-f]{32}$/.test(id)) throw', ' || id === "") throw'],
  [
    'has a bounded number of rules',
    'engine-claims',
    '  if (rules.length > maxRules) throw',
    '  if (rules.length > 2 * maxRules) throw',
  ],
  ['has a time in one spelling', 'engine-claims', ' || new Date(ms).toISOString() !== text) throw', ') throw'],
  ['has a time', 'engine-claims', 'if (Number.isNaN(ms) || new Date(ms)', 'if (new Date(ms)'],
  [
    'has whole numbers',
    'engine-claims',
    ' && Number.isSafeInteger(value) && value >= 0',
    ' && Number.isSafeInteger(value)',
  ],
  ['has stages', 'engine-claims', 'stages.length === 0 || ', ''],
  ['has no more stages than can be', 'engine-claims', ' || stages.length > maxSeats', ''],
  ['has stages of known dimensions', 'engine-claims', 'known.length < independent.length || ', ''],
  ['has stages of somebody', 'engine-claims', ' || count === 0', ''],
  ['shows members in the order of their names', 'request-head', '.sort(([a], [b]) => (a < b ? -1 : 1))', ''],
].map(([which, name, find, replace]) => ({
  name: `a relayed request ${which}`,
  file: approvals(name),
  find,
  replace,
  tests: read,
}))

const messages = [
  [
    'is written in one way',
    'request-token',
    '    assertTokenForm(token)\n',
    "    if (typeof token !== 'string') throw refused('')\n",
  ],
  [
    'has a type of its own',
    'request-token',
    'assertHeader(parts.header, quick, requestTokenType)',
    "assertHeader({ ...parts.header, typ: requestTokenType }, quick, 'bothkeys-request+jwt')",
  ],
  [
    'is of an engine that is known',
    'request-token',
    "throw refused('its iss is no engine that is known', again)",
    "return 'orders'",
  ],
  [
    'is signed by its own engine',
    'request-token',
    "typeof engine === 'string' ? texts.get(engine) : undefined",
    "texts.get('orders')",
  ],
  [
    'has an end',
    'request-token',
    "    if (expiresAtS <= nowS - toleranceS) throw refused('it has expired', again)\n",
    '',
  ],
  ['counts until its end', 'request-token', 'expiresAtS <= nowS - toleranceS', 'expiresAtS < nowS - toleranceS'],
  ['lives a minute', 'request-token', 'const lifetimeS = 60', 'const lifetimeS = 61'],
  [
    'is for one relay',
    'request-token',
    "ownMember(claims, 'aud') !== audience",
    "ownMember(claims, 'aud') === undefined",
  ],
  ['has its method', 'request-token', 'htm: method, path,', 'path,'],
  ['has its path', 'request-token', 'htm: method, path, bdh', 'htm: method, bdh'],
  ['has its body', 'request-token', "bdh: hash('sha256', body, 'base64url')", ''],
  [
    'is taken once',
    'request-token',
    "    if (!used.use(engine, identifier(claims['jti'], 'jti', 256))) throw",
    "    if (identifier(claims['jti'], 'jti', 256) === '') throw",
  ],
  ['is remembered by its engine', 'request-token', 'used.use(engine,', "used.use('',"],
  ['is remembered until it counts no more', 'request-token', '(lifetimeS + 2 * toleranceS + 1)', 'lifetimeS'],
  [
    'takes no room of other engines',
    'request-token',
    'perKey: Math.ceil(capacity / Math.max(1, engines.length))',
    'perKey: capacity',
  ],
  ['does not come back with the clock', 'request-token', 'time.nowMs()', 'clock.wallMs()'],
  [
    'is not waited for without end',
    'request-token',
    'await untilAborted(read(token, message), signal)',
    'await read(token, message)',
  ],
  [
    'is signed over its body',
    'sign-request',
    "bdh: hash('sha256', body, 'base64url')",
    "bdh: hash('sha256', '', 'base64url')",
  ],
  ['is signed with an id of its own', 'sign-request', 'setJti(randomHex(16))', "setJti('1')"],
  ['is signed for a minute', 'sign-request', 'issuedAtS + 60', 'issuedAtS + 61'],
].map(([which, name, find, replace]) => ({
  name: `a message of an engine ${which}`,
  file: identity(name),
  find,
  replace,
  tests: tokens,
}))

/** What whoever asks people in another process believes of a request, and of whom it comes. */
export const relayedRequestGuards = [
  ...requests,
  ...messages,
  {
    name: 'what a guard copies is nested no deeper than a relay reads',
    file: 'packages/core/src/model/snapshot.ts',
    find: 'maxNesting - 16',
    replace: 'maxNesting - 1',
    tests: ['packages/core/test/approvals/relayed-request.test.ts'],
  },
]
