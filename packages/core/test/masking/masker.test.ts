import { describe, expect, it } from 'vitest'
import type { AsyncDetector, Detector, MaskerOptions } from '../../src/masking/index.js'
import { createMasker } from '../../src/masking/index.js'
import { amongDecoys } from './support/decoys.js'
import { card } from './support/detectors.js'
import { parts } from './support/mask-key.js'

const word = (type: string, word: string, score = 1): Detector => ({
  type,
  needs: {},
  longest: word.length,
  find: (text) =>
    [...text.matchAll(new RegExp(word, 'g'))].map(({ index }) => ({ start: index, end: index + word.length, score })),
})
const pin: Detector = {
  type: 'pin',
  needs: {},
  longest: 4,
  find: (text, { field }) => (field === 'pin' && /^\d{4}$/.test(text) ? [{ start: 0, end: 4, score: 1 }] : []),
}
const failing: Detector = {
  type: 'failing',
  needs: {},
  longest: 4,
  find: () => {
    throw new Error('jane')
  },
}
const date: Detector = {
  type: 'date',
  needs: {},
  longest: 10,
  find: (text) =>
    [...text.matchAll(/\d{4}-\d\d-\d\d/g)].map(({ index }) => ({ start: index, end: index + 10, score: 1 })),
}
const name = word('name', 'jane smithson')
const place = word('place', 'smithson street', 0.7)
const masker = (more: Partial<MaskerOptions> = {}) =>
  createMasker({ detect: [name, place, pin, date], with: 'redact', ...parts, ...more })
const elsewhere = (find: AsyncDetector['find']): AsyncDetector => ({ name: 'elsewhere', types: ['person'], find })

describe('a masker', () => {
  it('masks what is found in a text, by the operator of its type', () => {
    const by = masker({ byType: { name: { partial: { keepFirst: 1 } } } })
    expect(by.text('to jane smithson, smithson street 7')).toBe('to j***, [place] 7')
    expect(by.text('nothing')).toBe('nothing')
    expect(by.text('')).toBe('')
    expect(by.findings('to jane smithson')).toEqual([{ start: 3, end: 16, type: 'name', score: 1 }])
  })

  it('masks a text as missing only when all of it is masked', () => {
    expect(masker({ with: 'null' }).text('jane smithson')).toBeNull()
    expect(masker({ with: 'null' }).text('to jane smithson')).toBe('to [name]')
  })

  it('masks what overlaps as one', () => {
    expect(masker().text('jane smithson street')).toBe('[name]')
  })

  it('leaves what is below the threshold or allowed', () => {
    expect(masker({ threshold: 0.8 }).text('smithson street')).toBe('smithson street')
    expect(masker({ allow: ['smithson street'] }).text('smithson street, jane smithson')).toBe(
      'smithson street, [name]',
    )
    expect(masker({ allow: [{ pattern: 'smith.*' }] }).text('smithson street, jane smithson')).toBe(
      'smithson street, [name]',
    )
    // Only all of what is masked counts.
    expect(masker({ allow: [{ pattern: 'jane' }, 'jane'] }).text('jane smithson')).toBe('[name]')
    expect(masker({ allow: ['smithson street'] }).text('jane smithson street')).not.toContain('jane')
  })

  it('finds types of its own patterns', () => {
    const own = masker({
      patterns: [{ type: 'employee', pattern: String.raw`EMP-\d+` }],
      byType: { employee: { redact: 'x' } },
    })
    expect(own.text('EMP-7, jane smithson')).toBe('x, [name]')
  })

  it('masks the whole text when a detector fails, and shows no part of it', () => {
    const broken = masker({ detect: [name, failing], with: { partial: { keepLast: 4 } } })
    expect(broken.text('any text that is long enough')).toBe('[unchecked]')
    expect(broken.text('')).toBe('')
    expect(broken.json('{"a":"b"}')).toBe('{"[unchecked]":"[unchecked]"}')
  })

  it('allows no text that nobody looked at to the end', () => {
    const tolerant = createMasker({
      detect: [card],
      with: { partial: { keepLast: 4 } },
      allow: [{ pattern: '[\\s\\S]+' }],
      ...parts,
    })
    const text = amongDecoys('4111 1111 1111 1111')
    expect(tolerant.text('4111 1111 1111 1111')).toBe('4111 1111 1111 1111')
    expect(tolerant.text(text)).toBe('[unchecked]')
  })

  it('masks JSON with the keys as hints, and at paths', () => {
    const json = masker({
      paths: [
        { path: '/users/*/mail', with: 'redact' },
        { path: '/x/*', with: 'redact', type: 'own' },
        { path: '/*/*', with: 'null' },
      ],
    })
    expect(json.json('{"pin":"1234","no":"1234","n":1234,"who":"jane smithson"}')).toBe(
      '{"pin":"[pin]","no":"1234","n":1234,"who":"[name]"}',
    )
    expect(json.json('{"users":[{"mail":"a"}],"x":[1],"y":[1]}')).toBe('{"users":[null],"x":["[own]"],"y":[null]}')
    expect(json.json('"1234"', { field: 'pin' })).toBe('"[pin]"')
    expect(json.value({ pin: 1234 })).toEqual({ pin: '[pin]' })
    expect(masker({ numbers: 'null' }).value({ pin: 1234 })).toEqual({ pin: null })
    expect(masker({ limits: { deepest: 1 } }).json('[[1]]')).toBe('"[json]"')
    expect(json.json('no json')).toBe('"[json]"')
  })

  it('makes the same of the same value in one domain, and moves dates by subject', () => {
    const tokens = masker({
      with: 'token',
      byType: { date: { dateShift: { maxDays: 3650 } } },
      paths: [{ path: '/id', with: 'token', type: 'name', domain: 'people' }],
    })
    const found = tokens.text('jane smithson', { domain: 'people' })
    expect(tokens.json('{"id":"jane smithson"}')).toBe(JSON.stringify({ id: found }))
    expect(tokens.text('jane smithson')).not.toBe(found)
    const born = (subject: string) => tokens.text('2024-02-29', { subject })
    expect(born('1')).not.toBe(born('2'))
    expect(tokens.json('["2024-02-29"]', { subject: '1' })).toBe(JSON.stringify([born('1')]))
    expect(tokens.text('x 2024-02-29', { subject: '1' })).toBe(`x ${String(born('1'))}`)
  })

  it('asks elsewhere too, and masks what either finds', async () => {
    const seen: unknown[] = []
    const person = { start: 0, end: 4, type: 'person', score: 0.6 }
    const asks = masker({
      ask: [
        elsewhere((texts, hints) => {
          seen.push(hints)
          return Promise.resolve(texts.map(() => [person]))
        }),
      ],
      byType: { person: { redact: 'P' } },
      allow: ['Rome'],
    })
    expect(await asks.texts(['Anna', 'Rome', 'jane smithson', ''], [{ field: 'who' }])).toEqual([
      'P',
      'Rome',
      '[name]',
      '',
    ])
    expect(seen).toEqual([[{ field: 'who' }, {}, {}]])
    expect(asks.text('Anna')).toBe('Anna')
  })

  it('masks whole what is not answered elsewhere, even where something is found and allowed', async () => {
    const broken = masker({
      ask: [elsewhere(() => Promise.reject(new Error('no')))],
      with: { partial: { keepLast: 4 } },
      allow: [{ pattern: '.*x' }],
    })
    expect(await broken.texts(['by jane smithson', 'jane smithson', 'xx', ''])).toEqual([
      '[unchecked]',
      '[unchecked]',
      '[unchecked]',
      '',
    ])
    const stopped = masker({ ask: [elsewhere(() => new Promise(() => undefined))], asking: { deadlineMs: 30 } })
    expect(await stopped.texts(['x'])).toEqual(['[unchecked]'])
    expect(await stopped.texts(['x'], [], AbortSignal.abort())).toEqual(['[unchecked]'])
  })

  it.each<[object, RegExp]>([
    [{ with: undefined }, /with: expected one operator/],
    [{ with: { partial: { keepLast: -1 } } }, /with.partial.keepLast: expected/],
    [{ byType: { name: 'x' } }, /byType.name: expected one operator/],
    [{ byType: { nmae: 'redact' } }, /byType.nmae: nothing finds this type/],
    [{ byType: { unchecked: 'redact' } }, /byType.unchecked: nothing finds this type/],
    [{ allow: [{ pattern: '(' }] }, /linear dialect/],
    [{ allow: [{ patern: 'x' }] }, /no option patern/],
    [{ threshold: -1 }, /threshold/],
    [{ threshold: Number.NaN }, /threshold/],
    [{ numbers: 'text' }, /numbers is string or null/],
    [{ limits: { deep: 1 } }, /no option deep/],
    [{ limits: { deepest: -1 } }, /limits.deepest/],
    [{ paths: [{ path: 'a', with: 'redact' }] }, /paths\[0\].path is no JSON Pointer/],
    [{ paths: [{ path: '/a', with: 'x' }] }, /paths\[0\].with: expected one operator/],
    [{ paths: [{ path: '/a', with: 'redact', as: 'x' }] }, /no option as/],
    [{ patterns: [{ type: 'x', pattern: '' }] }, /not an empty one/],
    [{ asking: { deadlineMs: 0 } }, /deadlineMs/],
    [{ key: {} }, /key is a MaskKey/],
    [{ scope: '' }, /scope is the root run/],
    [{ detect: undefined }, /detect is a list/],
    [{ mask: 'redact' }, /no option mask/],
  ])('refuses %o', (more, message) => {
    expect(() => masker(more)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })
})
