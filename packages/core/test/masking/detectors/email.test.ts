import { describe, expect, it } from 'vitest'
import { email } from '../../../src/masking/detectors/email.js'
import { foundBy } from './found-by.js'

const found = foundBy(email)

describe('e-mail addresses', () => {
  it.each([
    'ada@example.com',
    'Ada.Lovelace+bank@mail.example.co.uk',
    "o'brien@example.ie",
    'user_1%x@sub-domain.example.org',
    'x@example.museum',
    '"john doe"@example.com',
    '"a\\"b@c"@example.com',
    'postmaster@[192.0.2.1]',
    'ada@[IPv6:2001:db8::1]',
    'müller@münchen.example',
    'info@xn--bcher-kva.example',
    'иван@пример.рф',
    '用户@例子.广告',
    '1234@example.com',
    'a!b#c@example.com',
    'git.hub@example.com',
  ])('are found: %s', (address) => {
    expect(found(address)).toEqual([address])
    expect(found(`write to <${address}>, please`)).toEqual([address])
  })

  it.each([
    ['email=ada@example.com', 'ada@example.com'],
    ["'ada@example.com','x'", 'ada@example.com'],
    ['mailto:ada@example.com?subject=x', 'ada@example.com'],
    ['(ada@example.com).', 'ada@example.com'],
    ['ada@example.com.', 'ada@example.com'],
    ['ada@example.com_old', 'ada@example.com'],
    ['ada@example.com:please', 'ada@example.com'],
    ['-ada@example.com', '-ada@example.com'],
    ['我的邮箱是ada@example.com谢谢', 'ada@example.com'],
  ])('are found in %s', (text, address) => {
    expect(found(text)).toEqual([address])
  })

  it('are found behind a long word, as much of it as a local part can have', () => {
    expect(found(`${'x'.repeat(100)}ada@example.com`)).toEqual([`${'x'.repeat(61)}ada@example.com`])
  })

  it.each([
    'root@localhost',
    '@example.com',
    'ada@',
    'ada @example.com',
    'lodash@4.17.21-beta.next',
    'git@github.com:acme/repo.git',
    'logo@2x.png',
    'getty@tty1.service',
    'a@b.c',
    '@Injectable() class',
    "x @> '{}'",
    '"unclosed@ example.com',
  ])('are not: %s', (text) => {
    expect(found(text)).toEqual([])
  })
})
