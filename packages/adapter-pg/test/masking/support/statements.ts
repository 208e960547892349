import type { Choices } from './choices.js'
import type { Style } from './expressions.js'
import { Choices as Chooser } from './choices.js'
import type { Place } from './place.js'
import { Queries } from './queries.js'
import { generated, relations, type WorldRelation } from './world.js'

/** Statements that belong together; the last one gives the result. */
export interface Made {
  readonly family: string
  readonly style: Style
  readonly steps: readonly string[]
  /** Whether a protected column is named. */
  readonly touches: boolean
  /** For each column of the result whether it holds nothing protected; undefined where that is not known. */
  readonly open: readonly boolean[] | undefined
  /** How the result of the last one is asked for. */
  readonly binary: boolean
}

/** How COPY may write rows. */
const copyOptions = [
  '',
  '',
  ` (delimiter '|', null '-', header)`,
  ` (delimiter 'A', null '', encoding 'utf8')`,
  ' csv',
  ' (format csv, header, force_quote *)',
  ` (format csv, delimiter ';', quote '''', escape '\\', null 'none')`,
  ` (format csv, quote 'a', delimiter ' ')`,
  ' (format binary)',
  ' binary',
  ` (encoding 'latin1')`,
]

/** Makes statements of all kinds, the same for the same seed. */
export class Statements {
  readonly #choices: Choices
  readonly #queries: Queries
  readonly #version: number
  #count = 0
  #open: readonly boolean[] | undefined

  constructor(seed: number, version: number) {
    this.#choices = new Chooser(seed)
    this.#version = version
    this.#queries = new Queries(this.#choices, version)
  }

  next(): Made {
    const choices = this.#choices
    this.#count += 1
    const style = choices.of(['anywhere', 'anywhere', 'outputs', 'outputs', 'never'] as const)
    this.#queries.begin(style)
    const [family, make] = choices.of(this.#families)
    this.#open = undefined
    const steps = make()
    const touches = this.#queries.expressions.touched > 0
    return { family, style, steps, touches, open: this.#open, binary: choices.percent(25) }
  }

  readonly #families: readonly (readonly [string, () => readonly string[]])[] = [
    ...Array.from({ length: 14 }, () => ['select', () => [this.#query()]] as const),
    ['insert', () => [this.#insert()]],
    ['insert', () => [this.#insert()]],
    ['update', () => [this.#update()]],
    ['update', () => [this.#update()]],
    ['delete', () => [this.#delete()]],
    ['merge', () => [this.#merge()]],
    ['writing CTE', () => [this.#writingCommon()]],
    ['copy', () => [this.#copy()]],
    ['copy', () => [this.#copy()]],
    ['cursor', () => [`declare c cursor for ${this.#query()}`, `fetch ${this.#choices.of(['all', '3', 'forward 2'])} from c`]],
    ['prepared', () => this.#prepared()],
    ['current of', () => this.#currentOf()],
    ['explain', () => [`explain (costs off) ${this.#query()}`]],
    ['create table as', () => [`create temp table t as ${this.#query()}`, 'select count(*) from t']],
  ] // prettier-ignore

  #query(): string {
    const { sql, columns } = this.#queries.select(undefined, undefined, this.#choices.of([0, 0, 0, 1, 1, 2, 3]))
    if (columns.length > 0) this.#open = columns.map(({ isProtected }) => !isProtected)
    return sql
  }

  #copy(): string {
    const choices = this.#choices
    const option = choices.of(copyOptions)
    if (choices.percent(50)) return `copy (${this.#query()}) to stdout${option}`
    const { expressions } = this.#queries
    const tables = relations.filter(({ name, writable }) => writable && name !== 'visits')
    const table = choices.of(tables)
    const columns = table.columns.filter(
      ({ isProtected, name }) => name !== generated && (!isProtected || expressions.allowed) && choices.percent(60),
    )
    if (columns.length === 0) return `copy (${this.#query()}) to stdout${option}`
    if (columns.some(({ isProtected }) => isProtected)) expressions.touched += 1
    this.#open = columns.map(({ isProtected }) => !isProtected)
    return `copy ${table.name} (${columns.map(({ name }) => name).join(', ')}) to stdout${option}`
  }

  #target(): WorldRelation {
    const { expressions } = this.#queries
    const writable = relations.filter(({ writable: is }) => is)
    return this.#choices.of(
      expressions.allowed
        ? writable
        : writable.filter(({ name }) => !['staff', 'people', 'visits_north'].includes(name)),
    )
  }

  #place({ name, columns }: WorldRelation, alias = name): Place {
    return { ranges: [{ alias, columns, hasRow: true, isUsers: name === 'users' }] }
  }

  #prepared(): readonly string[] {
    const name = `p${String(this.#count)}`
    const text = this.#query()
    // A parameter in place of a constant.
    const [declared, given] = text.includes("'x'::text") ? [' (text)', `('x')`] : ['', '']
    return [`prepare ${name}${declared} as ${text.replace("'x'::text", '$1')}`, `execute ${name}${given}`]
  }

  #currentOf(): readonly string[] {
    const table = this.#choices.of(relations.filter(({ name }) => ['orders', 'cards', 'users'].includes(name)))
    const place = this.#place(table)
    const where = this.#choices.percent(50) ? '' : ` where ${this.#where(place)}`
    return [
      `declare c cursor for select ${table.name}.id from ${table.name}${where}`,
      'fetch 2 from c',
      `update ${table.name} set ${this.#set(table, place)} where current of c${this.#returning(place)}`,
    ]
  }

  #insert(): string {
    const choices = this.#choices
    const { expressions } = this.#queries
    const table = choices.of(
      relations.filter(({ name }) => ['orders', 'cards', 'users', 'people', 'mails'].includes(name)),
    )
    const others = table.columns.filter(({ name }) => !['id', 'user_id', 'org_id', 'salary', generated].includes(name))
    const columns = others.filter(() => choices.percent(60)).slice(0, 3)
    const of = columns.length > 0 ? columns : others.slice(0, 1)
    const stored = <Text>(make: () => Text): Text => expressions.within(expressions.elsewhere, make)
    const names = ['id', ...of.map(({ name }) => name)].join(', ')
    const rows = stored(() =>
      choices.percent(55)
        ? `select 1000 + row_number() over (), q.* from (${this.#queries.select(of.map(({ kind }) => kind), undefined, 2).sql}) q`
        : `values (${String(choices.percent(15) ? 3 : 2000)}, ${of.map(({ kind }) => choices.percent(10) ? 'default' : expressions.make(kind, { ranges: [] }, 2)).join(', ')})`,
    ) // prettier-ignore
    const key = choices.percent(50) || !expressions.elsewhere || table.name !== 'users' ? 'id' : 'email'
    const [first] = of
    const conflict =
      ['people', 'mails'].includes(table.name) || choices.percent(60)
        ? ''
        : choices.percent(50) || first === undefined
          ? ` on conflict (${key}) do nothing`
          : ` on conflict (${key}) do update set ${first.name} = ${stored(() => expressions.make(first.kind, this.#place(table), 2))}`
    return `insert into ${table.name} (${names}) ${rows}${conflict}${this.#returning(this.#place(table))}`
  }

  #set(table: WorldRelation, place: Place): string {
    const choices = this.#choices
    const { expressions } = this.#queries
    const settable = table.columns.filter(
      ({ name, isProtected }) =>
        !['id', 'region', 'owner', generated].includes(name) && (!isProtected || expressions.elsewhere),
    )
    return expressions.within(expressions.elsewhere, () => {
      if (choices.percent(15)) {
        const [a, b] = [choices.of(settable), choices.of(settable)]
        if (a !== b) return `(${a.name}, ${b.name}) = (${this.#queries.select([a.kind, b.kind], place, 1, true).sql})`
      }
      const column = choices.of(settable)
      return `${column.name} = ${choices.percent(6) ? 'default' : expressions.make(column.kind, place, 2)}`
    })
  }

  #update(): string {
    const choices = this.#choices
    const table = this.#target()
    const place = this.#place(table)
    const other = choices.percent(30) ? this.#otherRange() : undefined
    const both: Place = other === undefined ? place : { ranges: [...place.ranges, ...other.place.ranges] }
    const from = other === undefined ? '' : ` from ${other.sql}`
    return `update ${table.name} set ${this.#set(table, both)}${from} where ${this.#where(both)}${this.#returning(both)}` // prettier-ignore
  }

  #otherRange(): { readonly sql: string; readonly place: Place } {
    const other = this.#choices.of(
      relations.filter(({ name }) => ['orgs', 'orders', 'users', 'user_view'].includes(name)),
    )
    const alias = this.#queries.alias()
    return { sql: `${other.name} as ${alias}`, place: this.#place(other, alias) }
  }

  #where(place: Place): string {
    const { expressions } = this.#queries
    return expressions.within(expressions.elsewhere, () => expressions.make('bool', place, 2))
  }

  #returning(place: Place): string {
    const choices = this.#choices
    if (choices.percent(45)) return ''
    const { expressions } = this.#queries
    if (choices.percent(15) && expressions.allowed) return this.#everything()
    if (this.#version >= 18 && choices.percent(25)) return this.#oldAndNew(place)
    const items = choices.times(choices.between(1, 2), () => expressions.make(choices.of(['text', 'int', 'num', 'jsonb'] as const), place, 2)) // prettier-ignore
    return ` returning ${items.join(', ')}`
  }

  #oldAndNew({ ranges }: Place): string {
    const [first] = ranges
    const { expressions } = this.#queries
    const both = ['old', 'new'].map((alias) => ({ alias, columns: first?.columns ?? [], hasRow: true }))
    return ` returning ${expressions.make('text', { ranges: both }, 2)}, ${expressions.make('num', { ranges: both }, 1)}`
  }

  #everything(): string {
    this.#queries.expressions.touched += 1
    return ' returning *'
  }

  #delete(): string {
    const table = this.#choices.of(relations.filter(({ name }) => ['orders', 'cards', 'visits', 'people', 'notes', 'users', 'mails'].includes(name))) // prettier-ignore
    const place = this.#place(table)
    const other = this.#choices.percent(30) ? this.#otherRange() : undefined
    const both: Place = other === undefined ? place : { ranges: [...place.ranges, ...other.place.ranges] }
    return `delete from ${table.name}${other === undefined ? '' : ` using ${other.sql}`} where ${this.#where(both)}${this.#returning(both)}`
  }

  #merge(): string {
    const choices = this.#choices
    const { expressions } = this.#queries
    const table = choices.of(relations.filter(({ name }) => ['orders', 'cards', 'users', 'notes'].includes(name)))
    const target = this.#place(table, 'm')
    const source = this.#otherRange()
    const both: Place = { ranges: [...target.ranges, ...source.place.ranges] }
    const alias = source.place.ranges[0]?.alias ?? ''
    const extra = (place: Place): string => (choices.percent(40) ? ` and ${this.#where(place)}` : '')
    const branches = [
      `when matched${extra(both)} then update set ${this.#set(table, both)}`,
      `when matched${extra(both)} then ${choices.of(['delete', 'do nothing'])}`,
      `when not matched${extra(source.place)} then insert (id, ${table.columns.find(({ kind, isProtected }) => kind === 'text' && !isProtected)?.name ?? ''}) values (3000 + ${alias}.id, ${expressions.within(expressions.elsewhere, () => expressions.make('text', source.place, 2))})`,
    ] // prettier-ignore
    const chosen = branches.filter(() => choices.percent(60))
    const told = this.#version >= 17 && choices.percent(50) ? ` returning merge_action(), ${expressions.make('text', both, 1)}` : '' // prettier-ignore
    return `merge into ${table.name} m using ${source.sql} on m.id = ${alias}.id${choices.percent(20) ? ` and ${this.#where(both)}` : ''} ${(chosen.length > 0 ? chosen : branches.slice(0, 1)).join(' ')}${told}`
  }

  #writingCommon(): string {
    const choices = this.#choices
    const { expressions } = this.#queries
    const table = choices.of(relations.filter(({ name }) => ['orders', 'cards', 'users'].includes(name)))
    const place = this.#place(table)
    const kind = choices.of(['text', 'num'] as const)
    const before = expressions.touched
    const out = expressions.make(kind, place, 2)
    const isProtected = expressions.touched > before
    const write = choices.of([`update ${table.name} set ${this.#set(table, place)} where ${this.#where(place)}`, `delete from ${table.name} where ${this.#where(place)}`]) // prettier-ignore
    const range: Place = { ranges: [{ alias: 'w', columns: [{ name: 'v', kind, isProtected }], hasRow: true }] }
    return `with w as (${write} returning ${out} as v) select ${expressions.make(kind, range, 2)} as o, w.v from w`
  }
}
