import { describe, expect, it, vi } from 'vitest'
import { withoutUrlPasswords } from '../../src/masking/url-passwords.js'
import { base64, found, shown } from './support/maskers.js'

const masked = (text: string): string => withoutUrlPasswords(text, () => '[secret]')

describe('the URLs in a text', () => {
  it.each([
    ['postgres://web:hunter2@db:5432/shop', 'postgres://web:[secret]@db:5432/shop'],
    ['POSTGRES://web:hunter2@db/shop', 'POSTGRES://web:[secret]@db/shop'],
    ['redis://:hunter2@cache:6379/0', 'redis://:[secret]@cache:6379/0'],
    ['mongodb+srv://web:hunter2@a.example,b.example/shop', 'mongodb+srv://web:[secret]@a.example,b.example/shop'],
    ['mongodb://web:hunter2@a:27017,b:27017/?w=1', 'mongodb://web:[secret]@a:27017,b:27017/?w=1'],
    ['postgres://web:hunter2@[2001:db8::1]:5432/shop', 'postgres://web:[secret]@[2001:db8::1]:5432/shop'],
    ['postgres://web:hunter%40%2F2@db/shop', 'postgres://web:[secret]@db/shop'],
    ['postgres://web:hunt@er2@db/shop', 'postgres://web:[secret]@db/shop'],
    ['postgres://web:hunt:er2@db/shop', 'postgres://web:[secret]@db/shop'],
    ["postgres://web:hunt'er2@db/shop", 'postgres://web:[secret]@db/shop'],
    [String.raw`postgres://web:hunt\er2@db/shop`, 'postgres://web:[secret]@db/shop'],
    ['postgres://web:hunter2@', 'postgres://web:[secret]@'],
    ['jdbc:postgresql://web:hunter2@db/shop', 'jdbc:postgresql://web:[secret]@db/shop'],
  ])('show no password: %s', (text, expected) => {
    expect(masked(text)).toBe(expected)
  })

  it.each([
    ['https://hunter2@git.example/shop.git', 'https://[secret]@git.example/shop.git'],
    ['https://hunter2:x-oauth-basic@git.example/', 'https://[secret]@git.example/'],
    ['https://hunter2:@api.example/', 'https://[secret]@api.example/'],
    ['git+https://web:hunter2@git.example/', 'git+https://[secret]@git.example/'],
    ['nats://hunter2@queue:4222', 'nats://[secret]@queue:4222'],
  ])('show no token in the place of a name: %s', (text, expected) => {
    expect(masked(text)).toBe(expected)
  })

  it.each([
    ['postgres://web:hun/ter2@db/shop', 'postgres://web:[secret]@db/shop'],
    ['postgres://web:/hunter2@db/shop', 'postgres://web:[secret]@db/shop'],
    ['postgres://web:hun#ter2@db', 'postgres://web:[secret]@db'],
    ['postgres://web:hun?ter2@[::1]/shop', 'postgres://web:[secret]@[::1]/shop'],
    ['redis://:hun/ter2@cache', 'redis://:[secret]@cache'],
    ['redis://:42/hunter2@cache', 'redis://:[secret]@cache'],
    ['postgres://web:20240101/hunter2@db/shop', 'postgres://web:[secret]@db/shop'],
  ])('show no password that is not encoded as it should be: %s', (text, expected) => {
    expect(masked(text)).toBe(expected)
  })

  it.each([
    ['to=postgres%3A%2F%2Fweb%3Ahunter2%40db%2Fshop&x=a%40b', 'to=postgres%3A%2F%2Fweb%3A[secret]%40db%2Fshop&x=a%40b'],
    ['to=https%3a%2f%2fhunter2%40git.example%2f', 'to=https%3a%2f%2f[secret]%40git.example%2f'],
    [String.raw`{"a":"postgres:\/\/web:hunter2@db"} x`, String.raw`{"a":"postgres:\/\/web:[secret]@db"} x`],
    [String.raw`"{\"a\":\"postgres://web:hunter2@db\"}"`, String.raw`"{\"a\":\"postgres://web:[secret]@db\"}"`],
    [
      'from postgres://a:hunter2@x/1 to postgres://b:hunter3@y/2, both',
      'from postgres://a:[secret]@x/1 to postgres://b:[secret]@y/2, both',
    ],
    ['http://a.example:8080,http://web:hunter2@b.example/x', 'http://a.example:8080,http://[secret]@b.example/x'],
    ['a://x.example;b://web:hunter2@y.example', 'a://x.example;b://web:[secret]@y.example'],
    ['redis://a:6379|redis://:hunter2@b:6379', 'redis://a:6379|redis://:[secret]@b:6379'],
    [
      String.raw`{"a":"http:\/\/a:8080,http:\/\/web:hunter2@b"}`,
      String.raw`{"a":"http:\/\/a:8080,http:\/\/[secret]@b"}`,
    ],
    ['postgres://web:hun,a://ter2@db', 'postgres://web:[secret]@db'],
    ['postgres://web:99999,b:1/hunter2@db', 'postgres://web:[secret]@db'],
    ['https://sso.example/?next=postgres://a:hunter2@x', 'https://sso.example/?next=postgres://a:[secret]@x'],
  ])('show none in other texts: %s', (text, expected) => {
    expect(masked(text)).toBe(expected)
  })

  it.each([
    'https://unpkg.com/@scope/pkg@1.2.3/index.js',
    'https://registry.example:8443/@scope/pkg',
    'https://medium.example/@jane?ref=a@b.example#c@d',
    'https://host/?mail=jane@example.com',
    'to=https%3A%2F%2Funpkg.com%2F%40scope%2Fpkg',
    'to=https%3A%2F%2Fhost%3Fmail%3Djane%40example.com',
    'to=https%3A%2F%2Fhost%26mail%3Djane%40example.com',
    'http://[::1]:8080/@x',
    'http://[2001:db8::1]/@x',
    'see https://host.example, or write to jane@example.com',
    'see app://shop:orders/new, or write to jane@example.com',
    '["http://a.example","jane@example.com"]',
    "args: ['http://a.example','jane@example.com']",
    '<a href="http://a.example">jane@example.com</a>',
    'ssh://git@git.example/shop.git',
    'postgres://web@db/shop',
    'postgres://web:@db/shop',
    'https://$(USER):$(PASSWORD)@host',
    // oxlint-disable-next-line no-template-curly-in-string -- As shells have it.
    'postgres://web:${DB_PASSWORD}@db',
    'postgres://web:{{.Values.password}}@db',
    'postgres://web:<password>@db',
    'postgres://web:[secret]@db',
    'http://host:$PORT/@x',
    `docker-pullable://nginx@sha256:${'0'.repeat(64)}`,
    `docker-pullable://registry:5000/nginx@sha256:${'0'.repeat(64)}`,
    'nginx@sha256:0123',
    'http://@host/',
    'http://a.example:8080/x,http://b.example/jane@x',
    'mongodb://a:27017,b:27017/shop?mail=jane@b.example',
    '<td>http://a.example:8080</td>jane@b.example',
    `https://a.example:b/${'x'.repeat(300)}@c`,
    'mailto:jane@example.com',
  ])('stay as they are: %s', (text) => {
    expect(masked(text)).toBe(text)
  })

  it('are gone through once, whatever seems to begin in them', () => {
    const text = `${'://a:b/c@/'.repeat(2_000)} x://u:hunter2@h`
    let reads = 0
    const original = RegExp.prototype.exec
    const spy = vi.spyOn(RegExp.prototype, 'exec').mockImplementation(function exec(this: RegExp, of: string) {
      const found = original.call(this, of)
      reads += found?.[0].length ?? 0
      return found
    })
    try {
      expect(masked(text)).not.toContain('hunter2')
    } finally {
      spy.mockRestore()
    }
    expect(reads).toBeLessThan(3 * text.length)
  })

  it('are looked at once, however many there are', () => {
    for (const part of [
      '://',
      ':\\/\\/',
      '://a:',
      '://a:b',
      '%3a%2f%2f',
      '://a:b/c@',
      '"',
      '@',
      'a@://',
      "://'",
      '://a%3a%2f%2f',
    ]) {
      const text = part.repeat(1_000_000 / part.length)
      expect(masked(`${text}@ x://u:hunter2@h`)).not.toContain('hunter2')
    }
  })
})

describe('objects with URLs', () => {
  const url = 'postgres://web:hunter2@db/shop'
  const clear = 'postgres://web:[secret]@db/shop'

  it('show no password in variables, commands, annotations and ConfigMaps, without any rule', () => {
    const pod = (text: string): unknown => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', annotations: { db: text } },
      spec: {
        containers: [
          {
            name: 'c',
            env: [{ name: 'DATABASE_URL', value: text }],
            args: [`--database=${text}`, text],
            command: ['sh', '-c', `psql ${text} -c 'select 1'`],
          },
        ],
      },
    })
    expect(shown(pod(url))).toEqual(pod(clear))
    // A rule that detects them has the last word about how they are masked.
    expect(found(pod(url))).toEqual(pod('postgres://web:[connection-password]@db/shop'))
    const config = (text: string): unknown => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c' },
      data: { url: text, file: `database: ${text}\nport: 80\n`, json: JSON.stringify({ database: text }) },
      binaryData: { url: base64(text) },
    })
    expect(shown(config(url))).toEqual(config(clear))
  })
})
