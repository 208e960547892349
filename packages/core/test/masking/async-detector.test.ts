import { describe, expect, it } from 'vitest'
import type { AsyncDetector, AsyncMatch } from '../../src/masking/index.js'
import { scanAsync } from '../../src/masking/index.js'

const person = { start: 0, end: 4, type: 'person', score: 0.9 }
const detector = (find: (texts: readonly string[], signal: AbortSignal) => unknown): AsyncDetector => ({
  name: 'elsewhere',
  types: ['person', 'place'],
  find: (texts, _hints, signal) => find(texts, signal) as Promise<readonly (readonly AsyncMatch[])[]>,
})
const whole = (text: string) => [{ start: 0, end: text.length, type: 'unchecked', score: 1 }]
const never = new Promise<never>(() => undefined)

describe('a detector that is asked elsewhere', () => {
  it('is asked about all texts, with their hints, and believed in what can be', async () => {
    const seen: unknown[] = []
    const asked: AsyncDetector = {
      ...detector(() => undefined),
      find: (texts, hints) => {
        seen.push(texts, hints)
        return Promise.resolve([
          [{ ...person, start: 5, end: 9, type: 'place' }, person, { ...person, score: 0.4 }],
          [],
        ])
      },
    }
    const found = await scanAsync(['Jane Rome', 'x', ''], asked, [{ field: 'name' }])
    expect(found).toEqual([[person, { ...person, start: 5, end: 9, type: 'place' }], [], []])
    expect(seen).toEqual([
      ['Jane Rome', 'x'],
      [{ field: 'name' }, {}],
    ])
  })

  it.each<[string, (texts: readonly string[]) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('Jane')
      },
    ],
    ['rejects', () => Promise.reject(new Error('Jane'))],
    ['answers nothing', () => Promise.resolve(undefined)],
    ['answers an object', () => Promise.resolve({ length: 1, 0: [] })],
    ['answers too few', () => Promise.resolve([])],
    ['answers too many', () => Promise.resolve([[], []])],
    ['answers no list for a text', () => Promise.resolve([null])],
    ['answers something else than parts', () => Promise.resolve([[null]])],
    ['answers more parts than there are characters', () => Promise.resolve([Array.from({ length: 8 }, () => person)])],
    ['finds a part before the text', () => Promise.resolve([[{ ...person, start: -1 }]])],
    ['finds a part behind the text', () => Promise.resolve([[{ ...person, end: 8 }]])],
    ['finds an empty part', () => Promise.resolve([[{ ...person, end: 0 }]])],
    ['finds a part that ends before it starts', () => Promise.resolve([[{ ...person, start: 3, end: 2 }]])],
    ['finds half of a character', () => Promise.resolve([[{ ...person, start: 0, end: 6 }]])],
    ['begins within a character', () => Promise.resolve([[{ ...person, start: 6, end: 7 }]])],
    ['counts in fractions', () => Promise.resolve([[{ ...person, end: 1.5 }]])],
    ['counts in texts', () => Promise.resolve([[{ ...person, end: '4' }]])],
    ['finds another type', () => Promise.resolve([[{ ...person, type: 'cat' }]])],
    ['is surer than sure', () => Promise.resolve([[{ ...person, score: 2 }]])],
    ['has no score', () => Promise.resolve([[{ ...person, score: undefined }]])],
    ['has a score that is no number', () => Promise.resolve([[{ ...person, score: Number.NaN }]])],
    [
      'answers parts that throw',
      () =>
        Promise.resolve([
          [
            {
              ...person,
              get end(): number {
                throw new Error('Jane')
              },
            },
          ],
        ]),
    ],
  ])('has the text masked whole when it %s', async (_what, find) => {
    const text = 'Jane 😀'
    expect(text).toHaveLength(7)
    expect(await scanAsync([text], detector(find))).toEqual([whole(text)])
  })

  it('has masked whole what it has not answered in time, and is told to stop', async () => {
    let stopped: AbortSignal | undefined
    let calls = 0
    const slow = detector((texts, signal) => {
      stopped = signal
      return calls++ === 0 ? Promise.resolve(texts.map(() => [])) : never
    })
    const found = await scanAsync(['one', 'two', 'three'], slow, [], { deadlineMs: 50, mostTexts: 1 })
    expect(found).toEqual([[], whole('two'), whole('three')])
    expect(stopped?.aborted).toBe(true)
    expect(calls).toBe(2)
  })

  it('changes nothing by an answer that comes later', async () => {
    let answer: (value: unknown) => void = () => undefined
    const late = detector(
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    )
    const found = await scanAsync(['one'], late, [], { deadlineMs: 20 })
    answer([[]])
    await new Promise(setImmediate)
    expect(found).toEqual([whole('one')])
  })

  it('has everything masked whole when the caller stops it', async () => {
    const controller = new AbortController()
    const asked = scanAsync(
      ['one'],
      detector(() => never),
      [],
      { signal: controller.signal },
    )
    controller.abort()
    expect(await asked).toEqual([whole('one')])
    let calls = 0
    const counting = detector(() => {
      calls++
      return Promise.resolve([[]])
    })
    expect(await scanAsync(['one'], counting, [], { signal: controller.signal })).toEqual([whole('one')])
    expect(calls).toBe(0)
  })

  it('is asked in batches, and one that fails fails alone', async () => {
    const batches: (readonly string[])[] = []
    const counted = detector((texts) => {
      batches.push(texts)
      return texts.includes('bad') ? Promise.reject(new Error('no')) : Promise.resolve(texts.map(() => []))
    })
    const limits = { mostTexts: 2, mostUnits: 8, longestText: 8 }
    const found = await scanAsync(['a', 'b', 'bad', '12345', '1234', 'too long!', '12345678'], counted, [], limits)
    expect(batches).toEqual([['a', 'b'], ['bad', '12345'], ['1234'], ['12345678']])
    expect(found).toEqual([[], [], whole('bad'), whole('12345'), [], whole('too long!'), []])
  })

  it.each([
    { deadlineMs: 0 },
    { deadlineMs: Number.NaN },
    { mostTexts: 0.5 },
    { threshold: 2 },
    { threshold: Number.NaN },
    { deadline: 1 },
  ])('refuses the options %o', async (options) => {
    await expect(
      scanAsync(
        [],
        detector(() => undefined),
        [],
        options,
      ),
    ).rejects.toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })
})
