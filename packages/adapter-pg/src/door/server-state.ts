import type { Analysis } from '../analyzer/analysis.js'
import type { CatalogSnapshot } from '../catalog/snapshot.js'
import type { SessionState } from '../catalog/session-state.js'

/** How many analyses one state keeps. */
const maxAnalyses = 5_000

/**
 * What the server was seen to be at one moment: its settings, the names it resolves through, its catalog. Connections
 * that see the same share one object, so that an analysis is made once per text and state.
 */
export class ServerState {
  /** Names this state in digests: settings and catalog epoch. */
  readonly key: string
  readonly session: SessionState
  readonly catalog: CatalogSnapshot
  readonly #analyses: Map<string, Analysis>

  constructor(
    key: string,
    session: SessionState,
    catalog: CatalogSnapshot,
    analyses: Map<string, Analysis> = new Map(),
  ) {
    this.key = key
    this.session = session
    this.catalog = catalog
    this.#analyses = analyses
  }

  /** The state with another session in which names mean the same: what was understood in one is in the other, too. */
  readAs(key: string, session: SessionState): ServerState {
    return new ServerState(key, session, this.catalog, this.#analyses)
  }

  /** The analysis that was made of exactly this text in this state. */
  recall(text: string): Analysis | undefined {
    return this.#analyses.get(text)
  }

  /** Keeps an analysis that depends on nothing but the text and this state. The oldest give way. */
  keep(text: string, analysis: Analysis): void {
    if (this.#analyses.size >= maxAnalyses) {
      for (const oldest of this.#analyses.keys()) {
        this.#analyses.delete(oldest)
        if (this.#analyses.size < maxAnalyses * 0.9) break
      }
    }
    this.#analyses.set(text, analysis)
  }
}

/** Whether all statements of the transaction see the database as of one moment. READ UNCOMMITTED is READ COMMITTED. */
export function seesOneSnapshot({ session }: ServerState): boolean {
  return /^(repeatable read|serializable)$/.test(session.settings.transaction_isolation)
}
