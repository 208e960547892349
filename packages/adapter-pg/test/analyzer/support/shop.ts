import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Effect } from '@bothkeys/core/adapter'
import { analyse, type AnalysisContext, type Analysed } from '../../../src/analyzer/analyse.js'
import type { Analysis } from '../../../src/analyzer/analysis.js'
import { StatementParser } from '../../../src/analyzer/parse.js'
import { buildBuiltins, buildCatalog } from '../../../src/catalog/build-catalog.js'
import type { SessionState } from '../../../src/catalog/session-state.js'
import type { CatalogSnapshot } from '../../../src/catalog/snapshot.js'
import { type ProbedSetting, probedSettings } from '../../../src/catalog/state-probe.js'

const fixtures = new URL('../../catalog/fixtures/', import.meta.url)

/** What PostgreSQL 18 answered about itself, and about a database with shop.sql in it. */
export const builtinText: string = gunzipSync(readFileSync(new URL('builtin-18.json.gz', fixtures))).toString('utf8')
export const shopText: string = readFileSync(new URL('shop.json', fixtures), 'utf8')

export const shop: CatalogSnapshot = buildCatalog(buildBuiltins(builtinText), shopText)

/** A session of an ordinary role with `search_path = shop, public`. */
export function sessionState(change: Partial<SessionState> = {}): SessionState {
  const settings = Object.fromEntries(probedSettings.map((name) => [name, ''])) as Record<ProbedSetting, string>
  return {
    searchPath: ['pg_catalog', 'shop', 'public'],
    temporarySchema: undefined,
    currentUser: 'agent',
    sessionUser: 'agent',
    settings: { ...settings, is_superuser: 'off' },
    ...change,
  }
}

const ordinary = sessionState()

/** Long texts, too, are parsed right here: the worker has tests of its own. */
const parser = new StatementParser({ maxSyncBytes: 1024 * 1024 })

/** Parses and analyses a text against the shop. */
export async function analyseText(text: string, context: Partial<AnalysisContext> = {}): Promise<Analysed> {
  const parsed = await parser.parse(text)
  if (parsed.unparsable) throw new Error(`does not parse: ${parsed.reason}`)
  return analyse(parsed, { catalog: shop, state: ordinary, prepared: nothing, cursor: nothing, ...context })
}

export async function analysisOf(text: string, context: Partial<AnalysisContext> = {}): Promise<Analysis> {
  return (await analyseText(text, context)).analysis
}

/** Effects as lines that are easy to compare: `read table:shop.orders columns=id,total`. */
export async function effectLines(text: string, context: Partial<AnalysisContext> = {}): Promise<readonly string[]> {
  const { description } = await analysisOf(text, context)
  return description.effects.map(line)
}

export function line({ duty, resource, attributes }: Effect): string {
  const words = Object.entries(attributes).map(([name, value]) => {
    if (value === true) return name
    return `${name}=${Array.isArray(value) ? value.join(',') : String(value)}`
  })
  return [duty, resource, ...words].join(' ')
}

function nothing(): undefined {
  return undefined
}
