import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/index.js'
import { exampleConfig } from '../support/example-config.js'

/** The example with one member put in place of another; undefined takes it away. */
function parsed(at = '', value?: unknown): ReturnType<typeof parseConfig> {
  const config = exampleConfig()
  const steps = at.split('.')
  const last = steps.pop() ?? ''
  let group = config
  for (const step of steps) group = group[step] as Record<string, unknown>
  if (at !== '') group[last] = value
  return parseConfig('serve.yaml', JSON.stringify(config, undefined, 2))
}

const { targets, identity } = exampleConfig() as Record<'targets' | 'identity', object[]>
const http = { kind: 'http', url: 'https://x', issuer: 'x', tokenFile: 'x' }
const desk = { kind: 'signed', name: 'a', issuer: 'i', jwks: 'https://x' }
const relay = { ...desk, kind: 'webhook', url: 'https://x', keyFile: 'x', algorithm: 'ES256' }
const connected = { ...targets[0], passwordFile: undefined, connectionStringFile: 'x' }

const wrong: readonly (readonly [string, string, unknown, RegExp])[] = [
  ['an unknown key', 'polcy', {}, /serve\.yaml:\d+:\d+ polcy: unknown key "polcy"/],
  ['an unknown key inside', 'targets.0.pass', 'x', /targets\[0\]\.pass: unknown key/],
  ['a missing key', 'journal', undefined, /"journal" is missing/],
  ['another version', 'version', 2, /version: a whole number from 1 to 1/],
  ['a password', 'targets.0.password', 'hunter2', /targets\[0\]\.password: no secret belongs here/],
  ['a connection string', 'targets.0.connectionString', 'x', /connectionString: no secret belongs here/],
  ['no password at all', 'targets.0.passwordFile', undefined, /one of these is needed, and only one: passwordFile/],
  ['two passwords', 'targets.0.passwordCredential', 'x', /one of these is needed, and only one: passwordFile/],
  ['no host', 'targets.0.host', undefined, /"host" is missing/],
  ['a host beside a connection string', 'targets', [connected], /targets\[0\]\.host: the connection string says this/],
  ['another kind of target', 'targets.0.kind', 'mysql', /targets\[0\]\.kind: write kind: postgres/],
  ['a kind that every object has', 'targets.0.kind', 'constructor', /write kind: postgres/],
  ['certificates without tls', 'targets.0', { ...targets[0], tls: false, caFile: 'x' }, /caFile: tls is switched off/],
  ['a target twice', 'targets', [...targets, ...targets], /targets\[1\]: "orders" is there twice/],
  ['an issuer twice', 'identity', [...identity, ...identity], /identity\[1\]: "https:\/\/idp\.example" is there twice/],
  ['an approver twice', 'approvers', [desk, desk], /approvers\[1\]: "a" is there twice/],
  ['no identity', 'identity', [], /identity: a list of 1 to 32/],
  ['a symmetric algorithm', 'identity.0.algorithms', ['HS256'], /algorithms\[0\]: one of these/],
  [
    'keys of an issuer in two places',
    'identity.0',
    { ...identity[0], jwks: 'https://x', jwksFile: 'x' },
    /exclude each other/,
  ],
  ['two addresses', 'targets.0.listen.port', 5432, /listen: one of these is needed, and only one: path, port/],
  ['a socket for everybody', 'targets.0.listen.socketMode', '0666', /socketMode: an octal mode/],
  ['a mode that is a number', 'targets.0.listen.socketMode', 660, /socketMode: an octal mode/],
  ['a listener without an address', 'control', [{}], /control\[0\]: one of these is needed, and only one: path, port/],
  ['operators on a port', 'control', [{ port: 9464, operators: true }], /operators: operators come by a unix socket/],
  ['approvals on a port', 'control', [{ port: 9464, approvals: true }], /approvals: held statements are shown/],
  ['a token of the directory', 'directory', { ...http, token: 'x' }, /directory\.token: no secret belongs here/],
  ['no token of the directory', 'directory', { ...http, tokenFile: undefined }, /only one: tokenFile, tokenCredential/],
  [
    'a string for the ledger',
    'ledger',
    { kind: 'postgres', connectionString: 'x' },
    /ledger\.connectionString: no secret/,
  ],
  ['no string for the ledger', 'ledger', { kind: 'postgres' }, /only one: connectionStringFile/],
  ['keys in two places', 'approvers', [{ ...desk, jwksFile: 'x' }], /only one: jwks, jwksFile/],
  ['keys of a relay in two places', 'approvers', [{ ...relay, jwksFile: 'x' }], /only one: jwks, jwksFile/],
  ['a key for a relay', 'approvers', [{ ...relay, key: 'x' }], /approvers\[0\]\.key: no secret belongs here/],
  ['no key for a relay', 'approvers', [{ ...relay, keyFile: undefined }], /only one: keyFile, keyCredential/],
  ['two keys for a relay', 'approvers', [{ ...relay, keyCredential: 'x' }], /only one: keyFile, keyCredential/],
  ['a slow algorithm for a relay', 'approvers', [{ ...relay, algorithm: 'RS256' }], /algorithm: one of these/],
  ['an authority without keys', 'policy.authority', { issuer: 'i' }, /only one: jwks, jwksFile/],
  ['a number for a flag', 'targets.0.statementComments', 1, /statementComments: write true or false/],
  ['a control character', 'engine', 'a\nb', /engine: 1 to 128/],
]

const refusal = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(message) })

describe('a configuration', () => {
  it('has a value for everything that may be left out', () => {
    const config = parsed()
    expect(config).toMatchObject({
      approvers: [],
      control: [],
      drainSeconds: 25,
      ledger: { kind: 'memory' },
      limits: { sessions: 1_000, sessionsPerSubject: 100, requests: 64, deadlineMs: 10_000 },
    })
    expect(config.targets[0]?.listen).toEqual({ path: 'run/orders', socketMode: '0600', maxConnections: 500 })
  })

  it('takes the options of a verifier', () => {
    const kind = { claim: '/k', values: { p: 'human' } }
    const config = parsed('identity.0', { ...identity[0], kind, owners: '/owner', dpop: {} })
    expect(config.identity[0]).toMatchObject({
      audience: ['bothkeys'],
      roles: ['/roles'],
      kind: { claim: '/k', values: { p: 'human' } },
      owners: '/owner',
      dpop: { nonce: true, required: true },
    })
  })

  it.each(wrong)('with %s is refused', (_what, at, value, message) => {
    expect(() => parsed(at, value)).toThrow(refusal(message))
  })

  it('never repeats the secret that it refuses', () => {
    expect(() => parsed('targets.0.password', 'hunter2')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    )
  })

  it('tells every problem at once, each with its line', () => {
    const text = 'version: 1\nengine: "a b"\npolcy: x\n'
    expect(() => parseConfig('s.yaml', text)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/s\.yaml:3:1 polcy.*s\.yaml:2:1 engine/s) }),
    )
  })
})

describe('the text of a configuration', () => {
  it.each([
    ['a key twice', 'version: 1\nversion: 1\n', /s\.yaml:2:1 version: the key is there twice/],
    ['an anchor', 'version: &a 1\n', /anchors are not accepted/],
    ['an alias', 'version: 1\nengine: *a\n', /aliases are not accepted|BAD_ALIAS|Unresolved alias/],
    ['a tag', 'version: !!str 1\n', /tags are not accepted/],
    ['a key that is no string', '1: 1\n', /a key is not a string/],
    ['two documents', 'version: 1\n---\nversion: 1\n', /several documents/],
    ['nothing', '', /the configuration is empty/],
    ['what is no YAML', 'a: [', /not valid YAML/],
    ['a list', '- 1\n', /a group of keys is expected here/],
  ])('with %s is refused', (_what, text, message) => {
    expect(() => parseConfig('s.yaml', text)).toThrow(refusal(message))
  })
})

describe('a secret that stands where none belongs', () => {
  it.each([
    'password: [a\nb: }hunter2',
    'password: !hunter2 x',
    'password: |hunter2\n  x',
    'password: "\\qhunter2"',
    'password: *hunter2',
    'password: hunter2: x',
    '%hunter2\n---\na: b',
    'targets: [{ name: orders, password: hunter2 }]',
  ])('is not repeated by what is said about %j', (text) => {
    const said = (): unknown => parseConfig('serve.yaml', text)
    expect(said).toThrow(/serve\.yaml:\d+:\d+ /)
    expect(said).not.toThrow(/hunter2/)
  })
})
