import type { Effect } from '@bothkeys/core/adapter'
import type pg from 'pg'
import { analyse } from '../../src/analyzer/analyse.js'
import type { Analysis } from '../../src/analyzer/analysis.js'
import { type Parsed, parseStatement } from '../../src/analyzer/parse.js'
import { type BuiltinCatalog, buildBuiltins, buildCatalog } from '../../src/catalog/build-catalog.js'
import { catalogQueries } from '../../src/catalog/queries.js'
import { readState, type SessionState } from '../../src/catalog/session-state.js'
import type { CatalogSnapshot } from '../../src/catalog/snapshot.js'
import { stateProbe } from '../../src/catalog/state-probe.js'

/** What the analyzer says about a text. */
export interface Statement {
  readonly effects: readonly Effect[]
  /** Names that it did not find. */
  readonly missing: readonly string[]
  readonly parsed: Parsed
}

/** Asks a session what the door would ask it. */
export async function readBuiltins(client: pg.Client): Promise<BuiltinCatalog> {
  return buildBuiltins(await single(client, catalogQueries.builtin))
}

export async function readCatalog(client: pg.Client, builtins: BuiltinCatalog): Promise<CatalogSnapshot> {
  return buildCatalog(builtins, await single(client, catalogQueries.user))
}

export async function readSessionState(client: pg.Client): Promise<SessionState> {
  const { rows } = await client.query<(string | null)[]>({ text: stateProbe, rowMode: 'array' })
  return readState(rows[0] ?? []).state
}

async function single(client: pg.Client, text: string): Promise<string> {
  const { rows } = await client.query<string[]>({ text, rowMode: 'array' })
  return rows[0]?.[0] ?? ''
}

/** Puts the analyzer's question for one text, with the names that earlier texts of the session left behind. */
export class Analyst {
  readonly #catalog: CatalogSnapshot
  readonly #state: SessionState
  readonly #prepared = new Map<string, { readonly text: string; readonly parameterTypes: readonly number[] }>()
  readonly #cursors = new Map<string, Analysis>()

  constructor(catalog: CatalogSnapshot, state: SessionState) {
    this.#catalog = catalog
    this.#state = state
  }

  /** Takes note of a text that ran before, as the door's registry does. */
  async note(text: string): Promise<void> {
    const parsed = await parseOf(text)
    const analysis = await this.#analyse(parsed)
    for (const change of analysis.analysis.registry) {
      if (change.kind === 'prepare') this.#prepared.set(change.name, change)
      else if (change.kind === 'declare-cursor') this.#cursors.set(change.name, analysis.analysis)
    }
  }

  async effectsOf(text: string): Promise<Statement> {
    const parsed = await parseOf(text)
    const { analysis, missing } = await this.#analyse(parsed)
    return { effects: analysis.description.effects, missing, parsed }
  }

  async #analyse(parsed: Parsed): Promise<ReturnType<typeof analyse>> {
    // The parser answers at once for a text that it has seen.
    const known = new Map<string, Parsed>()
    for (const { text } of this.#prepared.values()) known.set(text, await parseOf(text))
    const context = {
      catalog: this.#catalog,
      state: this.#state,
      cursor: (name: string) => this.#cursors.get(name),
      prepared: (name: string): Analysis | undefined => {
        const { text = '', parameterTypes = [] } = this.#prepared.get(name) ?? {}
        const inner = known.get(text)
        return inner === undefined ? undefined : analyse(inner, { ...context, parameterTypes }).analysis
      },
    }
    return analyse(parsed, context)
  }
}

async function parseOf(text: string): Promise<Parsed> {
  const parsed = await parseStatement(text)
  if (parsed.unparsable) throw new Error(`${parsed.reason}: ${text}`)
  return parsed
}
