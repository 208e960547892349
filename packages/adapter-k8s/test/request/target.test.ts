import { describe, expect, it } from 'vitest'
import { parseTarget, writeTarget } from '../../src/request/target.js'
import { isRefused } from '../../src/request/refused.js'

describe('a target', () => {
  it.each([
    ['/', [], []],
    ['/a', ['a'], []],
    ['/a/b.c:d~e?', ['a', 'b.c:d~e'], []],
    ['/%61/b', ['a', 'b'], []],
    [
      '/a?b=c&d=&e&b=%3B+%2B',
      ['a'],
      [
        ['b', 'c'],
        ['d', ''],
        ['e', ''],
        ['b', '; +'],
      ],
    ],
    ['/a?b=c?d=e', ['a'], [['b', 'c?d=e']]],
  ])('%s has parts', (target, segments, pairs) => {
    const parsed = parseTarget(target)
    expect(parsed).toEqual({ segments, pairs })
    expect(isRefused(parsed) || parseTarget(writeTarget(parsed))).toEqual(parsed)
  })

  it.each([
    '',
    'a/b',
    'xapi/v1/pods',
    '*',
    '//a',
    '/a//b',
    '/a/',
    '/a/../b',
    '/a/..',
    '/a/.',
    '/a/%2e%2E',
    '/a/%2e',
    '/a/b%2fc',
    '/a/b%5cc',
    '/a/b\\c',
    '/a/b%25',
    '/a/b%2561',
    '/a/b%00',
    '/a/b%20c',
    '/a/b%',
    '/a/b%4',
    '/a/%C3%A9',
    '/a/%ff',
    '/a/b(c)',
    '/a b',
    '/a?b=c#d',
    '/a?b=c d',
    '/a?b=é',
    '/a?b=\u0001',
    '/a?b=c;d=e',
    '/a?=c',
    '/a?b=c&',
    '/a?&b=c',
    '/a?b=%',
    '/a?b=%ff',
    '/a?%ff=b',
    '/a?b=%00',
    `/${'a'.repeat(254)}`,
    `/a?b=${'c'.repeat(65_536)}`,
  ])('is refused: %s', (target) => {
    expect(parseTarget(target)).toEqual({ refused: expect.any(String) })
  })
})
