import type { GivenValue } from '@bothkeys/core/adapter'
import { describe, expect, it } from 'vitest'
import type { AnalysisContext } from '../../src/analyzer/analyse.js'
import { givenCases } from './given-cases.js'
import { lineageOf } from './support.js'

/** `'x' = customers.email | $1 = - | 5 = ?`: each value as it stands, with the columns that it meets. */
export async function givenLine(text: string, context: Partial<AnalysisContext> = {}): Promise<string> {
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
