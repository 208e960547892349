import type { Relation } from '../catalog/snapshot.js'
import { expectRelation, rangeVarName } from './names.js'
import { planRelation, relationAttributes } from './relation-reads.js'
import { relationResource } from './resource.js'
import { runStored } from './routine-effects.js'
import { bodyOf, flagOf, listOf, textOf } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** TRUNCATE deletes every row, of children too, with CASCADE also of every table that points here. */
export const truncate: Handler = (walk, body) => {
  const cascade = textOf(body, 'behavior') === 'DROP_CASCADE'
  const restart = flagOf(body, 'restart_seqs')
  const seen = new Set<number>()
  for (const item of listOf(body, 'relations')) {
    const range = bodyOf(item, 'RangeVar') ?? {}
    const relation = expectRelation(walk, rangeVarName(range))
    if (relation !== undefined)
      empty(walk, relation, { cascade, restart, only: !flagOf(range, 'inh') }, undefined, seen)
  }
}

interface Options {
  readonly cascade: boolean
  readonly restart: boolean
  readonly only: boolean
}

function empty(walk: Walk, relation: Relation, options: Options, via: string | undefined, seen: Set<number>): void {
  if (seen.has(relation.id)) return
  seen.add(relation.id)
  walk.changesCatalog = true
  walk.effects.add('delete', relationResource(relation, walk.state), {
    ...relationAttributes(relation, via),
    unbounded: true,
    ...(options.cascade && { cascade: true }),
  })
  for (const trigger of relation.triggers)
    if (trigger.events.has('truncate')) runStored(walk, [trigger.function], 'trigger')
  // Its indexes are built anew.
  planRelation(walk, relation)
  if (options.restart) restartSequences(walk, relation)
  const next = (id: number, how: string | undefined): void => {
    const other = walk.catalog.relations.get(id)
    if (other === undefined) walk.miss('relation', `#${String(id)}`)
    else empty(walk, other, { ...options, only: false }, how, seen)
  }
  if (!options.only) for (const id of relation.children) next(id, via)
  if (options.cascade) for (const key of relation.referencedBy) next(key.from, 'foreign-key')
}

function restartSequences(walk: Walk, table: Relation): void {
  for (const sequence of walk.everyRelation()) {
    if (sequence.kind === 'sequence' && sequence.table === table.id) {
      walk.effects.add('write', relationResource(sequence, walk.state))
    }
  }
}
