import type { Relation } from '../catalog/snapshot.js'
import { descendants } from './define.js'
import { lookAtOne, runStored } from './routine-effects.js'
import type { Walk } from './walk.js'

/**
 * Effects of the server looking at a relation because of a definition or for maintenance: it plans statements of its own on
 * it, builds its indexes anew or goes through its rows, and does the same with everything below. Not every command does all
 * of it; which one computes what is not told apart.
 */
export function lookAt(walk: Walk, relation: Relation, via: string): void {
  for (const each of [relation, ...descendants(walk, relation)]) lookAtOne(walk, each, via)
}

/** As `lookAt`, and at the other sides of its foreign keys, which the server checks anew. */
export function lookAround(walk: Walk, relation: Relation, via: string): void {
  lookAt(walk, relation, via)
  const others = new Set<number>()
  for (const { references, referencedBy } of [relation, ...descendants(walk, relation)]) {
    for (const id of references) others.add(id)
    for (const { from } of referencedBy) others.add(from)
  }
  for (const id of others) {
    const other = walk.catalog.relations.get(id)
    if (other === undefined) walk.miss('relation', `#${String(id)}`)
    else {
      walk.compareRows(other)
      lookAt(walk, other, 'foreign-key')
    }
  }
}

/** Bounds of a partition become values of its table's key. */
export function makeBounds(walk: Walk, parent: Relation): void {
  runStored(walk, parent.valueFunctions, 'type')
}
