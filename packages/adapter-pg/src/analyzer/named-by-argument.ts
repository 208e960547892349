import type { Relation } from '../catalog/snapshot.js'
import { constantText } from './constants.js'
import { findRelation, writtenName } from './names.js'
import { parseQualifiedName } from './qualified-name.js'
import { relationResource, resource } from './resource.js'
import { bodyOf, nodeOf, type TreeNode } from './tree.js'
import { typeNameId } from './type-of.js'
import type { Walk } from './walk.js'

/** `text`, `regclass`: what is written under such a cast is what the function is given. */
const transparent: ReadonlySet<number> = new Set([25, 2205])

/**
 * The name that an argument is: a literal, also under casts that leave it as it is. Undefined for anything else, for example
 * `'orders_archive'::varchar(6)`, which is another name.
 */
export function nameArgument(walk: Walk, argument: TreeNode | undefined): string | undefined {
  let current = argument
  for (let casts = 0; casts < 8; casts += 1) {
    const cast = bodyOf(current, 'TypeCast')
    if (cast === undefined) return constantText(current)
    const type = nodeOf(cast, 'typeName') ?? {}
    if (!transparent.has(typeNameId(walk, type) ?? 0)) return undefined
    current = nodeOf(cast, 'arg')
  }
  return undefined
}

/** The channel of NOTIFY, `*` when it is not written in the text. */
export function channelResource(name: string | undefined): string {
  return name === undefined ? 'channel:*' : resource('channel', name)
}

/** The sequence that the first argument of nextval names, `*` when it is not written in the text. */
export function sequenceResource(walk: Walk, argument: TreeNode | undefined): string {
  const relation = namedRelation(walk, argument)
  return relation?.kind === 'sequence' ? relationResource(relation, walk.state) : 'sequence:*'
}

/** The relation, or the table of the index, that an argument names; all of them when it does not say. */
export function namedRelations(walk: Walk, argument: TreeNode | undefined): Iterable<Relation> {
  const relation = namedRelation(walk, argument)
  if (relation === undefined) return walk.catalog.relations.values()
  const table = walk.catalog.relations.get(relation.table ?? 0)
  return [table ?? relation]
}

function namedRelation(walk: Walk, argument: TreeNode | undefined): Relation | undefined {
  const text = nameArgument(walk, argument)
  const parts = text === undefined ? undefined : parseQualifiedName(text)
  const written = parts === undefined ? undefined : writtenName(parts)
  return written === undefined ? undefined : findRelation(walk, written)
}
