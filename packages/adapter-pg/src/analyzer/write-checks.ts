import type { IncomingForeignKey, Relation } from '../catalog/snapshot.js'
import { columnOrigins } from './column-origins.js'
import { Sources } from './column-flow.js'
import { defaultValues, type WrittenValues } from './written-values.js'
import type { Walk } from './walk.js'

/** Rows of a relation that are written. */
export interface WrittenRows {
  readonly event: 'insert' | 'update' | 'delete'
  readonly columns: ReadonlySet<string>
  /** Undefined: what is written is not known. */
  readonly values: WrittenValues | undefined
}

/**
 * Where the values go that the server compares with what is written: a write that fails, or does not, tells of them. A value
 * that the caller gives to a unique column, or to one of a foreign key, looks up whether it is there.
 */
export class WriteChecks {
  readonly #walk: Walk
  readonly #lookups = new Map<string, { readonly sources: Sources; values: number }>()

  constructor(walk: Walk) {
    this.#walk = walk
  }

  /** Follows one write; that of a partition after that of the table above it. */
  follow(relation: Relation, rows: WrittenRows): void {
    const write = new Write(this.#walk, relation, rows)
    if (rows.event !== 'delete') {
      // What the other server compares is not known.
      if (relation.kind === 'foreign-table') this.#tell(relation, relation.columns.keys())
      for (const { columns, kind } of relation.writeChecks) {
        const names = namesOf(relation, columns)
        if (kind === 'kept') this.#keep(relation, names, write)
        else if (kind === 'row' || kind === 'late') {
          if (rows.event === 'update' && (kind === 'late' || write.reaches(names)))
            this.#tell(relation, write.kept(names))
        } else if (write.reaches(names)) {
          if (kind === 'compared') this.#tell(relation, names)
          else this.#compare(relation, names, write)
        }
      }
      for (const id of new Set(relation.references)) this.#lookUp(relation, this.#walk.catalog.relations.get(id), write)
    }
    if (rows.event !== 'insert') for (const key of relation.referencedBy) this.#leave(relation, key, write)
  }

  /** What was found becomes part of the lineage, each column once, however many indexes and partitions look at it. */
  finish(): void {
    const { flows } = this.#walk
    for (const { sources, values } of this.#lookups.values()) {
      flows.everything.parts.add(sources)
      flows.lookups.push({ sources, values, written: true })
    }
  }

  /** Whether a row with equal values in all of these columns is there. */
  #compare(relation: Relation, names: readonly string[], write: Write): void {
    const counts = names.map((name) => write.values(name))
    const isChosen = counts.some((count) => count > 0)
    names.forEach((name, at) => {
      const count = counts[at] ?? Infinity
      // Beside a value of the caller's, that which the definition chose is one more to look for.
      if (count === 0) return isChosen && write.hasDefault(name) ? this.#tell(relation, [name]) : undefined
      return this.#note(`${name}`, relation, name, count)
    })
  }

  /** Whether an update gives a column of an index the value that it has: nothing is stored in the index then. */
  #keep(relation: Relation, names: readonly string[], write: Write): void {
    if (write.event !== 'update') return
    for (const name of names) {
      if (!write.reaches([name])) continue
      const count = write.values(name)
      if (count > 0) this.#note(name, relation, name, count)
    }
  }

  /** A foreign key of the written rows: whether the row that they point at is there. */
  #lookUp(relation: Relation, to: Relation | undefined, write: Write): void {
    for (const { columns, from, isPeriod, referenced } of to?.referencedBy ?? []) {
      if (to === undefined || from !== relation.id) continue
      const pairs = columns.map((number, at) => [namesOf(relation, [number])[0] ?? '', referenced[at] ?? 0] as const)
      const own = pairs.map(([name]) => name)
      if (!write.reaches(own)) continue
      if (write.event === 'update') this.#tell(relation, write.kept(own))
      for (const [name, number] of pairs) {
        const count = write.values(name)
        if (count === 0) continue
        const [other] = namesOf(to, [number])
        if (other !== undefined) this.#note(`${name} > ${other}`, to, other, isPeriod ? Infinity : count)
      }
    }
  }

  /** Rows that others point at are gone, or point at others: whether any does tells of both sides. */
  #leave(relation: Relation, { columns, from, referenced }: IncomingForeignKey, write: Write): void {
    const own = namesOf(relation, referenced)
    if (write.event === 'update' && !write.reaches(own)) return
    this.#tell(relation, own)
    const other = this.#walk.catalog.relations.get(from)
    if (other !== undefined) this.#tell(other, namesOf(other, columns))
  }

  #note(key: string, relation: Relation, name: string, values: number): void {
    if (values === Infinity) {
      this.#tell(relation, [name])
      return
    }
    const known = this.#lookups.get(key)
    const sources = known?.sources ?? new Sources()
    for (const source of this.#sources(relation, name)) sources.columns.add(source)
    this.#lookups.set(key, { sources, values: Math.max(values, known?.values ?? 0) })
  }

  #tell(relation: Relation, names: Iterable<string>): void {
    const sources = new Sources()
    for (const name of names) for (const source of this.#sources(relation, name)) sources.columns.add(source)
    if (sources.columns.size > 0) this.#walk.flows.divert([{ sources }])
  }

  #sources(relation: Relation, name: string): ReturnType<typeof columnOrigins>['sources'] {
    return columnOrigins(this.#walk.catalog, relation, name).sources
  }
}

/** What a write does to each column of its relation. */
class Write {
  readonly event: WrittenRows['event']
  readonly #walk: Walk
  readonly #relation: Relation
  readonly #columns: ReadonlySet<string>
  readonly #values: WrittenValues | undefined

  constructor(walk: Walk, relation: Relation, { columns, event, values }: WrittenRows) {
    this.event = event
    this.#walk = walk
    this.#relation = relation
    this.#columns = columns
    this.#values = values
  }

  /** Whether it gives any of these a value: an insert does to all of them. */
  reaches(names: readonly string[]): boolean {
    return this.event === 'insert' || names.some((name) => this.#made(name).some((from) => this.#columns.has(from)))
  }

  /** Those of which something stored may stay. */
  kept(names: readonly string[]): readonly string[] {
    return names.filter((name) => this.#made(name).some((from) => this.#values?.has(from) !== true))
  }

  /** How many values that the caller chose are given to a column. What is made of such values may be equal for many of them. */
  values(name: string): number {
    const made = this.#made(name)
    if (made.length === 1 && made[0] === name) return this.#given(name)
    return made.every((from) => this.#given(from) === 0) ? 0 : Infinity
  }

  /** Whether a default that is not missing stands for what is not given. */
  hasDefault(name: string): boolean {
    const column = this.#relation.columns.get(name)
    return this.#relation.defaults.some((each) => each.column === column?.number)
  }

  #given(name: string): number {
    const known = this.#values?.get(name)
    if (known !== undefined) return known
    if (this.event !== 'insert' || this.#columns.has(name)) return Infinity
    return defaultValues(this.#walk, this.#relation, name)
  }

  /** The column, or those that it is generated from. */
  #made(name: string): readonly string[] {
    const column = this.#relation.columns.get(name)
    return column?.generated === true ? namesOf(this.#relation, column.generatedFrom) : [name]
  }
}

/** Names of the columns of a relation that have these numbers; 0 stands for all of them. */
function namesOf(relation: Relation, numbers: readonly number[]): readonly string[] {
  const columns = [...relation.columns.values()]
  return columns.filter(({ number }) => numbers.includes(number) || numbers.includes(0)).map(({ name }) => name)
}
