import type { Effect, NamedColumn } from '@bothkeys/core/adapter'
import type { CatalogSnapshot } from '../catalog/snapshot.js'
import type { DoorRefusal } from './refusal-response.js'

type Masked = readonly NamedColumn[]

interface Looked {
  readonly masked: Masked
  readonly refusal: DoorRefusal | undefined
}

const looked = new WeakMap<CatalogSnapshot, Looked>()

/**
 * Why nothing that may touch rows runs, where a table that masks name is not there: it was renamed or moved, so that its rows
 * stand under another name, or the policy has its name wrong (RULES 23). What only defines may run, so that it can come back. A
 * column that is gone from a table that is there is the policy's own matter.
 */
export function vanishedTable(
  masked: Masked,
  catalog: CatalogSnapshot,
  effects: readonly Effect[],
): DoorRefusal | undefined {
  if (masked.length === 0 || effects.every(({ duty }) => duty === 'define')) return undefined
  const known = looked.get(catalog)
  if (known?.masked === masked) return known.refusal
  const refusal = lookFor(masked, catalog)
  looked.set(catalog, { masked, refusal })
  return refusal
}

function lookFor(masked: Masked, catalog: CatalogSnapshot): DoorRefusal | undefined {
  const gone = masked.find(({ schema, table }) => catalog.relation(schema, table) === undefined)
  if (gone === undefined) return undefined
  const name = JSON.stringify(`${gone.schema}.${gone.table}`)
  return {
    code: 'ERR_TARGET_UNSAFE',
    message: `refused: there is no table ${name}, whose columns are masked by ${gone.rule}`,
    rules: [gone.rule],
    hint: 'nothing is read while its rows may stand under another name: give it its name back, or have the policy changed',
  }
}
