import { memberOf, textAt } from './json.js'

/** Lines of a list, each of one object. */
export interface TableLines {
  readonly columns: readonly string[]
  readonly rows: readonly string[]
}

/** The lines of a Table of the API server (meta.k8s.io/v1), with the columns that kubectl shows. `undefined`: it is none. */
export function tableLines(table: unknown, hasNamespaces: boolean): TableLines | undefined {
  const [definitions, rows] = [memberOf(table, 'columnDefinitions'), memberOf(table, 'rows')]
  if (!Array.isArray(definitions)) return undefined
  const shown = definitions.flatMap((column: unknown, at) =>
    (memberOf(column, 'priority') ?? 0) === 0 ? [{ at, name: textAt(column, 'name') ?? '' }] : [],
  )
  const lines = (Array.isArray(rows) ? (rows as readonly unknown[]) : []).map((row) => {
    const cells = memberOf(row, 'cells')
    const values = shown.map(({ at }) => (Array.isArray(cells) ? (cells as readonly unknown[])[at] : undefined))
    const namespace = textAt(memberOf(memberOf(row, 'object'), 'metadata'), 'namespace') ?? ''
    return lineOf(hasNamespaces ? [namespace, ...values] : values)
  })
  const names = shown.map(({ name }) => name.toUpperCase())
  return { columns: hasNamespaces ? ['NAMESPACE', ...names] : names, rows: lines }
}

/** One line, whatever a cell holds. */
export function lineOf(cells: readonly unknown[]): string {
  return cells.map(cellOf).join(' | ')
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null || value === '') return '-'
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  // oxlint-disable-next-line no-control-regex -- what would make two lines of one
  return text.replaceAll(/[\s\u0000-\u001F\u007F-\u009F\u2028\u2029]+/g, ' ').slice(0, 500)
}
