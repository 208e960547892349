import { describe, expect, it } from 'vitest'
import { effectInWords } from '../../src/approvals/effect-words.js'
import { requestView } from '../../src/approvals/request-view.js'
import { approvalRequest } from '../../src/approvals/request.js'
import type { AttributeValue, Duty, Effect } from '../../src/model/effect.js'
import { duties } from '../../src/model/effect.js'
import { parseResource, quoteSegment } from '../../src/policy/resource-pattern.js'
import { fc } from '../properties.js'
import { hold, startMs } from './support.js'

function words(duty: Duty, resource: string, attributes: Effect['attributes'] = {}): string {
  return effectInWords({ duty, resource, attributes })
}

describe('an effect in words', () => {
  it.each<readonly [string, Parameters<typeof words>]>([
    ['reads rows of public.invoices (columns [*, id])', ['read', 'table:public.invoices', { columns: ['*', 'id'] }]],
    ['adds or changes rows of public.invoices', ['write', 'table:public.invoices']],
    [
      'deletes rows of public.invoices (unbounded: it can reach every row)',
      ['delete', 'table:public.invoices', { unbounded: true }],
    ],
    [
      'drops the table public.invoices (cascade true)',
      ['define', 'table:public.invoices', { drop: true, cascade: true }],
    ],
    ['creates, changes or drops the event-trigger audit', ['define', 'event-trigger:audit']],
    [
      'runs the function shop.refund (user-defined; not in the text itself, but by its trigger)',
      ['execute', 'function:shop.refund', { via: 'trigger', userDefined: true }],
    ],
    [
      'adds or changes rows of public.t (with data that is not shown here)',
      ['write', 'table:public.t', { payload: 'unbound' }],
    ],
    ['changes what later statements mean, by the setting search_path', ['session', 'setting:search_path']],
    ['does what could not be understood, to the statement do', ['opaque', 'statement:do']],
    ['runs "function:*" (sensitive)', ['execute', 'function:*', { sensitive: true }]],
    ['reads "not a resource"', ['read', 'not a resource']],
  ])('is plain: %s', (sentence, effect) => {
    expect(words(...effect)).toBe(sentence)
  })

  it.each<readonly [string, string, Effect['attributes'], string]>([
    ['words of ours', 'table:public.t (only one row)', {}, 'reads rows of public."t (only one row)"'],
    [
      'the end of a list',
      'table:public.t',
      { columns: ['a], b', 'c'] },
      'reads rows of public.t (columns ["a], b", c])',
    ],
    ['another segment', 'table:public."a.b"', {}, 'reads rows of public."a.b"'],
    ['a wildcard', 'table:public."*"', {}, 'reads rows of public."*"'],
    ['a quote', 'table:public."a""b"', {}, 'reads rows of public."a\\"b"'],
    ['an escaped quote', 'table:public."a\\""b"', {}, 'reads rows of public."a\\\\\\"b"'],
    ['a terminal', 'table:public.\u001b[2J\u202e', {}, 'reads rows of public."\\u{1b}[2J\\u{202e}"'],
    ['a look-alike', 'table:public.us\u0435rs', {}, 'reads rows of public."us\u0435rs"'],
    ['an attribute that is true', 'table:public.t', { sensitive: 'true' }, 'reads rows of public.t (sensitive "true")'],
    ['a number', 'table:public.t', { rows: '1' }, 'reads rows of public.t (rows "1")'],
  ])('shows a name that poses as %s in quotes', (_what, resource, attributes, sentence) => {
    expect(words('read', resource, attributes)).toBe(sentence)
  })

  it('reads differently for two different effects', () => {
    const name = fc.oneof(
      fc.constantFrom('t', '*', 'a.b', '"', '\\', 'true', 'sensitive', '1', 'a, b', ')'),
      fc.string(),
    )
    const value: fc.Arbitrary<AttributeValue> = fc.oneof(
      name,
      fc.boolean(),
      fc.integer(),
      fc.array(name, { maxLength: 2 }),
    )
    const key = fc.constantFrom('columns', 'drop', 'payload', 'sensitive', 'unbounded', 'userDefined', 'via')
    const kind = fc.constantFrom('table', 'function', 'event-trigger')
    const resource = fc.oneof(
      fc
        .tuple(kind, fc.array(name, { minLength: 1, maxLength: 2 }))
        .map(([of, all]) => `${of}:${all.map(quoteSegment).join('.')}`),
      name,
    )
    const effect = fc.record({
      duty: fc.constantFrom(...duties),
      resource,
      attributes: fc.dictionary(key, value, { maxKeys: 2 }),
    })
    const nearby = effect.chain((one) =>
      fc.tuple(
        fc.constant(one),
        fc.oneof(
          effect,
          effect.map((other) => ({ ...one, attributes: other.attributes })),
          effect.map((other) => ({ ...one, resource: other.resource })),
        ),
      ),
    )
    let differed = 0
    fc.assert(
      fc.property(nearby, ([one, other]) => {
        if (meaning(one) === meaning(other)) return
        differed++
        expect(effectInWords(one)).not.toBe(effectInWords(other))
      }),
      { numRuns: 3_000 },
    )
    expect(differed).toBeGreaterThan(1_000)
  })
})

/** An effect written in one way only. */
function meaning({ attributes, duty, resource }: Effect): string {
  return JSON.stringify([duty, parseResource(resource) ?? resource, Object.entries(attributes)])
}

describe('the view of a request', () => {
  const viewOf = (effects: readonly Effect[]): ReturnType<typeof requestView> => {
    const asked = hold()
    const description = { ...asked.action.description, effects }
    return requestView(
      approvalRequest('id', { ...asked, action: { ...asked.action, description } }, startMs, 'bothkeys'),
    )
  }

  it('has a line in words for each effect, which no name can end', () => {
    const { text } = viewOf([
      { duty: 'delete', resource: 'table:public.t', attributes: { unbounded: true } },
      { duty: 'read', resource: 'table:public."x\n  rules      none"', attributes: {} },
    ])
    expect(text).toContain(
      '\n  effects\n    deletes rows of public.t (unbounded: it can reach every row)\n    reads rows of public."x\\u{a}  rules      none"\n  statement\n',
    )
  })

  it('says when a name could be a look-alike, though the statement has none', () => {
    expect(viewOf([{ duty: 'read', resource: 'table:public.us\u0435rs', attributes: { via: 'view' } }]).text).toContain(
      'look like others',
    )
  })

  it('is not complete with an effect that is too long', () => {
    const long = (length: number): readonly Effect[] => [
      { duty: 'read', resource: `table:${'x'.repeat(length)}`, attributes: {} },
    ]
    const view = viewOf(long(8_193))
    expect(view.complete).toBe(false)
    expect(view.text).toContain('AN EFFECT GOES ON.')
    expect(viewOf(long(8_192 - 'reads rows of '.length)).complete).toBe(true)
  })
})
