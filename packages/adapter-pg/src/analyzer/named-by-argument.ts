import type { Relation } from '../catalog/snapshot.js'
import { constantText } from './constants.js'
import { findRelation, writtenName } from './names.js'
import { parseQualifiedName } from './qualified-name.js'
import { relationResource, resource } from './resource.js'
import type { TreeNode } from './tree.js'
import type { Walk } from './walk.js'

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
  const text = constantText(argument)
  const parts = text === undefined ? undefined : parseQualifiedName(text)
  const written = parts === undefined ? undefined : writtenName(parts)
  return written === undefined ? undefined : findRelation(walk, written)
}
