import type { Choices } from './choices.js'
import { Expressions, type Style, type Subqueries } from './expressions.js'
import { fromItems, type Common, type FromItem, type MadeQuery } from './from-items.js'
import type { Place } from './place.js'
import { type Kind, relations } from './world.js'

const kinds: readonly Kind[] = ['int', 'num', 'text', 'text', 'text', 'bool', 'date', 'ts', 'jsonb', 'texts', 'ints']
const sortable: readonly Kind[] = ['int', 'num', 'text', 'bool', 'date', 'ts']

/** Random queries over the world. */
export class Queries implements Subqueries {
  readonly choices: Choices
  readonly expressions: Expressions
  readonly #commons: Common[] = []
  #aliases = 0

  constructor(choices: Choices, version: number) {
    this.choices = choices
    this.expressions = new Expressions(choices, version, this)
  }

  /** Starts over with where protected columns may stand. */
  begin(style: Style): void {
    this.#aliases = 0
    this.#commons.length = 0
    this.expressions.allowed = style !== 'never'
    this.expressions.elsewhere = style === 'anywhere'
    this.expressions.touched = 0
  }

  alias = (): string => {
    this.#aliases += 1
    return `a${String(this.#aliases)}`
  }

  query(kind: Kind, outer: Place, depth: number, single: boolean): string {
    if (single && this.choices.percent(40)) return this.#byKey(kind, outer, Math.min(depth, 2))
    const { sql } = this.select([kind], outer, Math.min(depth, 2), single)
    return sql
  }

  /** A query with columns of these kinds, or of any. `single`: of at most one row. */
  select(wanted: readonly Kind[] | undefined, outer: Place | undefined, depth: number, single = false): MadeQuery {
    const { choices } = this
    if (!single && depth > 0 && choices.percent(12)) return this.#common(wanted, outer, depth)
    if (!single && depth > 0 && choices.percent(12)) return this.#combined(wanted, outer, depth)
    if (choices.percent(3) && wanted !== undefined && !single) return this.#values(wanted, outer, depth)
    return this.#simple(wanted, outer, depth, single)
  }

  /** The row that a key chooses; sometimes what only looks like one. */
  #byKey(kind: Kind, outer: Place, depth: number): string {
    const { choices, expressions } = this
    const { columns, name } = choices.of(relations.filter(({ name: each }) => ['orgs', 'users', 'orders', 'cards', 'people'].includes(each))) // prettier-ignore
    const alias = this.alias()
    const range = { alias, columns, hasRow: true, isUsers: name === 'users' }
    const { sql } = this.#items([kind], { ranges: [range], outer }, depth)
    const where = this.#elsewhere(() => {
      const found = choices.percent(70) ? expressions.column('int', { ranges: [], outer }) : undefined
      const key = `${alias}.${choices.of(name === 'people' ? ['id'] : ['id', 'id', 'id', 'id', columns[1]?.name ?? 'id'])}`
      const value = found ?? expressions.make('int', { ranges: [] }, 1)
      const more = choices.percent(25) ? ` and ${this.#predicate({ ranges: [range], outer }, 1)}` : ''
      return `${choices.percent(20) ? `${value} = ${key}` : `${key} = ${value}`}${more}`
    })
    return `select ${sql} from ${name} as ${alias} where ${where}`
  }

  #simple(wanted: readonly Kind[] | undefined, outer: Place | undefined, depth: number, single: boolean): MadeQuery {
    const { choices, expressions } = this
    const from = this.#from(outer, depth)
    const isGrouped = choices.percent(18)
    const place: Place = { ranges: from.ranges, outer }
    const grouping = isGrouped ? this.#grouping(place, single) : undefined
    const itemPlace: Place = grouping === undefined ? { ...place, windows: !single && choices.percent(35) } : { ...place, grouped: grouping.groups, windows: choices.percent(15) } // prettier-ignore
    const isStar = wanted === undefined && grouping === undefined && choices.percent(10)
    const items = isStar ? this.#star(from) : this.#items(wanted ?? this.#someKinds(), itemPlace, depth)
    const where = choices.percent(45) ? ` where ${this.#elsewhere(() => this.#predicate(place, depth))}` : ''
    const having = grouping !== undefined && choices.percent(30) ? ` having ${this.#elsewhere(() => expressions.make('bool', { ...place, grouped: grouping.groups }, 2))}` : '' // prettier-ignore
    const distinct = choices.percent(7) ? this.#distinct(items, place, grouping !== undefined) : undefined
    const order =
      distinct?.order ?? (choices.percent(35) ? this.#order(place, items.columns.length, grouping?.groups) : '')
    const limit = single ? ' limit 1' : choices.percent(18) ? this.#limit(depth) : ''
    const locked = !single && outer === undefined && distinct === undefined && !isGrouped && itemPlace.windows !== true && /^\w+ as a\d+$/.test(from.sql) && !from.sql.startsWith('user_') && choices.percent(3) ? ' for share' : '' // prettier-ignore
    return {
      sql: `select ${distinct?.sql ?? ''}${items.sql} from ${from.sql}${where}${grouping?.sql ?? ''}${having}${order}${limit}${locked}`,
      columns: items.columns,
    }
  }

  /** Makes something that is not given back. */
  #elsewhere<Made>(make: () => Made): Made {
    return this.expressions.within(this.expressions.elsewhere, make)
  }

  #from(outer: Place | undefined, depth: number): FromItem {
    const { choices, expressions, alias } = this
    const select = (around: Place | undefined, left: number): MadeQuery => this.select(undefined, around, left)
    return fromItems({ choices, expressions, alias, commons: this.#commons, select }, outer, depth)
  }

  #someKinds(): readonly Kind[] {
    return this.choices.times(this.choices.between(1, 4), () => this.choices.of(kinds))
  }

  #items(of: readonly Kind[], place: Place, depth: number): MadeQuery {
    const made = of.map((kind) => {
      const before = this.expressions.touched
      const sql = this.expressions.make(kind, place, this.choices.between(0, depth + 1))
      return { sql, column: { name: this.alias(), kind, isProtected: this.expressions.touched > before } }
    })
    return {
      sql: made.map(({ sql, column }) => `${sql} as ${column.name}`).join(', '),
      columns: made.map(({ column }) => column),
    }
  }

  /** A row of FROM with all its columns, or all columns of FROM. Such queries are not named from outside. */
  #star(from: FromItem): MadeQuery {
    const mayAll = from.ranges.every(({ columns }) => columns.every(({ isProtected }) => !isProtected))
    if (!this.expressions.allowed && !mayAll) return this.#items(['text', 'int'], { ranges: from.ranges }, 1)
    if (!mayAll) this.expressions.touched += 1
    return { sql: this.choices.percent(50) ? '*' : `${this.choices.of(from.ranges).alias}.*`, columns: [] }
  }

  #grouping(place: Place, single: boolean): { readonly sql: string; readonly groups: NonNullable<Place['grouped']> } {
    const { choices, expressions } = this
    if (choices.percent(single ? 40 : 15)) return { sql: '', groups: [] }
    const groups = this.#elsewhere(() =>
      choices.times(choices.between(1, 2), () => {
        const kind = choices.of(sortable)
        const before = expressions.touched
        const sql = expressions.column(kind, { ranges: place.ranges })
        return { sql, kind, isProtected: expressions.touched > before }
      }),
    ).flatMap(({ sql, ...rest }) => (sql === undefined ? [] : [{ sql, ...rest }]))
    if (groups.length === 0) return { sql: '', groups: [] }
    const list = groups.map(({ sql }) => sql).join(', ')
    const written = choices.of([
      list,
      list,
      list,
      `rollup (${list})`,
      `cube (${list})`,
      `grouping sets ((${list}), ())`,
    ])
    const told = { sql: `grouping(${groups[0]?.sql ?? ''})`, kind: 'int' as const, isProtected: false }
    return { sql: ` group by ${written}`, groups: choices.percent(30) ? [...groups, told] : groups }
  }

  #predicate(place: Place, depth: number): string {
    const { choices, expressions } = this
    const lookup = choices.percent(12) ? expressions.column('text', { ranges: place.ranges }) : undefined
    if (lookup !== undefined) return `${lookup} = '${choices.of(['user1', 'x', 'user3'])}'`
    return expressions.make('bool', place, choices.between(1, depth + 1))
  }

  #distinct(
    items: MadeQuery,
    place: Place,
    isGrouped: boolean,
  ): { readonly sql: string; readonly order: string } | undefined {
    if (items.columns.length === 0 || isGrouped || this.choices.percent(50)) {
      return this.expressions.elsewhere ? { sql: 'distinct ', order: '' } : undefined
    }
    const on = this.#elsewhere(() => this.expressions.column(this.choices.of(sortable), { ranges: place.ranges }))
    return on === undefined ? undefined : { sql: `distinct on (${on}) `, order: ` order by ${on}` }
  }

  #order(place: Place, columns: number, groups: Place['grouped']): string {
    const { choices, expressions } = this
    const by = choices.times(choices.between(1, 2), () => {
      if (columns > 0 && expressions.elsewhere && choices.percent(30)) return String(choices.between(1, columns))
      const sql = this.#elsewhere(() => expressions.make(choices.of(sortable), groups === undefined ? place : { ...place, grouped: groups }, 1)) // prettier-ignore
      // A number alone would be the place of an item.
      return /^\d+$/.test(sql) ? `(${sql} + 0)` : sql
    })
    return ` order by ${by.map((sql) => `${sql}${choices.of(['', '', ' desc', ' nulls first', ' desc nulls last'])}`).join(', ')}`
  }

  #limit(depth: number): string {
    const { choices } = this
    const count = choices.percent(25) && depth > 0 ? `(${this.#elsewhere(() => this.query('int', { ranges: [] }, 1, true))})` : String(choices.between(1, 6)) // prettier-ignore
    const size = count.startsWith('(') ? `abs(${count} % 5)` : count
    return choices.of([
      ` limit ${size}`,
      ` limit ${size} offset 1`,
      ` offset ${size}`,
      ` fetch first ${/^\d+$/.test(size) ? size : `(${size})`} rows only`,
    ])
  }

  #values(wanted: readonly Kind[], outer: Place | undefined, depth: number): MadeQuery {
    const row = (): string =>
      wanted.map((kind) => this.expressions.make(kind, outer ?? { ranges: [] }, depth)).join(', ')
    const before = this.expressions.touched
    const sql = `values (${row()}), (${row()})`
    const isProtected = this.expressions.touched > before
    return { sql, columns: wanted.map((kind, at) => ({ name: `column${String(at + 1)}`, kind, isProtected })) }
  }

  #combined(wanted: readonly Kind[] | undefined, outer: Place | undefined, depth: number): MadeQuery {
    const { choices, expressions } = this
    const of = wanted ?? this.#someKinds()
    const operator = choices.of([
      'union all',
      'union all',
      'union',
      'intersect',
      'except',
      'intersect all',
      'except all',
    ])
    // Anything but UNION ALL compares what it is given.
    return expressions.within(operator === 'union all' || expressions.elsewhere, () => {
      const arms = [this.select(of, outer, depth - 1), this.select(of, outer, depth - 1)] as const
      const order = choices.percent(20) && (expressions.elsewhere || !expressions.allowed) ? ' order by 1' : ''
      return {
        sql: `(${arms[0].sql}) ${operator} (${arms[1].sql})${order}`,
        columns: arms[0].columns.map((column, at) => ({
          ...column,
          isProtected: column.isProtected || arms[1].columns[at]?.isProtected === true,
        })),
      }
    })
  }

  #common(wanted: readonly Kind[] | undefined, outer: Place | undefined, depth: number): MadeQuery {
    const { choices } = this
    const before = this.#commons.length
    const written = choices.times(choices.between(1, 2), () => this.#withQuery(depth))
    const main = this.#simple(wanted, outer, depth - 1, false)
    this.#commons.length = before
    const recursive = written.some(({ recursive: is }) => is) ? 'recursive ' : ''
    return { sql: `with ${recursive}${written.map(({ sql }) => sql).join(', ')} ${main.sql}`, columns: main.columns }
  }

  #withQuery(depth: number): { readonly sql: string; readonly recursive: boolean } {
    const { choices } = this
    const name = `w${this.alias()}`
    if (choices.percent(25)) return { sql: this.#recursive(name), recursive: true }
    const { sql, columns } = this.select(this.#someKinds(), undefined, depth - 1)
    this.#commons.push({ name, columns })
    return { sql: `${name} as ${choices.of(['', '', 'materialized ', 'not materialized '])}(${sql})`, recursive: false }
  }

  #recursive(name: string): string {
    const { choices, expressions } = this
    const kind = choices.of(['text', 'num'] as const)
    const value = this.alias()
    const users = relations.filter((relation) => relation.name === 'users')
    const ranges = users.map(({ columns }) => ({ alias: 'u', columns, hasRow: false }))
    const before = expressions.touched
    const start = expressions.column(kind, { ranges }) ?? expressions.constant(kind)
    const isProtected = expressions.touched > before
    this.#commons.push({
      name,
      columns: [
        { name: 'n', kind: 'int', isProtected: false },
        { name: value, kind, isProtected },
      ],
    })
    const [type, step] = kind === 'text' ? ['text', `upper(r.${value})`] : ['numeric', `r.${value} + 1`]
    const operator = isProtected && !expressions.elsewhere ? 'union all' : choices.of(['union all', 'union'])
    const extra = choices.of(['', '', ' search depth first by n set walked', ' cycle n set circle using path'])
    return `${name} (n, ${value}) as (select u.id, (${start})::${type} from users u ${operator} select r.n + 1, ${step} from ${name} r where r.n < 4)${extra}`
  }
}
