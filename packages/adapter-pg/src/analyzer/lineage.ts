import type { ColumnLookup, ColumnSource, Effect, Lineage, OutputLineage } from '@bothkeys/core/adapter'
import type { SessionState } from '../catalog/session-state.js'
import type { CatalogSnapshot, Relation } from '../catalog/snapshot.js'
import { anyColumn, type RelationColumn, type Sources } from './column-flow.js'
import { columnOrigins } from './column-origins.js'
import { namedBy, relationResource } from './resource.js'
import { holdsAnyColumn } from './telling-relations.js'
import type { Walk } from './walk.js'
import { writtenBy } from './written-columns.js'

/** Sources that are followed beyond which nothing is told apart any more. */
const maxSteps = 500_000

/** Where the values go that a text reads. `effects` are those of the text: what they read and nobody follows does more. */
export function lineageOf(walk: Walk, effects: readonly Effect[]): Lineage {
  const told = new Telling(walk.catalog, walk.state)
  const { flows } = walk
  const read = told.all([flows.everything, flows.elsewhere])
  const outputs: OutputLineage[] = []
  for (const { flow } of flows.result?.columns ?? []) {
    const sources = frozen(told.all([flow.sources]))
    outputs.push(Object.freeze({ sources, plain: flow.plain && sources.every(({ column }) => column !== '*') }))
  }
  const elsewhere = told.all([flows.elsewhere])
  const followed = told.all([flows.elsewhere, flows.dropped])
  const given = flows.result?.columns === undefined ? [...read] : outputs.flatMap(({ sources }) => sources)
  for (const source of given) followed.add(source)
  const lookups: ColumnLookup[] = []
  for (const { sources, ...lookup } of flows.lookups) {
    for (const source of told.all([sources])) {
      followed.add(source)
      if (source.column === '*') elsewhere.add(source)
      else lookups.push(Object.freeze({ ...source, ...lookup }))
    }
  }
  for (const source of told.effects(effects)) {
    read.add(source)
    if (!told.isAmong(source, followed)) elsewhere.add(source)
  }
  const written = told.all([flows.written, writtenBy(walk, effects, (resource) => told.relation(resource))])
  const isExhausted = told.isExhausted || walk.isExhausted || flows.isExhausted
  if (isExhausted) {
    read.add(anyColumn)
    elsewhere.add(anyColumn)
    written.add(anyColumn)
  }
  const isKnown = flows.result?.columns !== undefined && !isExhausted
  return Object.freeze({
    outputs: isKnown ? Object.freeze(outputs) : undefined,
    elsewhere: frozen(elsewhere),
    lookups: Object.freeze(lookups),
    written: frozen(written),
    read: frozen(read),
    relations: Object.freeze(told.relations()),
  })
}

function frozen(sources: Iterable<ColumnSource>): readonly ColumnSource[] {
  return Object.freeze([...sources])
}

/** Turns columns of relations into sources by their names, with every name under which the same value is reached. */
class Telling {
  readonly #catalog: CatalogSnapshot
  readonly #state: SessionState
  readonly #known = new Map<string, Map<string, ColumnSource>>()
  readonly #met = new Map<string, Relation>()
  readonly #resources = new Map<Relation, string>()
  #steps = 0

  constructor(catalog: CatalogSnapshot, state: SessionState) {
    this.#catalog = catalog
    this.#state = state
  }

  get isExhausted(): boolean {
    return this.#steps > maxSteps
  }

  all(roots: readonly Sources[]): Set<ColumnSource> {
    const found = new Set<ColumnSource>()
    const seen = new Set<Sources>(roots)
    for (const each of seen) {
      this.#steps += 1 + each.columns.size + each.parts.size
      if (this.isExhausted) break
      for (const column of each.columns) found.add(this.#name(column))
      for (const part of each.parts) seen.add(part)
    }
    return found
  }

  /** Columns of the rows that effects read. */
  *effects(effects: readonly Effect[]): Iterable<ColumnSource> {
    for (const { duty, resource, attributes } of effects) {
      if (!resource.startsWith('table:')) continue
      const relation = this.#readRelation(resource)
      const { columns } = attributes
      if (duty !== 'read' || !Array.isArray(columns)) continue
      const names = columns as readonly string[]
      for (const name of names) {
        // It stands for those that are named beside it.
        if (name === '*' && names.length > 1) continue
        yield this.#source(resource, name)
        if (relation === undefined) continue
        if (holdsAnyColumn(relation, name)) yield this.#source('*', '*')
        // Under whichever name a rule knows it. Relations below have effects of their own.
        for (const origin of columnOrigins(this.#catalog, relation, name, { only: true }).sources) {
          this.#steps += 1
          yield this.#name(origin)
        }
      }
    }
  }

  isAmong(source: ColumnSource, sources: ReadonlySet<ColumnSource>): boolean {
    return sources.has(source) || sources.has(this.#source(source.resource, '*')) || sources.has(this.#source('*', '*'))
  }

  relations(): readonly { readonly resource: string; readonly columns: readonly string[] }[] {
    return [...this.#met].map(([resource, relation]) => Object.freeze({ resource, columns: namesOf(relation) }))
  }

  #name(column: RelationColumn | ColumnSource): ColumnSource {
    if ('resource' in column) return this.#source(column.resource, column.column)
    const relation = this.#catalog.relations.get(column.relation)
    if (relation === undefined || holdsAnyColumn(relation, column.column)) return this.#source('*', '*')
    let resource = this.#resources.get(relation)
    if (resource === undefined) {
      resource = relationResource(relation, this.#state)
      this.#resources.set(relation, resource)
      this.#met.set(resource, relation)
    }
    return this.#source(resource, column.column)
  }

  /** The relation that effects name; undefined for one that is not there. */
  relation(resource: string): Relation | undefined {
    const [label = '', name = ''] = namedBy(resource).segments
    const schema = label === 'pg_temp' ? (this.#state.temporarySchema ?? label) : label
    return this.#catalog.relation(schema, name)
  }

  #readRelation(resource: string): Relation | undefined {
    const relation = this.#met.get(resource) ?? this.relation(resource)
    if (relation !== undefined) this.#met.set(resource, relation)
    return relation
  }

  #source(resource: string, column: string): ColumnSource {
    let columns = this.#known.get(resource)
    if (columns === undefined) this.#known.set(resource, (columns = new Map<string, ColumnSource>()))
    let source = columns.get(column)
    if (source === undefined) columns.set(column, (source = Object.freeze({ resource, column })))
    return source
  }
}

function namesOf(relation: Relation): readonly string[] {
  const known = names.get(relation)
  if (known !== undefined) return known
  const made = Object.freeze([...relation.columns.keys()])
  names.set(relation, made)
  return made
}

const names = new WeakMap<Relation, readonly string[]>()
