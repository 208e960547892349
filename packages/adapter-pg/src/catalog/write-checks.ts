import type { Draft } from './draft-relation.js'
import type { UserRows } from './rows.js'
import type { WriteCheck } from './snapshot.js'

/** What the server looks at when rows of each relation are written. After its generated columns are known. */
export function addWriteChecks(rows: UserRows, at: (id: number) => Draft | undefined): void {
  for (const [index, , , table, , , , compared, columns, keyColumns, used] of rows.indexes ?? []) {
    const keys = columns?.slice(0, keyColumns) ?? []
    if (compared === 'unique' && used === null) add(at(table), 'unique', keys)
    // Where an expression stands among the keys, what it is made of does.
    else if (compared !== '') add(at(table), 'compared', [...keys.filter((key) => key !== 0), ...(used ?? [])])
    else if (used !== null) add(at(table), 'row', used)
    const kept = [...(columns ?? []).filter((key) => key !== 0), ...(used ?? [])]
    for (const relation of [at(table), at(index)]) add(relation, 'kept', kept)
  }
  for (const [relation, , , columns, isValid] of rows.checks ?? []) {
    add(at(relation), isValid ? 'row' : 'late', columns ?? [])
  }
  const generated = new Set((rows.generatedColumns ?? []).map(([relation]) => relation))
  for (const id of generated) {
    const relation = at(id)
    // What makes it may fail.
    for (const { generatedFrom } of relation?.columns.values() ?? []) add(relation, 'row', generatedFrom)
  }
}

function add(relation: Draft | undefined, kind: WriteCheck['kind'], columns: readonly number[]): void {
  if (columns.length > 0) relation?.writeChecks.push({ kind, columns })
}
