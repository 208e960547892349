import { createHash } from 'node:crypto'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { BuiltinCatalog } from '../catalog/build-catalog.js'
import { buildBuiltins, buildCatalog } from '../catalog/build-catalog.js'
import { catalogQueries } from '../catalog/queries.js'
import type { ProbedState, SessionState } from '../catalog/session-state.js'
import { namesAlike, readShortAnswer, readState, stateSince } from '../catalog/session-state.js'
import type { CatalogSnapshot } from '../catalog/snapshot.js'
import { stateProbe, stateProbe13, stateProbeOwning, stateProbeSince, systemProbe } from '../catalog/state-probe.js'
import type { InternalStatement } from './internal-statement.js'
import { reservedPrefix } from './internal-statement.js'
import { MaskedTables } from './masked-tables.js'
import { RowChanges } from './row-changes.js'
import { ServerState } from './server-state.js'

/** How a look runs its statements: on the connection that the decision is for. */
export type RunInternal = (
  statement: InternalStatement,
  parameters?: readonly string[],
) => Promise<readonly (readonly (string | null)[])[]>

/** What one look at the server saw. */
export interface Look {
  readonly state: ServerState
  readonly probed: ProbedState
  /** When the whole catalog was looked at last. What came after that was told from transactions. */
  readonly provenAtMs: number
}

/** What a connection saw that only compares. */
export interface Sight {
  readonly session: SessionState
  readonly catalog: CatalogSnapshot | undefined
}

/** What a look can build on. */
export interface LookFrom {
  /** The last look. Left out when something ran since that may have changed the catalog. */
  readonly before: Look | undefined
  /** Asked right before a change of rows: has the server give the transaction its id, and is told it. */
  readonly owns?: ((transaction: string) => void) | undefined
}

const maxCatalogs = 8
const maxStates = 64
const maxAttempts = 4
/** How long what is known of transactions stands for a look at the whole catalog. */
const maxTrustMs = 1_000
/** How long one connection waits for what another one loads before it does so itself. */
const maxWaitMs = 2_000

/** Every statement that a look runs, by name. Beside these the door runs on its own account only what tells taken portals. */
const statements = {
  probe: { name: `${reservedPrefix}probe`, text: stateProbe },
  probe13: { name: `${reservedPrefix}probe`, text: stateProbe13 },
  since: { name: `${reservedPrefix}since`, text: stateProbeSince },
  owning: { name: `${reservedPrefix}owning`, text: stateProbeOwning },
  system: { name: `${reservedPrefix}system`, text: systemProbe },
  builtins: { name: `${reservedPrefix}builtins`, text: catalogQueries.builtin },
  catalog: { name: `${reservedPrefix}catalog`, text: catalogQueries.user },
  replan: { name: `${reservedPrefix}replan`, text: 'DISCARD PLANS' },
} as const satisfies Record<string, InternalStatement>

/**
 * The states that the connections of one target saw. A catalog is loaded once per epoch, on the connection that needs
 * it, so that its own uncommitted changes count; connections that see the same share one object.
 */
export class StateCache {
  /** What the connections of the target change, as far as that is known to be rows alone. */
  readonly rowChanges: RowChanges = new RowChanges()
  /** Which tables the names of masks stood for when they were met first. */
  readonly maskedTables: MaskedTables = new MaskedTables()
  readonly #builtins = new Map<string, BuiltinCatalog>()
  readonly #catalogs = new Map<string, CatalogSnapshot>()
  readonly #states = new Map<string, ServerState>()
  /** Epochs whose catalog some connection is loading. The promises never reject. */
  readonly #loading = new Map<string, Promise<void>>()
  #generation = 0
  #definitions = 0

  /** Counts the catalog changes that went through any door of the target (RULES 23). */
  get generation(): number {
    return this.#generation
  }

  /** A statement that may change the catalog was answered: every connection looks again before its next decision. */
  catalogChanged(): void {
    this.#generation += 1
  }

  /** Counts the definitions that may have become visible. Unlike `generation` it leaves out settings and transactions. */
  get definitions(): number {
    return this.#definitions
  }

  /** Something that may define objects is about to be committed, or was. */
  defined(): void {
    this.#definitions += 1
  }

  /**
   * Looks at the server. That is cheap as long as no transaction has ended since `before` but those that are known to have
   * changed rows alone.
   */
  async look(run: RunInternal, serverMajor: number, from: LookFrom): Promise<Look> {
    const probe = serverMajor < 14 ? statements.probe13 : statements.probe
    const { before } = from
    const since = await this.#lookInShort(run, from)
    const askedAtMs = performance.now()
    if (since !== undefined && since === before?.probed) return before
    const probed = since ?? readState(only(await run(probe)))
    const provenAtMs = since === undefined || before === undefined ? askedAtMs : before.provenAtMs
    const known = this.#states.get(keyOf(probed))
    return known === undefined ? this.#load(run, probe, { probed, provenAtMs }) : { state: known, probed, provenAtMs }
  }

  /** Which cluster a connection is on. Undefined where the server does not tell its role. Throws when the connection ends. */
  async system(run: RunInternal): Promise<string | undefined> {
    try {
      return single(await run(statements.system))
    } catch (error) {
      if (error instanceof BothKeysError && error.code === 'ERR_TARGET_UNSAFE') return undefined
      throw error
    }
  }

  /** What a connection sees now. Loads nothing: without a catalog where none is kept for what it sees. */
  async peek(run: RunInternal, serverMajor: number): Promise<Sight> {
    const probed = readState(only(await run(serverMajor < 14 ? statements.probe13 : statements.probe)))
    return { session: probed.state, catalog: this.#catalogs.get(probed.catalogEpoch) }
  }

  async #lookInShort(run: RunInternal, { before, owns }: LookFrom): Promise<ProbedState | undefined> {
    if (before === undefined && owns === undefined) return undefined
    const answer = readShortAnswer(only(await run(owns === undefined ? statements.since : statements.owning)))
    if (owns !== undefined && answer.transaction !== undefined) owns(answer.transaction)
    if (before === undefined) return undefined
    const trusts = performance.now() - before.provenAtMs <= maxTrustMs
    return stateSince(answer, before.probed, (transaction) => trusts && this.rowChanges.has(transaction))
  }

  /**
   * Has the server read its prepared statements anew. It does so by itself when an object that they use changes, but not
   * when a new one stands before it on the search path, which the next decision already takes for the one that is meant.
   */
  async replan(run: RunInternal): Promise<void> {
    await run(statements.replan)
  }

  async #load(run: RunInternal, probe: InternalStatement, first: Omit<Look, 'state'>): Promise<Look> {
    let { probed: seen, provenAtMs } = first
    let hasWaited = false
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const known = this.#catalogs.get(seen.catalogEpoch)
      if (known !== undefined) return { state: this.#state(known, seen), probed: seen, provenAtMs }
      const elsewhere = this.#loading.get(seen.catalogEpoch)
      if (elsewhere === undefined || hasWaited) await this.#loadCatalog(run, probe, seen)
      else await atMost(maxWaitMs, elsewhere)
      hasWaited ||= elsewhere !== undefined
      provenAtMs = performance.now()
      seen = readState(only(await run(probe)))
    }
    throw new BothKeysError('ERR_TARGET_UNSAFE', 'the catalog of the server kept changing while it was read', {
      hint: 'try again when no migration is running',
    })
  }

  /** What was loaded counts only if nothing changed while it was. Others who need the same wait for it meanwhile. */
  async #loadCatalog(run: RunInternal, probe: InternalStatement, seen: ProbedState): Promise<void> {
    const epoch = seen.catalogEpoch
    const load = async (): Promise<void> => {
      const catalog = buildCatalog(await this.#builtin(run, seen), single(await run(statements.catalog)))
      if (readState(only(await run(probe))).catalogEpoch === epoch) put(this.#catalogs, epoch, catalog, maxCatalogs)
    }
    const loading = load()
    const ended = loading.catch(() => undefined)
    this.#loading.set(epoch, ended)
    try {
      await loading
    } finally {
      if (this.#loading.get(epoch) === ended) this.#loading.delete(epoch)
    }
  }

  async #builtin(run: RunInternal, probed: ProbedState): Promise<BuiltinCatalog> {
    const version = probed.state.settings.server_version_num
    const known = this.#builtins.get(version)
    if (known !== undefined) return known
    const loaded = buildBuiltins(single(await run(statements.builtins)))
    this.#builtins.set(version, loaded)
    return loaded
  }

  #state(catalog: CatalogSnapshot, probed: ProbedState): ServerState {
    const key = keyOf(probed)
    const known = this.#states.get(key)
    if (known !== undefined) return known
    const name = createHash('sha256').update(key).digest('hex').slice(0, 16)
    const alike = [...this.#states.values()].find(
      (other) => other.catalog === catalog && namesAlike(other.session, probed.state),
    )
    const state = alike?.readAs(name, probed.state) ?? new ServerState(name, probed.state, catalog)
    put(this.#states, key, state, maxStates)
    return state
  }
}

function keyOf({ catalogEpoch, stateEpoch }: ProbedState): string {
  return `${catalogEpoch} ${stateEpoch}`
}

function only(rows: readonly (readonly (string | null)[])[]): readonly (string | null)[] {
  const row = rows[0]
  if (row === undefined) throw unreadable()
  return row
}

function single(rows: readonly (readonly (string | null)[])[]): string {
  const text = only(rows)[0]
  if (typeof text !== 'string') throw unreadable()
  return text
}

/** Waits for something that never rejects, but not for ever. */
async function atMost(ms: number, ended: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  await Promise.race([ended, limit])
  clearTimeout(timer)
}

/** Adds to a map that keeps its newest entries. */
function put<Value>(map: Map<string, Value>, key: string, value: Value, max: number): void {
  const oldest = map.keys().next()
  if (map.size >= max && oldest.done !== true) map.delete(oldest.value)
  map.set(key, value)
}

function unreadable(): BothKeysError {
  return new BothKeysError('ERR_TARGET_UNSAFE', 'the server answered the door with something else than its state', {
    hint: 'the role needs to be able to read pg_catalog',
  })
}
