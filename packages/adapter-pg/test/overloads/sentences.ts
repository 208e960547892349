import type { Random } from '../soak/random.js'
import { one, some } from './choices.js'
import { Expressions, type Query, type Scope } from './expressions.js'
import { types, type World } from './world.js'

/** Makes statements that have a chance of being understood, from everything a query can be written with. */
export class Sentences {
  readonly #random: Random
  readonly #world: World
  readonly #names: readonly string[]
  readonly #make: Expressions
  #aliases = 0

  constructor(random: Random, world: World) {
    this.#random = random
    this.#world = world
    this.#names = [...world.tables.keys()]
    this.#make = new Expressions(random, world, (...asked) => this.query(...asked))
  }

  statement(): string {
    this.#aliases = 0
    this.#make.merged.clear()
    if (this.#chance(0.85)) return this.query(3).text
    return this.#change()
  }

  /** A query and its columns. */
  query(depth: number, outer: Scope = [], wanted?: readonly string[]): Query {
    const kind = this.#random.choose({ plain: 70, union: depth > 1 ? 10 : 0, with: depth > 1 ? 12 : 0, values: 4 })
    const kinds = wanted ?? Array.from({ length: this.#random.between(1, 3) }, () => one(this.#random, types))
    if (kind === 'union') {
      const left = this.#select(depth - 1, outer, kinds)
      const right = this.#select(
        depth - 1,
        outer,
        kinds.map((type) => this.#make.nearby(type)),
      )
      const how = one(this.#random, ['union', 'union all', 'intersect', 'except'])
      return {
        text: `${left.text} ${how} ${right.text}${this.#chance(0.3) ? ' order by 1' : ''}`,
        columns: left.columns,
      }
    }
    if (kind === 'values') {
      const rows = [0, 1].map(
        () =>
          `(${kinds.map((type) => this.#make.expression(this.#chance(0.3) ? this.#make.nearby(type) : type, 1, outer)).join()})`,
      )
      return {
        text: `values ${rows.join()}`,
        columns: kinds.map((type, index) => ({ name: `column${String(index + 1)}`, type })),
      }
    }
    if (kind === 'with') {
      const inner = this.query(depth - 1, outer)
      const alias = this.#alias('w')
      const columns = inner.columns.map(({ type }, index) => ({ name: `w${String(index)}`, type }))
      const body = this.#select(depth - 1, outer, kinds, [{ alias, columns }])
      return {
        text: `with ${alias}(${columns.map(({ name }) => name).join()}) as (${inner.text}) ${body.text}`,
        columns: body.columns,
      }
    }
    return this.#select(depth, outer, kinds)
  }

  #select(depth: number, outer: Scope, kinds: readonly string[], given: Scope = []): Query {
    const { text: from, items } = this.#from(depth, outer, given)
    const scope = [...items, ...outer]
    if (this.#chance(0.06)) {
      const item = one(this.#random, items)
      return { text: `select ${item.alias}.* from ${from}`, columns: item.columns }
    }
    const grouped = this.#chance(0.15)
    const groups = grouped ? [this.#make.expression(one(this.#random, types), 1, items)] : []
    const columns = kinds.map((type, index) => ({ name: `c${String(index)}`, type }))
    const list = kinds.map((type, index) => {
      const value = grouped
        ? this.#chance(0.5)
          ? this.#make.aggregate(type, scope)
          : (groups[0] ?? '')
        : this.#make.expression(type, depth, scope)
      return `${value} as c${String(index)}`
    })
    const distinct = this.#random.choose({ no: 12, all: 2, on: 1 })
    const parts = [
      `select ${distinct === 'no' ? '' : distinct === 'all' ? 'distinct ' : `distinct on (${this.#make.expression(one(this.#random, types), 1, scope)}) `}${list.join(', ')} from ${from}`,
      ...(this.#chance(0.4) ? [`where ${this.#make.condition(depth, scope)}`] : []),
      ...(grouped
        ? [
            `group by ${this.#random.choose({ plain: 6, rollup: 1, cube: 1 }) === 'plain' ? groups.join() : `rollup (${groups.join()})`}`,
          ]
        : []),
      ...(grouped && this.#chance(0.2)
        ? [
            `having ${this.#make.aggregate('integer', scope)} ${one(this.#random, ['=', '<', '>'])} ${this.#make.expression('integer', 1, [])}`,
          ]
        : []),
      ...(this.#chance(0.25)
        ? [`order by ${this.#chance(0.5) ? '1' : this.#make.expression(one(this.#random, types), 1, scope)}`]
        : []),
    ]
    return { text: parts.join(' '), columns }
  }

  #from(depth: number, outer: Scope, given: Scope): { readonly text: string; readonly items: Scope } {
    let { text, items } =
      given.length > 0 && given[0] !== undefined ? { text: given[0].alias, items: given } : this.#item(depth, outer)
    for (
      let count = this.#random.choose({ none: 5, one: 4, two: 1 });
      count !== 'none';
      count = count === 'two' ? 'one' : 'none'
    ) {
      const right = this.#item(depth, [...outer])
      const side = one(this.#random, ['', 'left ', 'right ', 'full '])
      const how = this.#random.choose({ comma: 3, on: 3, using: 4, natural: 2 })
      const shared = common(items, right.items)
      if (how === 'comma') text = `${text}, ${right.text}`
      else if (how === 'natural') text = `${text} natural ${side}join ${right.text}`
      else if (how === 'using' && shared.length > 0) {
        const names = some(this.#random, shared, this.#random.between(1, 2))
        for (const name of names) this.#make.merged.add(name)
        text = `${text} ${side}join ${right.text} using (${names.join()})${this.#chance(0.15) ? ` as ${this.#alias('u')}` : ''}`
      } else text = `${text} ${side}join ${right.text} on ${this.#make.condition(1, [...items, ...right.items])}`
      items = [...items, ...right.items]
      if (how !== 'comma' && this.#chance(0.1)) {
        const alias = this.#alias('j')
        text = `(${text}) as ${alias}`
        items = [{ alias, columns: items.flatMap(({ columns }) => columns) }]
      }
    }
    return { text, items }
  }

  #item(depth: number, outer: Scope): { readonly text: string; readonly items: Scope } {
    const kind = this.#random.choose({
      table: 12,
      renamed: 2,
      query: depth > 1 ? 4 : 0,
      lateral: depth > 1 ? 1 : 0,
      set: 2,
      values: 1,
    })
    const alias = this.#alias('a')
    if (kind === 'query' || kind === 'lateral') {
      const inner = this.query(depth - 1, kind === 'lateral' ? outer : [])
      return {
        text: `${kind === 'lateral' ? 'lateral ' : ''}(${inner.text}) as ${alias}`,
        items: [{ alias, columns: inner.columns }],
      }
    }
    if (kind === 'set') {
      const element = one(this.#random, ['integer', 'text', 'color'])
      const call = this.#chance(0.6)
        ? `unnest(${this.#make.expression(`${element}[]`, 1, [])})`
        : `generate_series(1, 2)`
      return { text: `${call} as ${alias}(e)`, items: [{ alias, columns: [{ name: 'e', type: element }] }] }
    }
    if (kind === 'values') {
      const kinds = some(this.#random, types, 2)
      const rows = [0, 1].map(() => `(${kinds.map((type) => this.#make.expression(type, 1, [])).join()})`)
      return {
        text: `(values ${rows.join()}) as ${alias}(k, v)`,
        items: [{ alias, columns: ['k', 'v'].map((name, index) => ({ name, type: kinds[index] ?? 'text' })) }],
      }
    }
    const name = one(this.#random, this.#names)
    const columns = this.#world.tables.get(name) ?? []
    if (kind === 'renamed') {
      const renamed = columns.map((column, index) =>
        index < 2 ? { ...column, name: ['k', 'z'][index] ?? '' } : column,
      )
      return { text: `${name} as ${alias}(k, z)`, items: [{ alias, columns: renamed }] }
    }
    return { text: `${name} as ${alias}`, items: [{ alias, columns }] }
  }

  #change(): string {
    const name = one(this.#random, ['t1', 't2', 't3'])
    const columns = some(this.#random, this.#world.tables.get(name) ?? [], 2)
    const alias = this.#alias('x')
    const item = { alias, columns: this.#world.tables.get(name) ?? [] }
    const assigned = (scope: Scope): string =>
      columns
        .map((column) => `${column.name} = ${this.#make.expression(this.#make.nearby(column.type), 2, scope)}`)
        .join(', ')
    switch (this.#random.choose({ insert: 3, values: 3, update: 4, delete: 2, merge: 3 })) {
      case 'insert':
        return `insert into ${name} (${columns.map((column) => column.name).join()}) ${
          this.query(
            2,
            [],
            columns.map(({ type }) => this.#make.nearby(type)),
          ).text
        }`
      case 'values':
        return `insert into ${name} as ${alias} (${columns.map((column) => column.name).join()}) values (${columns.map(({ type }) => this.#make.expression(this.#make.nearby(type), 2, [])).join()}) returning ${this.#make.expression(one(this.#random, types), 2, [item])}`
      case 'update': {
        const { text, items } = this.#from(2, [], [])
        return `update ${name} as ${alias} set ${assigned([item, ...items])} from ${text} where ${this.#make.condition(2, [item, ...items])} returning ${this.#make.expression(one(this.#random, types), 1, [item])}`
      }
      case 'delete': {
        const { text, items } = this.#from(2, [], [])
        return `delete from ${name} as ${alias} using ${text} where ${this.#make.condition(2, [item, ...items])}`
      }
      case 'merge': {
        const { text, items } = this.#item(2, [])
        return `merge into ${name} as ${alias} using ${text} on ${this.#make.condition(1, [item, ...items])} when matched and ${this.#make.condition(1, [item, ...items])} then update set ${assigned([item, ...items])} when not matched then insert (${columns.map((column) => column.name).join()}) values (${columns.map(({ type }) => this.#make.expression(this.#make.nearby(type), 1, items)).join()})`
      }
    }
  }

  #alias(prefix: string): string {
    this.#aliases += 1
    return `${prefix}${String(this.#aliases)}`
  }

  #chance(share: number): boolean {
    return this.#random.next() < share
  }
}

function common(left: Scope, right: Scope): readonly string[] {
  const names = new Set(left.flatMap(({ columns }) => columns.map(({ name }) => name)))
  return [...new Set(right.flatMap(({ columns }) => columns.map(({ name }) => name)).filter((name) => names.has(name)))]
}
