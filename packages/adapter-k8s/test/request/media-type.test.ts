import { describe, expect, it } from 'vitest'
import { parseMediaType } from '../../src/request/media-type.js'

describe('a media type', () => {
  it('has parameters in any order and spacing', () => {
    expect(parseMediaType(' Application/JSON ; V=v1;g = meta.k8s.io')).toEqual({
      type: 'application/json',
      parameters: new Map([
        ['v', 'v1'],
        ['g', 'meta.k8s.io'],
      ]),
    })
    expect(parseMediaType('*/*;q=0.8')?.type).toBe('*/*')
  })

  it.each([
    '',
    'json',
    'a/b/c',
    'a b/c',
    '/json',
    'a/b;',
    'a/b;c',
    'a/b;=c',
    'a/b;c d=e',
    'a/b;c="d"',
    'a/b;c=',
    'a/b;c=d;C=d',
  ])('"%s" is none', (text) => {
    expect(parseMediaType(text)).toBeUndefined()
  })
})
