import type { ColumnSource, Effect } from '@bothkeys/core/adapter'
import type { Relation } from '../catalog/snapshot.js'
import { columnOrigins } from './column-origins.js'
import { anyColumn } from './flows.js'
import type { Walk } from './walk.js'

/**
 * Notes the columns of a relation that are given values, by every name under which these are reached, and those that the server
 * generates from them.
 */
export function noteWritten({ catalog, flows }: Walk, relation: Relation, names: ReadonlySet<string>): void {
  const numbers = new Set<number>()
  for (const { name, number } of relation.columns.values()) if (names.has(name)) numbers.add(number)
  for (const { generated, generatedFrom, name } of relation.columns.values()) {
    const isMade = generated && generatedFrom.some((number) => number === 0 || numbers.has(number))
    if (!isMade && !names.has(name)) continue
    for (const source of columnOrigins(catalog, relation, name).sources) flows.written.columns.add(source)
  }
}

/** Columns that effects may write to and nobody follows: those of what is defined, and any, where a program runs. */
export function writtenBy(effects: readonly Effect[]): readonly ColumnSource[] {
  return effects.flatMap(({ attributes, duty, resource }) => {
    // What triggers and the like do with a value is the owner's choice, as with what they give back.
    const isCalled = attributes['via'] === undefined || calls.has(attributes['via'])
    if (duty === 'opaque' || (duty === 'execute' && attributes['userDefined'] === true && isCalled)) return [anyColumn]
    return duty === 'define' && resource.startsWith('table:') ? [{ resource, column: '*' }] : []
  })
}

/** Ways in which an expression of the text calls a routine. */
const calls: ReadonlySet<unknown> = new Set(['operator', 'cast'])
