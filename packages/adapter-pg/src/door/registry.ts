import type { Analysis, RegistryChange } from '../analyzer/analysis.js'
import { EffectSet } from '../analyzer/effect-set.js'
import type { Kept } from './kept-names.js'
import { KeptStatements } from './kept-names.js'
import type { Run } from './run.js'
import { isSettledByBind } from './settled-by-bind.js'

/** A prepared statement, made by Parse or by SQL PREPARE: both share one name space on the server. */
export interface PreparedStatement {
  readonly name: string
  /** The text that a later Bind or EXECUTE runs. */
  readonly text: string
  readonly parameterTypes: readonly number[]
  /** The Parse message that still has to reach the server before anything uses the statement. */
  deferred: Buffer | undefined
}

/** A portal (Bind) or an SQL cursor: both share one name space on the server. */
export interface Portal {
  readonly name: string
  readonly analysis: Analysis
  /** The permitted action behind it; SQL cursors have none of their own, each FETCH is decided. */
  readonly run: Run | undefined
  /** WITH HOLD cursors outlive the transaction. */
  readonly holdable: boolean
  /** `Registry.changes` when it was made. */
  readonly namesAt: number
}

/** The names that live on one server connection. What is not in here is refused, never guessed. */
export class Registry {
  readonly portals: Map<string, Portal> = new Map()

  readonly #statements = new KeptStatements<PreparedStatement>()
  #changes = 0

  get statements(): ReadonlyMap<string, PreparedStatement> {
    return this.#statements.byName
  }

  /** What all of them take. */
  get kept(): Kept {
    return { names: this.statements.size + this.portals.size, bytes: this.#statements.bytes }
  }

  /** Counts what happened to names, so that it shows whether they still stand for what they stood for. */
  get changes(): number {
    return this.#changes
  }

  /** A statement was made. */
  keep(statement: PreparedStatement): void {
    // No text can name the unnamed one.
    if (statement.name !== '') this.#changes += 1
    this.#statements.set(statement)
  }

  /** A statement was dropped. */
  forget(name: string): void {
    if (name !== '') this.#changes += 1
    this.#statements.delete(name)
  }

  /** Applies what a finished text did to names. Answers the runs whose portals are gone. */
  apply(changes: readonly RegistryChange[], analysis: Analysis): readonly Run[] {
    this.#changes += 1
    return changes.flatMap((change) => this.#apply(change, analysis))
  }

  /** A text failed after some of its statements may have run: what the names stand for now is not known. */
  doubt(changes: readonly RegistryChange[]): readonly Run[] {
    this.#changes += 1
    return changes.flatMap((change) => this.#doubt(change))
  }

  /** A portal was bound. */
  bind(name: string, run: Run): Portal {
    const portal = { name, analysis: run.analysis, run, holdable: false, namesAt: this.#changes }
    this.portals.set(name, portal)
    return portal
  }

  /**
   * What FETCH runs, as far as it is known. A portal that the server begins only when it runs may do something else than its
   * Bind was decided for.
   */
  fetched(name: string): Analysis | undefined {
    const portal = this.portals.get(name)
    if (portal?.run !== undefined && !isSettledByBind(portal.analysis)) return undefined
    return portal?.analysis
  }

  /** Forgets a portal. Answers the run that cannot go on without it. */
  dropPortal(name: string): readonly Run[] {
    const run = this.portals.get(name)?.run
    // FETCH can name any but the unnamed one.
    if (run !== undefined && name !== '') this.#changes += 1
    this.portals.delete(name)
    return run === undefined ? [] : [run]
  }

  #apply(change: RegistryChange, analysis: Analysis): readonly Run[] {
    switch (change.kind) {
      case 'prepare':
        this.#statements.set({
          name: change.name,
          text: change.text,
          parameterTypes: change.parameterTypes,
          deferred: undefined,
        })
        return []
      case 'deallocate':
        if (change.name === undefined) this.#forgetNamedStatements()
        else this.#statements.delete(change.name)
        return []
      case 'declare-cursor': {
        const { holdable, name } = change
        const known = this.portals.get(name)
        const dropped = this.dropPortal(name)
        this.portals.set(name, {
          name,
          // A name that is taken would have been refused: what it stood for may still be behind it.
          analysis: known === undefined ? analysis : eitherOf(known.analysis, analysis),
          run: undefined,
          holdable: holdable || known?.holdable === true,
          namesAt: this.#changes,
        })
        return dropped
      }
      case 'close-cursor':
        return change.name === undefined ? this.#dropPortals() : this.dropPortal(change.name)
      case 'discard-all':
        this.#forgetNamedStatements()
        return this.#dropPortals()
    }
  }

  #doubt(change: RegistryChange): readonly Run[] {
    switch (change.kind) {
      case 'prepare':
      case 'deallocate':
        if (change.name === undefined) this.#forgetNamedStatements()
        else this.#statements.delete(change.name)
        return []
      case 'declare-cursor':
      case 'close-cursor':
        return change.name === undefined ? this.#dropPortals() : this.dropPortal(change.name)
      case 'discard-all':
        this.#forgetNamedStatements()
        return this.#dropPortals()
    }
  }

  #dropPortals(): readonly Run[] {
    return [...this.portals.keys()].flatMap((name) => this.dropPortal(name))
  }

  /** DEALLOCATE ALL keeps the unnamed statement. */
  #forgetNamedStatements(): void {
    for (const name of this.statements.keys()) if (name !== '') this.#statements.delete(name)
  }

  /** The transaction is over: nothing but cursors WITH HOLD may be left. */
  transactionEnded(): readonly Run[] {
    const ended: Run[] = []
    for (const [name, portal] of this.portals) {
      if (portal.run !== undefined) ended.push(portal.run)
      if (portal.run !== undefined || !portal.holdable) this.portals.delete(name)
    }
    return ended
  }
}

/** What a cursor does that may be either of two. */
function eitherOf(one: Analysis, other: Analysis): Analysis {
  const effects = new EffectSet()
  effects.addAll(one.description.effects)
  effects.addAll(other.description.effects)
  return Object.freeze({
    ...other,
    description: Object.freeze({ ...other.description, effects: effects.list() }),
    settingFree: one.settingFree && other.settingFree,
    changesReading: one.changesReading || other.changesReading,
    changesCatalog: one.changesCatalog || other.changesCatalog,
  })
}

/** Whether every prepared statement is gone, those of the door among them. */
export function dropsEveryStatement(changes: readonly RegistryChange[]): boolean {
  return changes.some(
    (change) => change.kind === 'discard-all' || (change.kind === 'deallocate' && change.name === undefined),
  )
}
