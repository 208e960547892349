import type { ColumnSources } from '../../../src/catalog/column-sources.js'
import type { CatalogSnapshot, Relation } from '../../../src/catalog/snapshot.js'
import { storedQuery } from '../../../src/catalog/view-columns.js'

/**
 * What the stored query of a view says, in a line: `name = table.column` for the values of one column as they stand, `name ~`
 * for what is made of columns, and after a bar what goes elsewhere. Every call counts as one that raises no error, but for
 * those of `unsafe`.
 */
export function viewLine(catalog: CatalogSnapshot, view: Relation, unsafe: readonly string[] = []): string {
  const query = storedQuery(view.queryTree ?? '', {
    call: ({ id }) => !unsafe.includes(catalog.routines.get(id)?.name ?? ''),
    column: () => true,
  })
  const columns = [...view.columns.values()].map(({ name, number }) => {
    const made = query.columns[number - 1]
    if (made === undefined) throw new Error(`no column ${String(number)} in ${view.name}`)
    return [name, made.plain ? '=' : '~', ...namesOf(catalog, made.sources), ...(made.total ? [] : ['!'])].join(' ')
  })
  return [columns.join(', '), '|', ...namesOf(catalog, query.elsewhere)].join(' ')
}

function namesOf(catalog: CatalogSnapshot, sources: ColumnSources): readonly string[] {
  return [...sources]
    .map(([id, number]) => {
      const relation = catalog.relations.get(id)
      const column = [...(relation?.columns.values() ?? [])].find((each) => each.number === number)
      return `${relation?.name ?? '?'}.${column?.name ?? String(number)}`
    })
    .toSorted()
}

/** Views of users, by name. */
export function viewsOf(catalog: CatalogSnapshot): readonly Relation[] {
  return [...catalog.relations.values()]
    .filter(({ id, kind }) => id >= 16_384 && (kind === 'view' || kind === 'materialized-view'))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}
