import type { ColumnSource, Lineage } from '@bothkeys/core/adapter'
import type { AnalysisContext } from '../../src/analyzer/analyse.js'
import type { CatalogSnapshot } from '../../src/catalog/snapshot.js'
import { buildBuiltins, buildCatalog } from '../../src/catalog/build-catalog.js'
import { analysisOf, builtinText, shopText } from '../analyzer/support/shop.js'

/** The shop without operators and casts of users, which any text may run. */
export const plainShop = buildCatalog(
  buildBuiltins(builtinText),
  JSON.stringify({ ...(JSON.parse(shopText) as Record<string, unknown>), operators: [], casts: [] }),
)

/** The plain shop with other rows in one part of its catalog. */
export function shopWith(part: string, change: (row: readonly unknown[]) => readonly unknown[]): CatalogSnapshot {
  const rows = JSON.parse(shopText) as Record<string, readonly (readonly unknown[])[]>
  const changed = { ...rows, [part]: rows[part]?.map(change), operators: [], casts: [] }
  return buildCatalog(buildBuiltins(builtinText), JSON.stringify(changed))
}

/** The plain shop with these columns under another collation than the database's own. */
export function collatedShop(...names: readonly (readonly [relation: string, column: string])[]): CatalogSnapshot {
  const collated = names.map(([relation, column]) => {
    const found = plainShop.relation('shop', relation)
    return [found?.id, found?.columns.get(column)?.number]
  })
  const rows = JSON.parse(shopText) as Record<string, unknown>
  return buildCatalog(buildBuiltins(builtinText), JSON.stringify({ ...rows, operators: [], casts: [], collated }))
}

/** The lineage of a text in the shop. */
export async function lineageOf(text: string, context: Partial<AnalysisContext> = {}): Promise<Lineage> {
  const { lineage } = (await analysisOf(text, { catalog: plainShop, ...context })).description
  if (lineage === undefined) throw new Error('no lineage')
  return lineage
}

/**
 * A lineage as one line: `customers.id! | customers.email customers.name > orders.id ? customers.id×2`: outputs, `!` for a plain
 * one, `-` for one of nothing, `unknown` where they are not told; then what goes elsewhere; then lookups.
 */
export function told({ elsewhere, lookups, outputs }: Lineage): string {
  const columns = outputs?.map(({ plain, sources }) => `${names(sources) || '-'}${plain ? '!' : ''}`)
  const looked = lookups.map(({ values, ...source }) => `${names([source])}${values === 1 ? '' : `×${String(values)}`}`)
  const more = elsewhere.length === 0 ? '' : ` > ${names(elsewhere)}`
  return `${columns?.join(' | ') ?? 'unknown'}${more}${looked.length === 0 ? '' : ` ? ${looked.sort().join(' ')}`}`.trim()
}

export async function toldOf(text: string, context: Partial<AnalysisContext> = {}): Promise<string> {
  return told(await lineageOf(text, context))
}

function names(sources: readonly ColumnSource[]): string {
  const written = sources.map(({ resource, column }) => `${resource.replace(/^table:(?:shop\.)?/, '')}.${column}`)
  return [...new Set(written)].sort().join(' ')
}
