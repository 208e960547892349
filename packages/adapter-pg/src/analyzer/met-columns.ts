import type { ColumnSource } from '@bothkeys/core/adapter'
import type { Relation } from '../catalog/snapshot.js'
import { columnOrigins } from './column-origins.js'
import { type RelationColumn, Sources } from './column-flow.js'
import type { Meetings } from './meetings.js'
import { namesOfColumns } from './relation-changes.js'
import { relationResource } from './resource.js'
import { holdsAnyColumn } from './telling-relations.js'
import type { TreeNode } from './tree.js'
import type { Walk } from './walk.js'

/** A column by its relation and name. */
interface Column {
  readonly relation: Relation
  readonly name: string
}

/** What is in a group with it may meet any column. */
const anything = new Sources()

type Member = Sources | Column

/** Steps beyond which nothing is told. */
const maxSteps = 500_000

/**
 * Tells, after a text was gone through, every column that each of its values meets. Columns that are compared with each other,
 * that become each other, that the server derives from each other or that it compares by itself (foreign keys, checks) are one
 * group: a value that meets one of them meets all.
 */
export class MetColumns {
  readonly #walk: Walk
  readonly #meetings: Meetings
  /** Each member with one that stands above it in its group. */
  readonly #above = new Map<Member, Member>()
  readonly #columns = new Map<string, Column>()
  readonly #told = new Map<Member, readonly ColumnSource[]>()
  #steps = 0

  constructor(walk: Walk, meetings: Meetings) {
    this.#walk = walk
    this.#meetings = meetings
    // Also one alone: it may be made of several.
    for (const linked of meetings.links) for (const each of linked) this.#unite(linked[0] ?? each, each)
    for (const { sources } of [...meetings.met.values()].flat()) for (const each of sources) this.#add(each)
    // What is added on the way is gone through, too.
    for (const member of this.#above.keys()) this.#follow(member)
    this.#tell()
  }

  /** Undefined: it cannot be told. */
  of(node: TreeNode): readonly ColumnSource[] | undefined {
    const met = this.#meetings.met.get(node)
    if (met === undefined || this.#isExhausted) return undefined
    const columns = new Set<ColumnSource>()
    for (const { isWritten, sources } of met) {
      if (isWritten ? this.#meetings.runsOnWrites : this.#meetings.runsOnValues) return undefined
      for (const each of sources) {
        const group = this.#top(each)
        if (group === this.#top(anything)) return undefined
        for (const column of this.#told.get(group) ?? []) columns.add(column)
      }
    }
    return [...columns]
  }

  get #isExhausted(): boolean {
    return this.#steps > maxSteps
  }

  #add(member: Member): void {
    if (!this.#above.has(member)) this.#above.set(member, member)
  }

  #top(member: Member): Member {
    let top = member
    for (let next = this.#above.get(top); next !== undefined && next !== top; next = this.#above.get(top)) top = next
    // Everybody on the way is led straight there.
    for (let each = member; each !== top;) {
      const next = this.#above.get(each) ?? top
      this.#above.set(each, top)
      each = next
    }
    return top
  }

  #unite(one: Member, other: Member): void {
    this.#steps += 1
    this.#add(one)
    this.#add(other)
    const [top, bottom] = [this.#top(one), this.#top(other)]
    if (top !== bottom) this.#above.set(bottom, top)
  }

  #follow(member: Member): void {
    this.#steps += 1
    if (this.#isExhausted || member === anything) return
    if (member instanceof Sources) {
      for (const part of member.parts) this.#unite(member, part)
      for (const column of member.columns)
        this.#unite(member, 'resource' in column ? anything : this.#column(column.relation, column.column))
    } else for (const other of this.#besides(member)) this.#unite(member, other)
  }

  /** What holds the same values by itself, or is compared with them whenever a row is written. */
  *#besides({ name, relation }: Column): Iterable<Member> {
    for (const each of columnOrigins(this.#walk.catalog, relation, name).sources) yield this.#source(each)
    const number = relation.columns.get(name)?.number
    if (number === undefined) return
    for (const { generatedFrom, name: generated } of relation.columns.values())
      if (generatedFrom.includes(number)) yield this.#column(relation.id, generated)
    for (const { columns, kind } of relation.writeChecks) {
      const isChecked = (kind === 'row' || kind === 'late') && (columns.includes(number) || columns.includes(0))
      const numbers = columns.includes(0) ? [...relation.columns.values()].map((each) => each.number) : columns
      if (isChecked) for (const each of namesOfColumns(relation, numbers)) yield this.#column(relation.id, each)
    }
    yield* this.#keyed(relation, number)
  }

  /** The other side of foreign keys. */
  *#keyed(relation: Relation, number: number): Iterable<Member> {
    const { relations } = this.#walk.catalog
    for (const { columns, from, referenced } of relation.referencedBy)
      yield* this.#numbered(from, number, referenced, columns)
    for (const id of relation.references) {
      for (const { columns, from, referenced } of relations.get(id)?.referencedBy ?? [])
        if (from === relation.id) yield* this.#numbered(id, number, columns, referenced)
    }
  }

  *#numbered(id: number, number: number, ours: readonly number[], theirs: readonly number[]): Iterable<Member> {
    const relation = this.#walk.catalog.relations.get(id)
    const numbers = theirs.filter((_, index) => ours[index] === number)
    if (relation === undefined) yield* numbers.map(() => anything)
    else for (const name of namesOfColumns(relation, numbers)) yield this.#column(id, name)
  }

  #source({ column, relation }: RelationColumn): Member {
    return this.#column(relation, column)
  }

  #column(id: number, name: string): Member {
    const relation = this.#walk.catalog.relations.get(id)
    if (relation === undefined || holdsAnyColumn(relation, name)) return anything
    const key = `${String(id)} ${name}`
    let column = this.#columns.get(key)
    if (column === undefined) this.#columns.set(key, (column = Object.freeze({ relation, name })))
    return column
  }

  /** The columns of each group by their names. */
  #tell(): void {
    const groups = new Map<Member, ColumnSource[]>()
    for (const column of this.#columns.values()) {
      const top = this.#top(column)
      const told = groups.get(top) ?? []
      groups.set(top, told)
      const { name, relation } = column
      told.push(Object.freeze({ resource: relationResource(relation, this.#walk.state), column: name }))
    }
    for (const [top, told] of groups) this.#told.set(top, told)
  }
}
