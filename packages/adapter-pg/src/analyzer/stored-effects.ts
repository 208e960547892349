import type { Relation, Routine, StoredUse } from '../catalog/snapshot.js'
import { callRoutine } from './routine-effects.js'
import { relationResource } from './resource.js'
import type { Walk } from './walk.js'

/** Effects of functions that the server runs by itself because of something stored: a trigger, a view, a check. */
export function runStored(walk: Walk, functions: readonly number[], via: string): void {
  for (const id of functions) {
    const routine = walk.catalog.routines.get(id)
    if (routine === undefined) walk.miss('function', `#${String(id)}`)
    else callRoutine(walk, routine, { via })
  }
}

/**
 * Effects of evaluating a stored expression: its functions, its sequences, the values it makes. A sequence that belongs to
 * a column of `owner` is part of that table.
 */
export function evaluateStored(walk: Walk, use: StoredUse, via: string, owner?: Relation): void {
  // Drawing from a sequence is said with the sequence, below.
  const drawing = (routine: Routine | undefined): boolean => routine?.builtin === true && routine.name === 'nextval'
  runStored(
    walk,
    use.functions.filter((id) => !(use.sequences.length > 0 && drawing(walk.catalog.routines.get(id)))),
    via,
  )
  for (const type of use.types) runStored(walk, walk.catalog.types.get(type)?.functions ?? [], via)
  for (const id of use.sequences) {
    const sequence = walk.catalog.relations.get(id)
    if (sequence !== undefined && (owner === undefined || sequence.table !== owner.id)) {
      walk.effects.add('write', relationResource(sequence, walk.state), { via })
    }
  }
}
