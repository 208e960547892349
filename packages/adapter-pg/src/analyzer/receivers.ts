import { type DefineAttributes, grant } from './define.js'
import { roleName } from './objects.js'
import type { TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** Roles that something is given to or taken from. */
export interface Receivers {
  readonly names: readonly string[]
  /** How long all their names are. */
  readonly length: number
}

/** Those of a list of `RoleSpec`, each once. */
export function receiversOf(walk: Walk, specs: readonly TreeNode[]): Receivers {
  const names = [...new Set(specs.map((spec) => roleName(walk, spec)))].sort()
  return { names: Object.freeze(names), length: names.join('').length }
}

/** Each effect names everybody who gets something: as many characters are steps. */
export function grantTo(walk: Walk, target: string, { names, length }: Receivers, attributes: DefineAttributes): void {
  if (walk.isExhausted || !walk.afford(length)) return
  grant(walk, target, { ...attributes, grantees: names })
}
