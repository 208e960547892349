import type { Lineage } from '@bothkeys/core/adapter'
import type pg from 'pg'
import { analyse } from '../../../src/analyzer/analyse.js'
import type { Analysis } from '../../../src/analyzer/analysis.js'
import { type Parsed, parseStatement } from '../../../src/analyzer/parse.js'
import type { SessionState } from '../../../src/catalog/session-state.js'
import type { CatalogSnapshot } from '../../../src/catalog/snapshot.js'
import { readBuiltins, readCatalog, readSessionState } from '../../battery/analyst.js'
import { protectedColumns } from './world.js'

/** What may be seen of statements, judged by their lineage alone as the core does. */
export interface Judged {
  readonly parsed: readonly Parsed[]
  /** Why they would be refused; undefined when they would run. */
  readonly refused: string | undefined
  /** Whether column `index` of the last result is masked. */
  isMasked(index: number): boolean
}

/** Asks the analyzer where protected values go. */
export class LineageAnalyst {
  readonly #catalog: CatalogSnapshot
  readonly #state: SessionState

  private constructor(catalog: CatalogSnapshot, state: SessionState) {
    this.#catalog = catalog
    this.#state = state
  }

  static async of(client: pg.Client): Promise<LineageAnalyst> {
    const catalog = await readCatalog(client, await readBuiltins(client))
    return new LineageAnalyst(catalog, await readSessionState(client))
  }

  async judge(steps: readonly string[]): Promise<Judged> {
    const prepared = new Map<string, Parsed>()
    const cursors = new Map<string, Analysis>()
    const parsed: Parsed[] = []
    let refused: string | undefined
    let last: Lineage | undefined
    for (const text of steps) {
      const one = await parseOf(text)
      parsed.push(one)
      const { analysis } = this.#analyse(one, prepared, cursors)
      for (const change of analysis.registry) {
        if (change.kind === 'declare-cursor') cursors.set(change.name, analysis)
        if (change.kind === 'prepare') prepared.set(change.name, await parseOf(change.text))
      }
      last = analysis.description.lineage
      refused ??= refusal(analysis)
    }
    return { parsed, refused, isMasked: (index) => last?.outputs?.[index]?.sources.some(isProtected) ?? hidden(last) }
  }

  #analyse(parsed: Parsed, prepared: ReadonlyMap<string, Parsed>, cursors: ReadonlyMap<string, Analysis>): ReturnType<typeof analyse> {
    const context = {
      catalog: this.#catalog,
      state: this.#state,
      cursor: (name: string) => cursors.get(name),
      prepared: (name: string): Analysis | undefined => {
        const inner = prepared.get(name)
        return inner === undefined ? undefined : analyse(inner, context).analysis
      },
    }
    return analyse(parsed, context)
  } // prettier-ignore
}

function refusal({ description: { lineage, effects } }: Analysis): string | undefined {
  if (lineage === undefined) {
    return effects.some(({ duty }) => duty === 'read' || duty === 'opaque') ? 'no lineage' : undefined
  }
  if (lineage.elsewhere.some(isProtected)) return 'elsewhere'
  return lineage.lookups.some(isProtected) ? 'lookup' : undefined
}

/** Outputs that are unknown, or one more than are known, are masked when anything protected is read. */
function hidden(lineage: Lineage | undefined): boolean {
  return lineage?.read.some(isProtected) ?? true
}

export function isProtected({ resource, column }: { readonly resource: string; readonly column: string }): boolean {
  return protectedColumns.some((spelled) => {
    const at = spelled.lastIndexOf('.')
    return (resource === '*' || resource === `table:${spelled.slice(0, at)}`) && (column === '*' || column === spelled.slice(at + 1))
  }) // prettier-ignore
}

async function parseOf(text: string): Promise<Parsed> {
  const parsed = await parseStatement(text)
  if (parsed.unparsable) throw new Error(`${parsed.reason}: ${text}`)
  return parsed
}
