import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { buildBuiltins, buildCatalog } from '../../../src/catalog/build-catalog.js'
import type { CatalogSnapshot } from '../../../src/catalog/snapshot.js'
import { builtinText } from '../../analyzer/support/shop.js'

/** What a server of a version answered about a database with views.sql in it. */
export function viewCatalogText(version: 15 | 18): string {
  const file = new URL(`../fixtures/views-${String(version)}.json.gz`, import.meta.url)
  return gunzipSync(readFileSync(file)).toString('utf8')
}

/** A catalog of views.sql, with some of its answer changed. */
export function viewCatalog(version: 15 | 18, change: (text: string) => string = (text) => text): CatalogSnapshot {
  return buildCatalog(buildBuiltins(builtinText), change(viewCatalogText(version)))
}
