import type { Named } from '../status.js'

/** A kind of object that the server keeps, and how it is reached. */
export interface Resource {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly subresources: readonly string[]
  /** Whether changes of its spec are counted. */
  readonly counted: boolean
  /** Whether a deletion is answered with the object. */
  readonly answersDeleted: boolean
  /** Whether many can be deleted at once. */
  readonly deletedTogether: boolean
  /** Whether it can only be created, and is not kept. */
  readonly virtual: boolean
}

export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`
}

/** As errors about the resource name it. */
export const asResource = ({ group, plural }: Resource): Named => ({ group, name: plural })

/** As errors about an object name it. */
export const asKind = ({ group, kind }: Resource): Named => ({ group, name: kind })
