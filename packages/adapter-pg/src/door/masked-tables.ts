import type { Effect, NamedColumn } from '@bothkeys/core/adapter'
import type { CatalogSnapshot } from '../catalog/snapshot.js'
import type { DoorRefusal } from './refusal-response.js'

interface Looked {
  readonly masked: readonly NamedColumn[]
  readonly refusal: DoorRefusal | undefined
}

/** The tables of one target that masks name: where one is gone, its rows may stand under any other name. */
export class MaskedTables {
  readonly #known = new Map<string, number>()
  readonly #looked = new WeakMap<CatalogSnapshot, Looked>()

  /**
   * Why nothing that may touch rows runs (RULES 23): a table that masks name is not there, or stands under another name than
   * when it was met first, whatever was put in its place. What only defines may run, so that it can come back. A column that is
   * gone from a table that is there is the policy's own matter.
   */
  refusal(
    masked: readonly NamedColumn[],
    catalog: CatalogSnapshot,
    effects: readonly Effect[],
  ): DoorRefusal | undefined {
    if (masked.length === 0 || effects.every(({ duty }) => duty === 'define')) return undefined
    const looked = this.#looked.get(catalog)
    if (looked?.masked === masked) return looked.refusal
    const refusal = this.#look(masked, catalog)
    this.#looked.set(catalog, { masked, refusal })
    return refusal
  }

  #look(masked: readonly NamedColumn[], catalog: CatalogSnapshot): DoorRefusal | undefined {
    const found = masked.map((each) => ({ ...each, relation: catalog.relation(each.schema, each.table) }))
    let refusal: DoorRefusal | undefined
    for (const { relation, rule, schema, table } of found) {
      const name = JSON.stringify([catalog.database, schema, table])
      const known = this.#known.get(name)
      const moved = known === relation?.id ? undefined : catalog.relations.get(known ?? 0)
      if (moved !== undefined || relation === undefined) refusal ??= elsewhere(rule, `${schema}.${table}`, moved)
      // One that was dropped is nowhere else.
      else this.#known.set(name, relation.id)
    }
    return refusal
  }
}

function elsewhere(
  rule: string,
  name: string,
  moved: { readonly schema: string; readonly name: string } | undefined,
): DoorRefusal {
  const now = moved && JSON.stringify(`${moved.schema}.${moved.name}`)
  const is =
    now === undefined ? `there is no table ${JSON.stringify(name)}` : `the table ${JSON.stringify(name)} is ${now} now`
  return {
    code: 'ERR_TARGET_UNSAFE',
    message: `refused: ${is}, whose columns are masked by ${rule}`,
    rules: [rule],
    hint: 'nothing is read while its rows stand under another name: give it its name back, or have the policy changed and restart',
  }
}
