import type { Random } from '../soak/random.js'
import { one } from './choices.js'
import { type Callable, type Column, literals, polymorphic, types, type World } from './world.js'

/** What a statement can name columns of. */
export interface Item {
  readonly alias: string
  readonly columns: readonly Column[]
}
export type Scope = readonly Item[]

/** The text of a query, and its columns. */
export interface Query {
  readonly text: string
  readonly columns: readonly Column[]
}
export type MakeQuery = (depth: number, outer?: Scope, wanted?: readonly string[]) => Query

/** What turns into a type without being asked to. */
const near: Readonly<Record<string, readonly string[]>> = {
  smallint: ['small'],
  integer: ['smallint', 'small'],
  bigint: ['integer', 'smallint', 'small'],
  numeric: ['integer', 'bigint', 'small'],
  'double precision': ['integer', 'numeric', 'bigint', 'small'],
  text: ['character varying', 'word', 'name', 'character'],
  'character varying': ['text', 'word', 'name'],
  character: ['text'],
  word: ['text', 'character varying'],
  small: ['integer', 'smallint'],
  'timestamp without time zone': ['date'],
  'timestamp with time zone': ['date', 'timestamp without time zone'],
  name: ['text'],
  'text[]': ['word[]'],
}

/** Makes expressions of a type that have a chance of being understood, in every way that SQL can write them. */
export class Expressions {
  readonly #random: Random
  readonly #world: World
  readonly #query: MakeQuery
  readonly #byResult = new Map<string, Callable[]>()
  /** Names that joins of the statement merge. */
  readonly merged = new Set<string>()

  constructor(random: Random, world: World, query: MakeQuery) {
    this.#random = random
    this.#world = world
    this.#query = query
    for (const callable of world.callables) {
      const known = this.#byResult.get(callable.result)
      if (known === undefined) this.#byResult.set(callable.result, [callable])
      else known.push(callable)
    }
  }

  /** An expression that is of a type, or turns into it. */
  expression(type: string, depth: number, scope: Scope): string {
    if (type === 'boolean' && depth > 0 && this.#chance(0.6)) return this.condition(depth, scope)
    const kind = this.#random.choose({
      column: scope.length > 0 ? 34 : 0,
      literal: 16,
      call: depth > 0 ? 22 : 0,
      operator: depth > 0 ? 12 : 0,
      special: depth > 0 ? 10 : 0,
      cast: depth > 0 ? 5 : 0,
      query: depth > 1 ? 4 : 0,
    })
    switch (kind) {
      case 'column':
        return this.#column(type, scope) ?? this.#literal(type)
      case 'call':
        return this.#call(type, depth - 1, scope)
      case 'operator':
        return this.#operation(type, depth - 1, scope)
      case 'special':
        return this.#special(type, depth - 1, scope)
      case 'cast':
        return `(${this.expression(this.nearby(type), depth - 1, scope)})::${type}`
      case 'query':
        return `(${this.#query(1, scope, [type]).text} limit 1)`
      case 'literal':
        return this.#literal(type)
    }
  }

  #special(type: string, depth: number, scope: Scope): string {
    const each = (): string => this.expression(this.#chance(0.7) ? type : this.nearby(type), depth, scope)
    const element = type.endsWith('[]') ? type.slice(0, -2) : undefined
    switch (
      this.#random.choose({
        case: 3,
        cased: 2,
        coalesce: 2,
        nullif: 2,
        greatest: 2,
        array: element === undefined ? 0 : 6,
        subscript: 2,
        row: 2,
        field: 2,
        filter: 1,
        window: 2,
      })
    ) {
      case 'case':
        return `case when ${this.condition(depth, scope)} then ${each()} else ${each()} end`
      case 'cased': {
        const other = one(this.#random, types)
        return `case ${this.expression(other, depth, scope)} when ${this.expression(this.nearby(other), depth, scope)} then ${each()} else ${each()} end`
      }
      case 'coalesce':
        return `coalesce(${each()}, ${each()})`
      case 'nullif':
        return `nullif(${each()}, ${each()})`
      case 'greatest':
        return `${one(this.#random, ['greatest', 'least'])}(${each()}, ${each()})`
      case 'array':
        return this.#chance(0.7)
          ? `array[${this.expression(element ?? '', depth, scope)}, ${this.expression(this.nearby(element ?? ''), depth, scope)}]`
          : `array(${this.#query(1, scope, [element ?? '']).text})`
      case 'subscript':
        return `(${this.expression(`${type}[]`, depth, scope)})[1]`
      case 'row':
        return type === 'pair'
          ? `row(${this.expression('integer', depth, scope)}, ${this.expression('color', depth, scope)})::pair`
          : this.#literal(type)
      case 'field':
        return type === 'integer'
          ? `(${this.expression('pair', depth, scope)}).a`
          : type === 'color'
            ? `(${this.expression('pair', depth, scope)}).b`
            : this.#literal(type)
      case 'filter':
        return `(select ${this.aggregate(type, scope)} filter (where ${this.condition(1, scope)}))`
      case 'window':
        return `${this.aggregate(type, scope)} over (${this.#chance(0.5) ? `partition by ${this.expression(one(this.#random, types), 0, scope)} ` : ''}order by ${this.expression(one(this.#random, types), 0, scope)})`
    }
  }

  condition(depth: number, scope: Scope): string {
    const type = one(this.#random, types)
    const left = (): string => this.expression(type, depth - 1, scope)
    const right = (): string => this.expression(this.nearby(type), depth - 1, scope)
    const comparison = one(this.#random, ['=', '<>', '<', '>', '<=', '>='])
    switch (
      this.#random.choose({
        compare: 8,
        operator: 6,
        in: 3,
        inQuery: depth > 0 ? 2 : 0,
        any: 3,
        between: 2,
        distinct: 2,
        like: 2,
        rows: 3,
        whole: 1,
        exists: depth > 0 ? 1 : 0,
        and: depth > 0 ? 2 : 0,
        isnull: 1,
        call: 2,
      })
    ) {
      case 'compare':
        return `${left()} ${comparison} ${right()}`
      case 'operator':
        return this.#operation('boolean', depth - 1, scope)
      case 'in':
        return `${left()} in (${left()}, ${right()})`
      case 'inQuery':
        return `${left()} ${one(this.#random, ['in', '= any', '<> all'])} (${this.#query(1, scope, [this.nearby(type)]).text})`
      case 'any':
        return `${left()} ${comparison} ${one(this.#random, ['any', 'all'])} (${this.expression(`${this.nearby(type)}[]`, depth - 1, scope)})`
      case 'between':
        return `${left()} between ${one(this.#random, ['', 'symmetric '])}${right()} and ${right()}`
      case 'distinct':
        return `${left()} is ${one(this.#random, ['', 'not '])}distinct from ${right()}`
      case 'like':
        return `${this.expression(this.nearby('text'), depth - 1, scope)} ${one(this.#random, ['like', 'ilike', 'similar to', '~', 'not like'])} ${this.expression(this.nearby('text'), depth - 1, scope)}`
      case 'rows': {
        const other = one(this.#random, types)
        return `(${left()}, ${this.expression(other, depth - 1, scope)}) ${comparison} (${right()}, ${this.expression(this.nearby(other), depth - 1, scope)})`
      }
      case 'whole': {
        const item = scope.length > 0 ? one(this.#random, scope).alias : 'null'
        return `row(${item}.*) ${one(this.#random, ['=', '<', 'is distinct from'])} row(${scope.length > 0 ? one(this.#random, scope).alias : 'null'}.*)`
      }
      case 'exists':
        return `exists (${this.#query(1, scope).text})`
      case 'and':
        return `(${this.condition(depth - 1, scope)} ${one(this.#random, ['and', 'or'])} not ${this.condition(depth - 1, scope)})`
      case 'isnull':
        return `(${left()}) is null`
      case 'call':
        return this.#call('boolean', depth - 1, scope)
    }
  }

  #call(type: string, depth: number, scope: Scope): string {
    const callable = this.#pick(type, ({ kind }) => kind === 'function')
    if (callable === undefined) return this.#literal(type)
    const given = callable.arguments.map((declared) => this.expression(this.#concrete(declared), depth, scope))
    // What is written like a call of one argument may be a field, and what is written like a field a call.
    if (given.length === 1 && this.#chance(0.05)) return `(${given[0] ?? ''})."${callable.name}"`
    return `${callable.name.includes('"') ? callable.name : `"${callable.name}"`}(${given.join(', ')})`
  }

  aggregate(type: string, scope: Scope): string {
    const callable = this.#pick(type, ({ kind }) => kind === 'aggregate')
    if (callable === undefined) return `max(${this.expression(type, 0, scope)})`
    const given = callable.arguments.map((declared) => this.expression(this.#concrete(declared), 0, scope))
    return `"${callable.name}"(${this.#chance(0.1) ? 'distinct ' : ''}${given.join(', ') || (callable.name === 'count' ? '*' : '')})`
  }

  #operation(type: string, depth: number, scope: Scope): string {
    const callable = this.#pick(type, ({ kind }) => kind === 'operator')
    if (callable === undefined) return this.#literal(type)
    const [left = '', right = ''] = callable.arguments
    const rest = `${callable.name} ${this.expression(this.#concrete(right), depth, scope)}`
    return left === '' ? `(${rest})` : `(${this.expression(this.#concrete(left), depth, scope)} ${rest})`
  }

  #pick(type: string, fits: (callable: Callable) => boolean): Callable | undefined {
    const result = this.#chance(0.1) ? one(this.#random, polymorphic) : type
    const all = (this.#byResult.get(result) ?? []).filter(fits)
    const contested = this.#chance(0.7) ? all.filter(({ name }) => this.#world.contested.has(name)) : []
    const possible = contested.length > 0 ? contested : all
    return possible.length === 0 ? undefined : one(this.#random, possible)
  }

  #concrete(declared: string): string {
    if (!polymorphic.includes(declared)) return this.#chance(0.75) ? declared : this.nearby(declared)
    if (declared === 'record') return 'pair'
    return declared.includes('array')
      ? one(this.#random, ['integer[]', 'text[]', 'color[]', 'word[]'])
      : one(this.#random, types)
  }

  #column(type: string, scope: Scope): string | undefined {
    const wanted = new Set([type, ...(this.#chance(0.5) ? (near[type] ?? []) : [])])
    const all = scope.flatMap(({ alias, columns }) =>
      columns.filter((column) => wanted.has(column.type)).map(({ name }) => ({ alias, name })),
    )
    if (all.length === 0) return undefined
    const merged = this.#chance(0.5) ? all.filter(({ name }) => this.merged.has(name)) : []
    const { alias, name } = one(this.#random, merged.length > 0 ? merged : all)
    return this.#chance(this.merged.has(name) ? 0.8 : 0.35) ? name : `${alias}.${name}`
  }

  #literal(type: string): string {
    const written = `'${literals[type] ?? ''}'`
    switch (this.#random.choose({ untyped: 5, cast: 4, null: 1, number: 3 })) {
      case 'untyped':
        return written
      case 'cast':
        return `${written}::${type}`
      case 'null':
        return this.#chance(0.5) ? 'null' : `null::${type}`
      case 'number':
        return /^(?:smallint|integer|bigint|numeric|small|double precision)$/.test(type)
          ? (literals[type] ?? '')
          : `${written}::${type}`
    }
  }

  nearby(type: string): string {
    const others = near[type] ?? []
    return others.length === 0 || this.#chance(0.4) ? type : one(this.#random, others)
  }

  #chance(share: number): boolean {
    return this.#random.next() < share
  }
}
