import type { GivenValue } from '@bothkeys/core/adapter'
import { describe, expect, it, vi } from 'vitest'
import type { AnalysisContext } from '../../src/analyzer/analyse.js'
import { givenCases } from './given-cases.js'
import { GrammarFailure } from '../../src/analyzer/grammar.js'
import { givenValues } from '../../src/analyzer/given.js'
import { textPlaces } from '../../src/analyzer/literal-places.js'
import { valueTokens } from '../../src/analyzer/recorded-text.js'
import { Statements } from '../masking/support/statements.js'
import { shop } from '../analyzer/support/shop.js'
import { seed } from '../soak/scale.js'
import { lineageOf } from './support.js'

/** `'x' = customers.email | $1 = - | 5 = ?`: each value as it stands, with the columns that it meets. */
async function givenLine(text: string, context: Partial<AnalysisContext> = {}): Promise<string> {
  const { given } = await lineageOf(text, context)
  return given?.map((each) => `${written(text, each)} = ${columns(each)}`).join(' | ') ?? 'unknown'
}

function written(text: string, { place }: GivenValue): string {
  return 'parameter' in place ? `$${String(place.parameter)}` : text.slice(place.start, place.end)
}

function columns({ columns: met }: GivenValue): string {
  if (met === undefined) return '?'
  const names = met.map(({ column, resource }) => `${resource.replace(/^table:(?:shop\.)?/, '')}.${column}`)
  return names.toSorted().join(' ') || '-'
}

describe('the values that a text gives, and the columns that they meet', () => {
  it.each(givenCases)('%s', async (text, told) => {
    expect(await givenLine(text)).toBe(told)
  })
})

describe('a lineage', () => {
  it('tells of parameters that are declared and not used', async () => {
    expect(await givenLine('SELECT id FROM customers WHERE email = $1', { parameterTypes: [25, 25] })).toBe(
      '$1 = customers.email | $2 = ?',
    )
  })

  it('does not tell where an operator of a user gets the value', async () => {
    expect(await givenLine("SELECT id FROM prices WHERE price = 'x'", { catalog: shop })).toBe("'x' = ?")
  })

  it('finds what is given once, and a copy of it does not tell', async () => {
    const lineage = await lineageOf("SELECT id FROM customers WHERE email = 'x'")
    expect(lineage.given).toBe(lineage.given)
    expect(Object.isFrozen(lineage) && Object.isFrozen(lineage.given)).toBe(true)
    expect({ ...lineage }.given).toBeUndefined()
  })

  it.each([new RangeError('stack'), new GrammarFailure('gone')])('tells nothing when there is no tree: %s', (error) => {
    expect(givenOfTrees(() => raise(error))).toBeUndefined()
  })

  it('hides no other error', () => {
    expect(() => givenOfTrees(() => raise(new TypeError('wrong')))).toThrow('wrong')
  })

  it('gives the room of the trees back', () => {
    const dropTrees = vi.fn<() => void>()
    givenOfTrees(() => [], dropTrees)
    expect(dropTrees).toHaveBeenCalledOnce()
  })
})

function raise(error: Error): never {
  throw error
}

function givenOfTrees(trees: () => readonly never[], dropTrees = (): void => undefined): unknown {
  const parsed = {
    unparsable: false,
    text: '',
    recordedText: '',
    spans: [],
    dropTrees,
    get statements() {
      return trees()
    },
  } as const
  return givenValues(parsed, 0, () => raise(new RangeError('no walk')))
}

describe('the places of values', () => {
  it('are not told where the tokens are not those of the tree', () => {
    expect(textPlaces("select 'x'", [{ location: 7, sval: { sval: 'x' } }])?.literals).toHaveLength(1)
    expect(textPlaces("select 'x'", [{ location: 3, ival: {} }])).toBeUndefined()
    expect(textPlaces("select 'x'", [{ location: 0, sval: { sval: 'other' } }])).toBeUndefined()
    expect(textPlaces("select 'x", [])).toBeUndefined()
  })

  it('are each literal and comment once, whatever the statement, and nothing else is hidden', async () => {
    const statements = new Statements(seed, 18)
    for (let made = 0; made < 300; made += 1) {
      for (const text of statements.next().steps) await expectPlaces(`/* 😀 */ ${text} -- é`)
    }
  })

  it.each([
    "SELECT '😀' || E'\\'' || $é$ ' $é$, U&'\\0061', 'a'\n'b' /* '*/ -- $1",
    'SELECT "😀 \'x\'" FROM customers WHERE email = $1 AND name = $$$$',
    '',
    ' ; ',
  ])('are right in %s', async (text) => {
    await expectPlaces(text)
  })
})

async function expectPlaces(text: string): Promise<void> {
  const { given } = await lineageOf(text)
  const tokens = valueTokens(Buffer.from(text, 'utf8')) ?? []
  const hidden = given?.flatMap((value) => ('parameter' in value.place ? [] : [written(text, value)]))
  const literals = tokens.flatMap((token) => (token.kind === 'other' ? [] : [token.written]))
  const told = hidden
    ?.map((value) => value.replace(/^-(?=[\d.])/, ''))
    .filter((value) => !/^(?:true|false)$/i.test(value))
  expect(told ?? [text]).toEqual(literals)
}
