import type { Effect } from '@bothkeys/core/adapter'
import type { Relation } from '../catalog/snapshot.js'
import { columnOrigins } from './column-origins.js'
import { anyColumn, Sources } from './column-flow.js'
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

/**
 * Columns that values may get to by effects that nobody follows: any, where a program runs or what is defined may hold a program or
 * a query; those of a table that is changed, by every name. A new table has columns that no mask is about, but for those that it
 * has from another, which is changed, too.
 */
export function writtenBy(
  { catalog }: Walk,
  effects: readonly Effect[],
  relationOf: (resource: string) => Relation | undefined,
): Sources {
  const written = new Sources()
  for (const effect of effects) {
    const { attributes, resource } = effect
    if (!runsProgram(effect) && !defines(effect)) continue
    const relation = relationOf(resource)
    const isTable = relation === undefined ? attributes['kind'] === undefined : stored.has(relation.kind)
    if (runsProgram(effect) || !resource.startsWith('table:') || !isTable) written.columns.add(anyColumn)
    if (relation === undefined) continue
    for (const name of relation.columns.keys())
      for (const source of columnOrigins(catalog, relation, name).sources) written.columns.add(source)
  }
  return written
}

/** What triggers and the like do with a value is the owner's choice, as with what they give back. */
function runsProgram({ attributes, duty }: Effect): boolean {
  const isCalled = attributes['via'] === undefined || calls.has(attributes['via'])
  return duty === 'opaque' || (duty === 'execute' && attributes['userDefined'] === true && isCalled)
}

/** Ways in which an expression of the text calls a routine. */
const calls: ReadonlySet<unknown> = new Set(['operator', 'cast'])

/** Whether values of the text may get into what is defined. */
function defines({ duty, resource }: Effect): boolean {
  return duty === 'define' && !withoutValues.has(resource.slice(0, resource.indexOf(':')))
}

/** What holds no value of a row. */
const withoutValues: ReadonlySet<string> = new Set(['database', 'role', 'schema', 'sequence', 'tablespace'])

const stored: ReadonlySet<string> = new Set(['table', 'partitioned-table'])
