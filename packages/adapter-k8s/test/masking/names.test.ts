import { describe, expect, it } from 'vitest'
import { withoutAssignedSecrets } from '../../src/masking/assigned-secrets.js'
import { base64Marker, fixedMarker, hashedMarker, holdsMarker } from '../../src/masking/secret-marker.js'
import { isSecretName } from '../../src/masking/secret-names.js'
import { createOperator } from '@bothkeys/core/masking'
import { base64, key, shown } from './support/maskers.js'

describe('names of secrets', () => {
  const secrets = [
    'PASSWORD',
    'DB_PASSWORD',
    'dbPassword',
    'PGPASSWORD',
    'MYSQL_PWD',
    'REDIS_PASS',
    'passphrase',
    'API_KEY',
    'apiKey',
    'api-key',
    'apikey',
    'GITHUB_TOKEN',
    'authToken',
    'AUTHTOKEN',
    'CLIENT_SECRET',
    'SECRET_KEY_BASE',
    'AWS_SECRET_ACCESS_KEY',
    'PRIVATE_KEY',
    'client-key-data',
    'CREDENTIALS',
    'Authorization',
    'Cookie',
    'SESSION_KEY',
    'TOKEN_2',
    'PASSWORD_PROD',
    'connectionString',
    'SENTRY_DSN',
  ]
  const others = [
    'LOG_LEVEL',
    'PORT',
    'MONKEY',
    'COMPASS',
    'BYPASS_CACHE',
    'KEYBOARD',
    'MAX_TOKENS',
    'TOKENIZERS_PARALLELISM',
    'PASSWORD_FILE',
    'SECRET_NAME',
    'TOKEN_TTL',
    'tokenUrl',
    'CREDENTIALS_PATH',
    'PATH',
    'author',
    'AUTHOR',
    'HOST_KEY_ID',
  ]
  it.each(secrets)('%s is one', (name) => expect(isSecretName(name, 'chosen')).toBe(true))
  it.each(others)('%s is none', (name) => expect(isSecretName(name, 'chosen')).toBe(false))

  it.each([
    'password',
    'accessToken',
    'bearerToken',
    'apiKey',
    'clientSecret',
    'privateKey',
    'passphrase',
    'client-key-data',
    'id-token',
  ])('%s is one of a field', (name) => expect(isSecretName(name, 'field')).toBe(true))
  it.each([
    'secretName',
    'secret',
    'secretRef',
    'credentialsSecret',
    'tokenPath',
    'key',
    'auth',
    'automountServiceAccountToken2x',
    'passwordSecretRef',
    'secretKey',
  ])('%s is none of a field', (name) => expect(isSecretName(name, 'field')).toBe(false))

  it('are not looked for in what is no name', () => {
    expect(isSecretName(`${'a'.repeat(300)}password`, 'chosen')).toBe(false)
  })
})

describe('values that are assigned', () => {
  const masked = (text: string): string | undefined => withoutAssignedSecrets(text, () => '*')

  it.each([
    ['password=hunter2', 'password=*'],
    ['  db.password = hunter2 with blanks\r\nport=1', '  db.password = *\r\nport=1'],
    ['export TOKEN="hunter2"', 'export TOKEN=*'],
    ['- password: hunter2', '- password: *'],
    ['"password": "hunter2",', '"password": *'],
    ['run --password=hunter2 --port=80', 'run --password=* --port=80'],
    ['run --token "hunter2" x', 'run --token "hunter2" x'],
    ['a: { user: web, password: hunter2 }', 'a: { user: web, password: * }'],
    ['{"user":"web","password":"hun\\"ter2"} and', '{"user":"web","password":*} and'],
    ["x; PASSWORD='hunter 2' run", 'x; PASSWORD=* run'],
    ['passwords: [hunter2, hunter3]\nport: 1', 'passwords: *\nport: 1'],
    ['{ passwords: [hunter2, hunter3], port: 1 }', '{ passwords: *, port: 1 }'],
    ['password: # below\n\n# none\nuser: a', 'password: *\n\n# none\nuser: a'],
    ['cmd="run --password=hunter2 x"', 'cmd="run --password=* x"'],
    ['x=[password=hunter2]', 'x=[password=*]'],
    ['password=#hunter2', 'password=*'],
    ['password=$ecret1', 'password=*'],
    ['secret:\n  name: a\n  key: b', 'secret:\n  name: a\n  key: b'],
    ['password: ${PASSWORD}', 'password: ${PASSWORD}'],
    ['password: ""\ntoken:\nuser: a', 'password: ""\ntoken:\nuser: a'],
    ['user: a\nport: 80\nkey: b', 'user: a\nport: 80\nkey: b'],
    ['no sign of a password', 'no sign of a password'],
    ['- name: DB_PASSWORD\n  value: hunter2\n- name: a', '- name: DB_PASSWORD\n  value: *\n- name: a'],
    ['- "name": "DB_PASSWORD",\r\n  "value": "hunter2"\r\n', '- "name": "DB_PASSWORD",\r\n  "value": *\r\n'],
    ['value: hunter2\nname: DB_PASSWORD', 'value: *\nname: DB_PASSWORD'],
    ['- value: fast\n- name: DB_PASSWORD', '- value: fast\n- name: DB_PASSWORD'],
    ['- name: MODE\n  value: of=token', '- name: MODE\n  value: of=token'],
    ['- name: DB_PASSWORD\n  valueFrom: a', '- name: DB_PASSWORD\n  valueFrom: a'],
    [
      '[{name: DB_PASSWORD, value: hunter2}, {name: b, value: c}]',
      '[{name: DB_PASSWORD, value: *}, {name: b, value: c}]',
    ],
    ['denied {"key":"token","value":"hunter2"}', 'denied {"key":"token","value":*}'],
    ['EnvVar{Name:"DB_PASSWORD", Value:"hunter2"}', 'EnvVar{Name:"DB_PASSWORD", Value:*}'],
  ])('%j', (text, expected) => {
    expect(masked(text)).toBe(expected)
  })

  it.each([
    'password: |\n  hunter2\n',
    'password: >-\n  hunter2\n',
    'password:\n  hunter2\n',
    'password: hun\n  ter2\n',
    '- password:\n    hunter2',
    'password: "hun\nter2"',
    "password: 'hun\nter2'",
    'password=hun\\\nter2',
    'private_key: -----BEGIN KEY-----\nhunter2',
    '- value: hunter2\n  name: DB_PASSWORD',
    '- name: DB_PASSWORD\n  value: |\n    hunter2\n',
    'password: |',
    'password: !x',
    'passwords:\n- hunter2',
    'password:\n\n  # it is\n  hunter2',
    'passwords: [\n  hunter2\n]',
    'passwords: [\nhunter2\n]',
    'tokens:\n- x\npassword:\n  - hunter2',
  ])('%j goes on, so that nothing is shown', (text) => {
    expect(masked(text)).toBeUndefined()
    expect(shown({ kind: 'ConfigMap', metadata: {}, data: { a: text } }).data.a).toBe('[secret]')
  })

  it('are found in time that grows with the text', () => {
    const long = [
      `${'a'.repeat(200_000)}`,
      ' '.repeat(200_000),
      'a='.repeat(100_000),
      'password:"'.repeat(20_000),
      '-'.repeat(200_000),
    ]
    for (const text of long) expect(masked(`${text} secret=hunter2`) ?? '').not.toContain('hunter2')
  })
})

describe('markers', () => {
  const operator = createOperator({ operator: 'hash', across: 'run' }, { key, scope: 'run-1' })
  const hashed = hashedMarker((value) => operator.mask(value, { type: 'secret', domain: 'secret' }))

  it('are the same for equal values when they are hashed, however those are written', () => {
    const secret = {
      kind: 'Secret',
      metadata: {},
      data: { a: base64('hunter2'), b: base64('other') },
      stringData: { c: 'hunter2' },
    }
    const { data, stringData } = shown(secret, { marker: hashed })
    expect(Buffer.from(data.a, 'base64').toString()).toBe(stringData.c)
    expect(stringData.c).toMatch(/^\[secret:[\da-f]{16}\]$/)
    expect(data.b).not.toBe(data.a)
  })

  it('are different for bytes that are no text', () => {
    const [one, two] = [
      [0xff, 1],
      [0xfe, 1],
    ].map((bytes) => base64Marker(hashed, Buffer.from(bytes).toString('base64')))
    expect(one).not.toBe(two)
  })

  it('are fixed when nothing can be hashed', () => {
    expect(hashedMarker(() => null).of('hunter2')).toBe(fixedMarker.of('hunter2'))
    expect(hashedMarker((value) => value).of('hunter2hunter2hunter2')).toBe('[secret]')
  })

  it('are known again', () => {
    for (const text of ['a [secret] b', hashed.of('x'), base64('[secret]'), base64(hashed.of('x'))])
      expect(holdsMarker(text)).toBe(true)
    for (const text of ['secret', '[secrets]', '', base64('hunter2')]) expect(holdsMarker(text)).toBe(false)
  })
})
