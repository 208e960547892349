import type { MaybePromise, SessionAccess } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import type { Analysis } from '../analyzer/analysis.js'
import { readsAlike } from '../catalog/session-state.js'
import type { Line } from './line.js'
import { changesRowsAlone } from './row-changes.js'
import type { Run } from './run.js'
import type { ServerState } from './server-state.js'
import { seesOneSnapshot } from './server-state.js'
import { checkState } from './settings.js'
import type { Look, RunInternal, StateCache } from './state-cache.js'

/** No count of definitions. */
const never = -1

/** Stands for a cluster whose server does not tell which one it is. */
const unknownSystem = 'unknown'

/** How old a look at the server may be when a read is decided (RULES 23). */
const maxAgeMs = 1_000

/**
 * Knows how the server reads a text on this connection right now. After anything that is not provably free of
 * settings, after DDL, at BEGIN, and when the last look is older than a second, it looks again before the next decision.
 */
export class StateKeeper {
  readonly #connection: Line
  readonly #cache: StateCache
  readonly #serverMajor: number
  readonly #readOnly: boolean
  #last: Look | undefined
  #lookedAtMs = 0
  /** The catalog changes that had gone through any door of the target at the last look. */
  #generation = -1
  #stale = true
  /** Something ran since the last look that may do more than change rows, so that the short question would not do. */
  #wrote = false
  /** The same for the open transaction. */
  #wroteInTransaction = false
  /** The id of the open transaction, as long as it has changed rows alone. */
  #transaction: string | undefined
  /** Settings or the catalog were changed in the open transaction, so its end changes them again. */
  #changedInTransaction = false
  #looks = 0
  #system: string | undefined
  /** The definitions that had gone through any door of the target at the last look. */
  #definitions: number | undefined
  /** The same when the snapshot of the open transaction was taken, if all of it sees the same one. */
  #snapshotAt: number | undefined
  #tookSnapshot = false
  /** Something ran in the open transaction that may have defined objects. */
  #defines = false

  constructor(connection: Line, cache: StateCache, serverMajor: number, readOnly: boolean) {
    this.#connection = connection
    this.#cache = cache
    this.#serverMajor = serverMajor
    this.#readOnly = readOnly
  }

  /** What the last look saw, however old it is. */
  get known(): ServerState | undefined {
    return this.#last?.state
  }

  /** The cluster that the connection is on, from the first look on. */
  get system(): string {
    return this.#system ?? unknownSystem
  }

  /** The state to decide under. `uncertain` says that a statement before it may still change it. */
  current(uncertain: boolean): MaybePromise<ServerState> {
    const state = this.#last?.state
    if (state === undefined) return this.#look()
    // A failed transaction answers nothing but its end; the server refuses everything else by itself.
    if (uncertain || this.#connection.transactionStatus === 'E') return state
    const fresh = this.#generation === this.#cache.generation && performance.now() - this.#lookedAtMs <= maxAgeMs
    if (this.#stale || !fresh) return this.#look()
    return state
  }

  /**
   * Looks again right before something other than a read runs: whether the server is still as it was described. The server
   * is asked nothing more once the statement is `over` for another reason: what follows it is on its way by then.
   */
  async unchanged(described: ServerState, analysis: Analysis, over: () => boolean): Promise<boolean> {
    if (this.#connection.transactionStatus === 'E') return true
    try {
      const owns = changesRowsAlone(analysis) && mayChange(described)
      return (await this.#look(over, owns)).key === described.key && !this.outdated
    } catch (error) {
      // The server refused the text by itself, and has told the client so: it runs nothing.
      if (this.#connection.failure?.told === true) return true
      throw error
    }
  }

  /**
   * Whether the catalog changed through some door since the open transaction began to see nothing new (REPEATABLE READ,
   * SERIALIZABLE). The server looks names up in the newest catalog all the same, so nothing can be decided in it.
   */
  get outdated(): boolean {
    return this.#snapshotAt !== undefined && this.#snapshotAt !== this.#cache.definitions
  }

  /** Loads the catalog anew although nothing seems to have changed. */
  reload(): Promise<ServerState> {
    return this.#look()
  }

  /** Makes the next decision look again. */
  forget(): void {
    this.#stale = true
  }

  /** Whether something ran that a policy let change settings. */
  expectsSettings(runs: ReadonlySet<Run>): boolean {
    for (const run of runs) if (!run.analysis.settingFree) return true
    return this.#changedInTransaction
  }

  /** A run is about to be sent: what it commits may be in force long before its answer is read. */
  begun({ analysis }: Run): void {
    if (analysis.changesReading) this.#stale = true
    this.#noteWrite(analysis)
    this.#tookSnapshot ||= analysis.description.effects.some(
      ({ resource }) => resource === 'setting:transaction_snapshot',
    )
    this.#defines ||= mayDefine(analysis)
    const mayCommit = this.#connection.transactionStatus === 'I' || analysis.transaction !== undefined
    if (this.#defines && mayCommit) this.#defined()
  }

  #noteWrite(analysis: Analysis): void {
    if (changesRowsAlone(analysis) || analysis.description.effects.every(({ duty }) => duty === 'read')) return
    this.#wrote = this.#wroteInTransaction = true
    if (this.#transaction !== undefined) this.#cache.rowChanges.delete(this.#transaction)
    this.#transaction = undefined
  }

  /** What this connection itself changes, its own transaction sees. */
  #defined(): void {
    const { outdated } = this
    this.#cache.defined()
    if (this.#snapshotAt !== undefined && !outdated) this.#snapshotAt = this.#cache.definitions
  }

  /** Statements were answered with this transaction status. */
  synced(runs: Iterable<Run>, before: string, after: string): void {
    for (const { analysis } of runs) {
      this.#noteWrite(analysis)
      if (analysis.changesCatalog || analysis.containsTransactionControl) this.#cache.catalogChanged()
      // The server may have undone it with the rest of its batch.
      if (analysis.changesReading) this.#stale = true
      if (!analysis.settingFree || analysis.changesCatalog) {
        this.#stale = true
        this.#changedInTransaction = true
      }
      if (analysis.transaction !== undefined || analysis.containsTransactionControl) {
        if (this.#changedInTransaction || analysis.transaction?.verb === 'begin') this.#stale = true
      }
    }
    if (before !== 'I' && after === 'E' && this.#changedInTransaction) this.#stale = true
    if (after === 'I') {
      if (this.#changedInTransaction) {
        this.#stale = true
        this.#cache.catalogChanged()
      }
      this.#changedInTransaction = this.#wroteInTransaction = false
      this.#transaction = undefined
      if (this.#defines) this.#defined()
      this.#defines = this.#tookSnapshot = false
      this.#snapshotAt = undefined
    }
  }

  /** Says on record how often the door looked on this connection. */
  closed(access: SessionAccess): void {
    if (this.#looks > 0) access.internal({ statement: 'state probe', runs: this.#looks })
    if (this.#system !== undefined) access.internal({ statement: 'system identifier', runs: 1 })
  }

  readonly #owns = (transaction: string): void => {
    // The same transaction did something else before, or began to while the server was asked.
    if (this.#wroteInTransaction) return
    this.#transaction = transaction
    this.#cache.rowChanges.add(transaction)
  }

  /** `owns` says that a change of rows follows, the id of whose transaction is worth knowing. */
  async #look(over: () => boolean = () => false, owns = false): Promise<ServerState> {
    this.#looks += 1
    // Read before the look: a change during it counts as one after it.
    const { definitions, generation } = this.#cache
    const run: RunInternal = async (statement, parameters) => {
      if (over()) throw overMeanwhile()
      return this.#connection.internal(statement, parameters)
    }
    // With the first look, in one round trip: before anything was sent, so that a server which does not tell undoes nothing.
    const [look, system] = await Promise.all([
      this.#cache.look(run, this.#serverMajor, {
        before: this.#wrote ? undefined : this.#last,
        owns: owns ? this.#owns : undefined,
      }),
      this.#system ?? this.#cache.system(run),
    ])
    this.#system = system ?? unknownSystem
    checkState(look.state.session.settings, this.#readOnly)
    const moved = this.#last !== undefined && this.#last.probed.catalogEpoch !== look.probed.catalogEpoch
    // What was prepared is prepared as it was read then.
    const reads = this.#last !== undefined && !readsAlike(this.#last.state.session, look.state.session)
    if ((moved || reads) && this.#connection.registry.statements.size > 0) await this.#cache.replan(run)
    const isInside = this.#connection.transactionStatus === 'T' || this.#connection.batchOpen
    // The snapshot may be older than this look, but not older than the one before.
    if (isInside && seesOneSnapshot(look.state)) {
      // One that was taken over from another transaction may be older still.
      const isOlder = this.#tookSnapshot && moved
      this.#snapshotAt ??= isOlder ? never : (this.#definitions ?? definitions)
    }
    this.#last = look
    this.#stale = false
    this.#wrote = false
    this.#generation = generation
    this.#definitions = definitions
    this.#lookedAtMs = performance.now()
    return look.state
  }
}

/** Whether the server lets this transaction change anything; otherwise the statement is told so by the server itself. */
function mayChange({ session }: ServerState): boolean {
  return session.settings.transaction_read_only === 'off'
}

function overMeanwhile(): BothKeysError {
  return new BothKeysError('ERR_ABORTED', 'the statement was refused while the door looked at the server')
}

/** Whether objects of the catalog may be others when it has run: not by a command for settings or transactions alone. */
function mayDefine(analysis: Analysis): boolean {
  if (analysis.transaction !== undefined) return analysis.transaction.verb === 'commit-prepared'
  if (analysis.changesCatalog || analysis.containsTransactionControl) return true
  return !analysis.settingFree && analysis.description.effects.some(({ duty }) => !plain.has(duty))
}

const plain: ReadonlySet<string> = new Set(['delete', 'read', 'session', 'write'])
