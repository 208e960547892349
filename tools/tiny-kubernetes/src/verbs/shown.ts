import { managedFields } from '../objects/managed-fields.js'
import type { KubeObject } from '../objects/kube-object.js'
import type { Stored } from '../store/store.js'

/** An object as an answer shows it: with who wrote it. */
export function shown({ managers, object }: Pick<Stored, 'managers' | 'object'>): KubeObject {
  if (managers.length === 0) return object
  return { ...object, metadata: { ...object.metadata, managedFields: managedFields(managers) } }
}
