import type { Relation } from '../catalog/snapshot.js'
import { followAnything } from './flows.js'
import { relationResource } from './resource.js'
import {
  applyStored,
  bypassesPolicies,
  lockStored,
  planRelation,
  queryColumns,
  reachedWhole,
  readRelation,
  relationAttributes,
} from './relation-reads.js'
import { isSystemRelation } from './sensitive-relations.js'
import { evaluateStored, runStored } from './routine-effects.js'
import type { Walk } from './walk.js'
import { WriteChecks } from './write-checks.js'
import { noteWritten } from './written-columns.js'
import type { WrittenValues } from './written-values.js'

export type ChangeEvent = 'insert' | 'update' | 'delete'

export interface Change {
  /** Columns that are set; undefined for a delete, and where they are not known, so that each may be. */
  readonly columns?: ReadonlySet<string>
  /** What these columns get, where the text says so. */
  readonly values?: WrittenValues
  readonly unbounded?: boolean
  readonly via?: string
  /** ONLY: without children. */
  readonly only?: boolean
  readonly payload?: 'unbound'
}

/**
 * Effects of changing rows of a relation: the relation and its children, and whatever the server runs because of it
 * (triggers, rules, defaults, checks, policies, foreign keys, tables behind views).
 */
export function changeRelation(walk: Walk, relation: Relation, event: ChangeEvent, change: Change): void {
  const changes = new Changes(walk)
  changes.apply(relation, event, change)
  changes.checks.finish()
}

/** One change with everything that follows from it; each relation once per event, again where further columns are set. */
class Changes {
  readonly checks: WriteChecks
  readonly #walk: Walk
  readonly #seen = new Map<string, Set<string>>()

  constructor(walk: Walk) {
    this.#walk = walk
    this.checks = new WriteChecks(walk)
  }

  apply(relation: Relation, event: ChangeEvent, asked: Change): void {
    // A write always says which columns it sets: rules about one of them look there.
    const change = event === 'delete' ? asked : { ...asked, columns: asked.columns ?? allColumns(relation) }
    const walk = this.#walk
    if (!walk.afford(1)) return
    if (change.columns !== undefined) noteWritten(walk, relation, change.columns)
    // Also where it is set a second time, to something else.
    this.checks.follow(relation, { event, columns: change.columns ?? noColumns, values: change.values })
    if (!this.#isNew(relation, event, change)) return
    walk.effects.add(
      event === 'delete' ? 'delete' : 'write',
      relationResource(relation, walk.state),
      {
        ...relationAttributes(relation, change.via),
        ...(change.unbounded === true && { unbounded: true }),
        ...(change.payload !== undefined && { payload: change.payload }),
        ...(isSystemRelation(relation) && { sensitive: true }),
      },
      change.columns,
    )
    walk.mention([...relation.columns.values(), { type: relation.rowType }])
    if (event !== 'delete') walk.assign(relation.columns.values())
    if (isSystemRelation(relation)) this.#systemChange(relation)
    const instead = this.#applyTriggers(relation, event, change)
    this.#applyRules(relation, event)
    if (relation.kind === 'view' && !instead) this.#changeBehindView(relation, event, change)
    // The trigger gets the old rows of the view, whole.
    if (instead && event !== 'insert') readRelation(walk, relation, everything, { via: 'trigger' })
    this.#evaluateRow(relation, event, change.via)
    this.#applyForeignKeys(relation, event, change)
    this.#changeChildren(relation, event, change)
  }

  #isNew({ id }: Relation, event: ChangeEvent, { columns }: Change): boolean {
    const key = `${event} ${String(id)}`
    const known = this.#seen.get(key)
    if (known === undefined) {
      this.#seen.set(key, new Set(columns))
      return true
    }
    const before = known.size
    for (const column of columns ?? []) known.add(column)
    return known.size > before
  }

  /** Rows of the catalog are objects: what a change of them means is not worked out. */
  #systemChange(relation: Relation): void {
    if (relation.name === 'pg_settings') {
      this.#walk.settingFree = false
      this.#walk.effects.add('session', 'setting:*')
      followAnything(this.#walk)
    } else this.#walk.opaque('changes the system catalog', 'catalog')
  }

  /** Gives whether a trigger does the change instead of the server. */
  #applyTriggers(relation: Relation, event: ChangeEvent, change: Change): boolean {
    let instead = false
    for (const trigger of relation.triggers) {
      if (!trigger.events.has(event) || !firesFor(relation, trigger.columns, event, change)) continue
      runStored(this.#walk, [trigger.function], 'trigger')
      if (trigger.condition !== undefined) evaluateStored(this.#walk, trigger.condition, 'trigger')
      instead ||= trigger.instead
    }
    return instead
  }

  /**
   * A rule's commands, each taken to reach every relation that the rule names: more than it does, never less. What the
   * rule does in place of the change is not told apart from what it does besides.
   */
  #applyRules(relation: Relation, event: ChangeEvent): void {
    const walk = this.#walk
    for (const { event: on, use } of relation.rules) {
      if (on !== event) continue
      walk.changesUncounted = true
      walk.meetings?.run('rule')
      if (readsOwnRows(event, use.commands)) readRelation(walk, relation, everything, { via: 'rule' })
      if (use.commands.has('utility') || use.commands.has('merge')) walk.opaque('a rule runs a command', 'rule')
      evaluateStored(walk, use, 'rule')
      lockStored(walk, use, 'rule')
      for (const id of use.relations) {
        const other = walk.catalog.relations.get(id)
        if (other === undefined) walk.miss('relation', `#${String(id)}`)
        // The relation itself stands in every rule for its old and new rows, which were read above.
        else if (other.id !== relation.id) this.#applyRuleTo(other, use.commands)
        else for (const command of changesOf(use.commands)) this.apply(other, command, byRule(command))
      }
    }
  }

  #applyRuleTo(relation: Relation, commands: ReadonlySet<string>): void {
    readRelation(this.#walk, relation, everything, { via: 'rule' })
    for (const command of changesOf(commands)) this.apply(relation, command, byRule(command))
  }

  /**
   * A view without INSTEAD OF passes the change on to the table it shows. It sets no other columns there than its query
   * names, whatever the view calls them.
   */
  #changeBehindView(view: Relation, event: ChangeEvent, change: Change): void {
    if (view.rules.some((rule) => rule.event === event && rule.instead)) return
    // The condition of the view, and what WITH CHECK OPTION makes of it.
    if (view.query !== undefined) evaluateStored(this.#walk, view.query, 'view')
    for (const id of view.query?.relations ?? []) {
      const relation = this.#walk.catalog.relations.get(id)
      if (relation === undefined || relation.id === view.id) continue
      readRelation(this.#walk, relation, event === 'insert' ? noColumns : queryColumns(view, relation), { via: 'view' })
      const columns = event !== 'delete' && { columns: namedColumns(view, relation) }
      this.apply(relation, event, { ...withoutColumns(change), ...columns, via: 'view' })
    }
  }

  #evaluateRow(relation: Relation, event: ChangeEvent, via: string | undefined): void {
    const walk = this.#walk
    if (relation.rowSecurity && !bypassesPolicies(walk, via)) {
      for (const policy of relation.policies) applyStored(walk, policy.use, 'policy', reachedWhole(relation))
    }
    runStored(walk, relation.searches, 'index')
    planRelation(walk, relation)
    if (event === 'delete') return
    for (const { use } of relation.defaults) evaluateStored(walk, use, 'default', relation)
    for (const use of relation.checks) evaluateStored(walk, use, 'check')
    runStored(walk, relation.valueFunctions, 'type')
    runStored(walk, relation.comparisons, 'comparison')
  }

  #applyForeignKeys(relation: Relation, event: ChangeEvent, change: Change): void {
    if (relation.references.length > 0 || relation.referencedBy.length > 0) this.#walk.compareRows(relation)
    if (event !== 'delete') for (const id of relation.references) this.#lookUp(this.#walk.catalog.relations.get(id))
    if (event === 'insert') return
    for (const key of relation.referencedBy) {
      const action = event === 'delete' ? key.onDelete : key.onUpdate
      const referencing = this.#walk.catalog.relations.get(key.from)
      if (referencing === undefined) continue
      if (event === 'update' && !reaches(relation, key.referenced, change)) continue
      this.#lookUp(referencing)
      if (action === 'none') continue
      this.#walk.changesUncounted = true
      readRelation(this.#walk, referencing, namesOfColumns(referencing, key.columns), { via: 'foreign-key' })
      if (event === 'delete' && action === 'cascade') this.apply(referencing, 'delete', { via: 'foreign-key' })
      else this.apply(referencing, 'update', { columns: namesOfColumns(referencing, key.columns), via: 'foreign-key' })
    }
  }

  /** The server looks for rows on the other side of a foreign key, which is part of the change; its functions are not. */
  #lookUp(relation: Relation | undefined): void {
    if (relation === undefined || !this.#walk.afford(1)) return
    this.#walk.compareRows(relation)
    runStored(this.#walk, relation.searches, 'foreign-key')
    runStored(this.#walk, relation.comparisons, 'foreign-key')
    planRelation(this.#walk, relation)
    for (const id of relation.children) this.#lookUp(this.#walk.catalog.relations.get(id))
  }

  #changeChildren(relation: Relation, event: ChangeEvent, change: Change): void {
    // Plain inheritance sends no inserted row to a child; a partitioned table holds none itself.
    if (change.only === true || (event === 'insert' && relation.kind !== 'partitioned-table')) return
    for (const id of relation.children) {
      const child = this.#walk.catalog.relations.get(id)
      if (child === undefined) this.#walk.miss('relation', `#${String(id)}`)
      else {
        this.apply(child, event, change)
        if (event === 'update' && relation.kind === 'partitioned-table') this.#moveRows(child, change)
      }
    }
  }

  /** An update that sends a row to another partition deletes it here and inserts it there. */
  #moveRows(partition: Relation, change: Change): void {
    // From 15 on this is an update for foreign keys; before, rows that point at the old place are deleted or changed.
    if (this.#walk.catalog.serverVersion < 150_000) this.#applyForeignKeys(partition, 'delete', change)
    for (const trigger of partition.triggers) {
      if (trigger.events.has('insert') || trigger.events.has('delete')) {
        runStored(this.#walk, [trigger.function], 'trigger')
        if (trigger.condition !== undefined) evaluateStored(this.#walk, trigger.condition, 'trigger')
      }
    }
  }
}

/**
 * Whether a rule may look at rows of its own relation: those that are updated or deleted, and in a command that has more in it
 * than values for a new row, any.
 */
function readsOwnRows(event: ChangeEvent, commands: ReadonlySet<string>): boolean {
  return event === 'insert' ? [...commands].some((command) => command !== 'insert') : commands.size > 0
}

const noColumns: ReadonlySet<string> = new Set()
const everything: ReadonlySet<string> = new Set(['*'])

function withoutColumns(change: Change): Change {
  return {
    ...(change.unbounded === true && { unbounded: true }),
    ...(change.payload !== undefined && { payload: change.payload }),
  }
}

/** What the condition of a rule's command is, nobody looks at: it may reach every row. */
function byRule(event: ChangeEvent): Change {
  return { via: 'rule', ...(event !== 'insert' && { unbounded: true }) }
}

/** Names of all columns of a relation. */
function allColumns(relation: Relation): ReadonlySet<string> {
  return new Set(relation.columns.keys())
}

function namedColumns(view: Relation, relation: Relation): ReadonlySet<string> {
  const named = queryColumns(view, relation)
  return named.has('*') ? allColumns(relation) : named
}

function changesOf(commands: ReadonlySet<string>): readonly ChangeEvent[] {
  return (['insert', 'update', 'delete'] as const).filter((command) => commands.has(command))
}

/** UPDATE OF fires when one of its columns is set. */
function firesFor(relation: Relation, columns: readonly number[], event: ChangeEvent, change: Change): boolean {
  if (event !== 'update' || columns.length === 0) return true
  return reaches(relation, columns, change)
}

/** Names of the columns of a relation that have these numbers. */
export function namesOfColumns(relation: Relation, numbers: readonly number[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const column of relation.columns.values()) if (numbers.includes(column.number)) names.add(column.name)
  return names
}

/** Whether an update reaches one of these columns. A generated column changes with the columns that it is made of. */
function reaches(relation: Relation, numbers: readonly number[], { columns }: Change): boolean {
  if (columns === undefined) return true
  for (const column of relation.columns.values()) {
    if (numbers.includes(column.number) && (column.generated || columns.has(column.name))) return true
  }
  return false
}
