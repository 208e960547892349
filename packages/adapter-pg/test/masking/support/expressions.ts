import type { Choices } from './choices.js'
import { plainly, type NamedColumn, type Place } from './place.js'
import type { Kind } from './world.js'

/** Where protected columns may stand: anywhere, in what is given back, or nowhere. */
export type Style = 'anywhere' | 'outputs' | 'never'

type Make = (place: Place, depth: number) => string

/** Makes a query as an expression wants one. */
export interface Subqueries {
  /** Of one column of the kind; `single`: of at most one row. */
  query(kind: Kind, outer: Place, depth: number, single: boolean): string
}

const types: Readonly<Record<Kind, string>> = {
  int: 'integer', num: 'numeric', text: 'text', bool: 'boolean', date: 'date', ts: 'timestamp', jsonb: 'jsonb', texts: 'text[]', ints: 'integer[]',
} // prettier-ignore
const kinds = Object.keys(types) as readonly Kind[]
const plainKinds: readonly Kind[] = ['int', 'num', 'text', 'bool', 'date', 'ts']

/** Typed expressions of a small grammar: each is valid where the place says, though it may fail when it runs. */
export class Expressions {
  readonly choices: Choices
  readonly version: number
  readonly #subqueries: Subqueries
  /** Whether protected columns may be named now. */
  allowed = true
  /** How often a protected column was named. */
  touched = 0

  constructor(choices: Choices, version: number, subqueries: Subqueries) {
    this.choices = choices
    this.version = version
    this.#subqueries = subqueries
  }

  /** Makes something in which protected columns may be named, or may not. */
  within<Made>(allowed: boolean, make: () => Made): Made {
    const before = this.allowed
    this.allowed = before && allowed
    try {
      return make()
    } finally {
      this.allowed = before
    }
  }

  make(kind: Kind, place: Place, depth: number): string {
    if (depth <= 0 || this.choices.percent(22)) return this.leaf(kind, place)
    const shared = this.#shared(kind, place, depth)
    if (shared !== undefined) return shared
    return this.choices.of(this.#of[kind])(place, depth - 1)
  }

  any(place: Place, depth: number): string {
    return this.make(this.choices.of(kinds), place, depth)
  }

  leaf(kind: Kind, place: Place): string {
    const found = this.choices.percent(12) ? undefined : this.column(kind, place)
    return found ?? this.constant(kind)
  }

  /** A column of the kind, preferably a protected one where that may be. */
  column(kind: Kind, place: Place): string | undefined {
    if (place.grouped !== undefined) {
      const groups = place.grouped.filter((group) => group.kind === kind && (this.allowed || !group.isProtected))
      if (groups.length > 0 && this.choices.percent(70)) {
        const group = this.choices.of(groups)
        if (group.isProtected) this.touched += 1
        return group.sql
      }
      return this.#aggregate(kind, plainly(place), 1)
    }
    const near = this.#columns(kind, place)
    const far = place.outer === undefined ? [] : this.#columns(kind, { ranges: place.outer.grouped === undefined ? place.outer.ranges : [], outer: undefined }) // prettier-ignore
    const from = far.length > 0 && (near.length === 0 || this.choices.percent(30)) ? far : near
    if (from.length === 0) return undefined
    const hidden = from.filter(([, { isProtected }]) => isProtected)
    const [alias, column] = this.choices.of(hidden.length > 0 && this.choices.percent(60) ? hidden : from)
    if (column.isProtected) this.touched += 1
    return alias === '' ? column.name : `${alias}.${column.name}`
  }

  #columns(kind: Kind, { ranges }: Place): readonly (readonly [string, NamedColumn])[] {
    return ranges.flatMap(({ alias, columns }) =>
      columns
        .filter((column) => column.kind === kind && (this.allowed || !column.isProtected))
        .map((column) => [alias, column] as const),
    )
  }

  /** An alias whose whole row may be named. */
  row(place: Place): string | undefined {
    if (place.grouped !== undefined) return undefined
    const rows = place.ranges.filter(
      ({ hasRow, columns }) => hasRow && (this.allowed || columns.every(({ isProtected }) => !isProtected)),
    )
    if (rows.length === 0) return undefined
    const range = this.choices.of(rows)
    if (range.columns.some(({ isProtected }) => isProtected)) this.touched += 1
    return range.alias
  }

  constant(kind: Kind): string {
    const { choices } = this
    switch (kind) {
      case 'int':
        return String(choices.between(0, 9))
      case 'num':
        return `${String(choices.upTo(900))}.${String(choices.upTo(99))}`
      case 'text':
        return choices.of([
          "'x'::text",
          "'user1'::text",
          "''::text",
          "'north'::text",
          'current_schema::text',
          "'me'::text",
        ])
      case 'bool':
        return choices.of(['true', 'false'])
      case 'date':
        return choices.of(["date '1850-06-01'", "date '2021-05-15'", "date '2023-01-11'"])
      case 'ts':
        return choices.of(["timestamp '2024-02-03 08:30:00'", "timestamp '1860-01-01'"])
      case 'jsonb':
        return choices.of([`'{"a": 1}'::jsonb`, `'[1, "x"]'::jsonb`, `'"s"'::jsonb`])
      case 'texts':
        return choices.of([`'{x,y}'::text[]`, `array['x'::text]`])
      case 'ints':
        return choices.of([`'{1,2}'::int[]`, 'array[1, 2, 3]'])
    }
  }

  /** What every kind of value has: choices, subqueries, aggregates, windows. */
  #shared(kind: Kind, place: Place, depth: number): string | undefined {
    if (!this.choices.percent(30)) return undefined
    const make = (of: Kind = kind): string => this.make(of, place, depth - 1)
    switch (this.choices.upTo(12)) {
      case 0:
        return `case when ${make('bool')} then ${make()} when ${make('bool')} then ${make()} else ${make()} end`
      case 1:
        return this.#simpleCase(kind, place, depth)
      case 2:
        return `coalesce(${make()}, ${make()})`
      case 3:
        return `nullif(${make()}, ${make()})`
      case 4:
        return `${this.choices.of(['greatest', 'least'])}(${make()}, ${make()})`
      case 5:
      case 6:
        return `(${this.#subqueries.query(kind, place, depth - 1, true)})`
      case 7:
        if (kind === 'texts' || kind === 'ints') return undefined
        return `(array[${make()}, ${make()}])[${String(this.choices.between(1, 2))}]`
      case 8:
      case 9:
        return place.windows === true ? this.#window(kind, place, depth) : undefined
      case 10:
        return `(${make()})::${types[kind]}`
      case 11:
        return `cast(${make()} as ${types[kind]})`
      default:
        return place.grouped === undefined ? undefined : this.#aggregate(kind, plainly(place), depth)
    }
  }

  /** Whether the server's version has the grammar, and what is around does not bring the server down with it. */
  #knows(version: number): boolean {
    return this.version >= version && !this.#insideCase
  }

  #insideCase = false

  /** PostgreSQL 18.4 mistakes what JSON constructors in it are made of for what it compares, and falls over. */
  #simpleCase(kind: Kind, place: Place, depth: number): string {
    const before = this.#insideCase
    this.#insideCase = true
    const make = (of: Kind): string => this.make(of, place, depth - 1)
    const made = `case ${make('int')} when 1 then ${make(kind)} when ${make('int')} then ${make(kind)} end`
    this.#insideCase = before
    return made
  }

  #window(kind: Kind, place: Place, depth: number): string {
    const inner = plainly(place)
    const over = place.grouped === undefined ? inner : { ...place, windows: false }
    const arg = (of: Kind): string => this.make(of, over, depth - 2)
    const call =
      kind === 'int' && this.choices.percent(50)
        ? `${this.choices.of(['row_number()', 'rank()', 'dense_rank()', 'ntile(3)', `count(${arg('text')})`])}`
        : kind === 'num' && this.choices.percent(50)
          ? `${this.choices.of(['sum', 'avg', 'max'])}(${arg('num')})`
          : `${this.choices.of(['first_value', 'last_value', 'lag', 'lead', 'nth'])}(${arg(kind)})`.replace(/^nth\((.*)\)$/s, 'nth_value($1, 2)') // prettier-ignore
    const elsewhere = <Made>(make: () => Made): Made => this.within(this.elsewhere, make)
    const partition = this.choices.percent(45)
      ? `partition by ${elsewhere(() => arg(this.choices.of(plainKinds)))} `
      : ''
    const order = `order by ${elsewhere(() => arg(this.choices.of(plainKinds)))}${this.choices.of(['', ' desc', ' nulls first'])}`
    const frame = this.choices.percent(55)
      ? ''
      : this.choices.of([
          ' rows between 1 preceding and current row',
          ' groups between current row and 1 following exclude ties',
          ` rows between unbounded preceding and coalesce(abs((${elsewhere(() => this.#subqueries.query('int', { ranges: [] }, 1, true))}) % 3), 1) following`,
          ' range between unbounded preceding and current row exclude current row',
        ])
    const filtered = /^(count|sum|avg|max)\(/.test(call) && this.choices.percent(30) ? ` filter (where ${elsewhere(() => arg('bool'))})` : '' // prettier-ignore
    const result = `${call}${filtered} over (${partition}${order}${frame})`
    return kind === 'int' ? `(${result})::int` : kind === 'num' ? `(${result})::numeric` : result
  }

  /** Whether what is not given back may name protected columns. */
  elsewhere = true

  #aggregate(kind: Kind, inner: Place, depth: number): string {
    const { choices } = this
    const arg = (of: Kind): string => this.make(of, inner, depth - 1)
    const elsewhere = <Made>(make: () => Made): Made => this.within(this.elsewhere, make)
    const order = (): string => (choices.percent(40) ? ` order by ${elsewhere(() => arg(choices.of(plainKinds)))}` : '')
    const filter = choices.percent(25) ? ` filter (where ${elsewhere(() => arg('bool'))})` : ''
    switch (kind) {
      case 'int':
        return choices.of([
          () => `(count(*)${filter})::int`,
          () => `(count(distinct ${arg(choices.of(plainKinds))})${filter})::int`,
          () => `(sum(${arg('int')})${filter})::int`,
          () => `max(${arg('int')})${filter}`,
          () => `(count(${arg('text')})${filter})::int`,
          () => `(rank(${this.constant('int')}) within group (order by ${elsewhere(() => arg('int'))}))::int`,
          () => `bit_or(${arg('int')})${filter}`,
        ])()
      case 'num':
        return choices.of([
          () => `sum(${arg('num')})${filter}`,
          () => `avg(${arg('num')})${filter}`,
          () => `min(${arg('num')})`,
          () => `(percentile_cont(0.5) within group (order by ${elsewhere(() => arg('int'))}))::numeric`,
          () => `percentile_disc(0.5) within group (order by ${arg('num')})${filter}`,
          () => `var_pop(${arg('num')})`,
        ])()
      case 'text':
        return choices.of([
          () => `string_agg(${arg('text')}, ','${order()})${filter}`,
          () => `max(${arg('text')})${filter}`,
          () => `mode() within group (order by ${arg('text')})`,
          () => `min(${arg('text')})`,
        ])()
      case 'bool':
        return `${choices.of(['bool_and', 'bool_or', 'every'])}(${arg('bool')})${filter}`
      case 'date':
      case 'ts':
        return `${choices.of(['min', 'max'])}(${arg(kind)})${filter}`
      case 'jsonb':
        return choices.of([
          () => `jsonb_agg(${arg(choices.of(kinds))}${order()})${filter}`,
          () => `jsonb_object_agg(coalesce(${arg('text')}, ''), ${arg('text')})${filter}`,
          () =>
            this.#knows(16)
              ? `json_arrayagg(${arg('text')}${order()} returning jsonb)`
              : `to_jsonb(max(${arg('text')}))`,
          () =>
            this.#knows(16)
              ? `json_objectagg('k' || ${arg('int')} : ${arg('text')} returning jsonb)`
              : `to_jsonb(min(${arg('text')}))`,
          () => `coalesce(json_agg(${this.row(inner) ?? arg('text')}), '[]')::jsonb`,
        ])()
      case 'texts':
        return `array_agg(${arg('text')}${order()})${filter}`
      case 'ints':
        return `array_agg(${choices.percent(20) ? `distinct ${arg('int')}` : `${arg('int')}${order()}`})${filter}`
    }
  }

  readonly #of: Readonly<Record<Kind, readonly Make[]>> = {
    int: [
      (p, d) => `length(${this.make('text', p, d)})`,
      (p, d) => `ascii(${this.make('text', p, d)})`,
      (p, d) => `position('q' in ${this.make('text', p, d)})`,
      (p, d) => `(${this.make('int', p, d)} ${this.choices.of(['+', '-', '%', '|', '&'])} ${String(this.choices.between(1, 9))})`,
      (p, d) => `extract(${this.choices.of(['year', 'month', 'day'])} from ${this.make(this.choices.of(['date', 'ts']), p, d)})::int`,
      (p, d) => `cardinality(${this.make('texts', p, d)})`,
      (p, d) => `array_length(${this.make('ints', p, d)}, 1)`,
      (p, d) => `(${this.make('ints', p, d)})[1]`,
      (p, d) => `(${this.make('date', p, d)} - ${this.make('date', p, d)})`,
      (p, d) => `floor(${this.make('num', p, d)} / 1000)::int`,
      (p, d) => `(- ${this.make('int', p, d)})`,
      (p, d) => `sign(${this.make('num', p, d)})::int`,
      (p, d) => `(${this.make('bool', p, d)})::int`,
      (p, d) => `jsonb_array_length(jsonb_build_array(${this.make('jsonb', p, d)}))`,
      (p, d) => `array_position(${this.make('texts', p, d)}, ${this.make('text', p, d)})`,
      (p, d) => (this.choices.percent(15) ? `(100 / ${this.make('int', p, d)})` : `abs(${this.make('int', p, d)})`),
      (p, d) => (this.choices.percent(10) ? `(${this.make('text', p, d)})::int` : `num_nulls(${this.any(p, d)}, ${this.any(p, d)})`),
      (p, d) => `hashtext(${this.make('text', p, d)})`,
      (p, d) => (this.#knows(17) ? `json_value(${this.make('jsonb', p, d)}, '$.a' returning int)` : `octet_length(${this.make('text', p, d)})`),
      (p, d) => `width_bucket(${this.make('num', p, d)}, 0, 900000, 7)`,
    ],
    num: [
      (p, d) => `(${this.make('num', p, d)} ${this.choices.of(['+', '-', '*'])} ${this.constant('num')})`,
      (p, d) => `round(${this.make('num', p, d)}, 1)`,
      (p, d) => `(${this.make('int', p, d)})::numeric`,
      (p, d) => `trunc(${this.make('num', p, d)} / 7)`,
      (p, d) => `(${this.make('num', p, d)} / nullif(${this.make('num', p, d)}, 0))`,
      (p, d) => `extract(epoch from ${this.make(this.choices.of(['date', 'ts']), p, d)})::numeric`,
      (p, d) => `mod(${this.make('num', p, d)}, 97)`,
      (p, d) => `sqrt(abs(${this.make('num', p, d)}))`,
      (p, d) => `to_number(to_char(${this.make('int', p, d)}, '999999999'), '999999999')`,
    ],
    text: [
      (p, d) => `${this.choices.of(['upper', 'lower', 'reverse', 'md5', 'trim', 'initcap', 'quote_literal'])}(${this.make('text', p, d)})`,
      (p, d) => `substr(${this.make('text', p, d)}, ${String(this.choices.between(1, 6))}, ${String(this.choices.between(1, 9))})`,
      (p, d) => `substring(${this.make('text', p, d)} from ${String(this.choices.between(1, 6))} for 8)`,
      (p, d) => `${this.choices.of(['left', 'right'])}(${this.make('text', p, d)}, ${String(this.choices.between(1, 9))})`,
      (p, d) => `(${this.make('text', p, d)} || ${this.make('text', p, d)})`,
      (p, d) => `concat(${this.make('text', p, d)}, ${this.any(p, d)})`,
      (p, d) => `concat_ws('-', ${this.any(p, d)}, ${this.any(p, d)})`,
      (p, d) => `format('%s/%s', ${this.any(p, d)}, ${this.make('text', p, d)})`,
      (p, d) => `(${this.make('text', p, d)} collate "C")`,
      (p, d) => `(${this.make(this.choices.of(kinds), p, d)})::text`,
      (p, d) => `(${this.make('jsonb', p, d)} ->> ${this.choices.of([`'code'`, `'email'`, `'a'`, '0', `'name'`, `'nick'`])})`,
      (p, d) => `(${this.make('jsonb', p, d)} #>> '{of,0}')`,
      (p, d) => `array_to_string(${this.make('texts', p, d)}, ',')`,
      (p, d) => `(${this.make('texts', p, d)})[${String(this.choices.between(1, 2))}]`,
      (p, d) => `encode(convert_to(${this.make('text', p, d)}, 'UTF8'), ${this.choices.of([`'base64'`, `'hex'`, `'escape'`])})`,
      (p, d) => `encode(sha256(convert_to(${this.make('text', p, d)}, 'UTF8')), 'hex')`,
      (p, d) => `to_char(${this.make('date', p, d)}, 'DD.MM.YYYY')`,
      (p, d) => `to_char(${this.make('num', p, d)}, '999999999.99')`,
      (p, d) => `regexp_replace(${this.make('text', p, d)}, '[a-f]', '_', 'g')`,
      (p, d) => `translate(${this.make('text', p, d)}, 'qxz', 'abc')`,
      (p, d) => `split_part(${this.make('text', p, d)}, 'q', 1)`,
      (p, d) => `lpad(${this.make('text', p, d)}, 12, '*')`,
      (p, d) => `repeat(${this.make('text', p, d)}, 2)`,
      (p, d) => `row(${this.any(p, d)}, ${this.make('text', p, d)})::text`,
      (p, d) => `(${this.row(p) ?? `row(${this.any(p, d)})`})::text`,
      (p, d) => this.#composite(p) ?? `overlay(${this.make('text', p, d)} placing 'x' from 1)`,
      (p, d) => `xmlserialize(content xmlelement(name e, xmlattributes(${this.make('text', p, d)} as a), ${this.make('text', p, d)}) as text)`,
      (p, d) => `xmlconcat(xmlelement(name a, ${this.make('text', p, d)}), xmlpi(name php, 'x'))::text`,
      (p, d) => `xmlroot(xmlparse(document '<a>' || length(${this.make('text', p, d)}) || '</a>'), version '1.0')::text`,
      (p, d) => `xmlforest(${this.make('text', p, d)} as a, ${this.make('int', p, d)} as b)::text`,
      (p, d) => (this.#knows(17) ? `json_serialize(json_object('k': ${this.make('text', p, d)}))` : `json_build_object('k', ${this.make('text', p, d)})::text`),
      (p, d) => (this.#knows(17) ? `json_value(${this.make('jsonb', p, d)}, '$.code')` : `quote_nullable(${this.make('text', p, d)})`),
      (p, d) => `make_interval(days => ${this.make('int', p, d)} % 100)::text`,
    ],
    bool: [
      (p, d) => this.#compare(p, d),
      (p, d) => this.#compare(p, d),
      (p, d) => `(${this.make('bool', p, d)} and ${this.make('bool', p, d)})`,
      (p, d) => `(${this.make('bool', p, d)} or ${this.make('bool', p, d)})`,
      (p, d) => `(not ${this.make('bool', p, d)})`,
      (p, d) => `(${this.any(p, d)} is ${this.choices.of(['null', 'not null'])})`,
      (p, d) => `(${this.make('bool', p, d)} is ${this.choices.of(['true', 'not true', 'false', 'not false', 'unknown', 'not unknown'])})`,
      (p, d) => this.#pair(plainKinds, (kind) => `(${this.make(kind, p, d)} is ${this.choices.of(['', 'not '])}distinct from ${this.make(kind, p, d)})`),
      (p, d) => this.#pair(plainKinds, (kind) => `(${this.make(kind, p, d)} ${this.choices.of(['', 'not '])}between ${this.choices.of(['', 'symmetric '])}${this.leaf(kind, p)} and ${this.leaf(kind, p)})`),
      (p, d) => this.#pair(plainKinds, (kind) => `(${this.make(kind, p, d)} ${this.choices.of(['', 'not '])}in (${this.leaf(kind, p)}, ${this.constant(kind)}, ${this.leaf(kind, p)}))`),
      (p, d) => this.#pair(plainKinds, (kind) => `(${this.make(kind, p, d)} ${this.choices.of(['', 'not '])}in (${this.#subqueries.query(kind, p, d, false)}))`),
      (p, d) => this.#pair(plainKinds, (kind) => `(${this.make(kind, p, d)} ${this.choices.of(['=', '<>', '<'])} ${this.choices.of(['any', 'all'])} (${this.#subqueries.query(kind, p, d, false)}))`),
      (p, d) => `exists (${this.#subqueries.query('int', p, d, false)})`,
      (p, d) => `(${this.make('text', p, d)} = ${this.choices.of(['any', 'all'])} (${this.make('texts', p, d)}))`,
      (p, d) => `(${this.make('text', p, d)} ${this.choices.of([`like '%q%'`, `not like 'X%'`, `ilike '%x'`, `not ilike 'z%'`, `similar to '%(q|w)%'`, `not similar to 'q+'`, `~ '^[a-m]'`, `!~* 'q'`])})`,
      (p, d) => `(${this.make('jsonb', p, d)} @> '{"a": 1}')`,
      (p, d) => `(${this.make('jsonb', p, d)} ? 'of')`,
      (p, d) => `(${this.make('texts', p, d)} && ${this.make('texts', p, d)})`,
      (p, d) => `((${this.make('int', p, d)}, ${this.make('text', p, d)}) ${this.choices.of(['=', '<', '<>'])} (${this.make('int', p, d)}, ${this.make('text', p, d)}))`,
      (p, d) => `((${this.make('date', p, d)}, ${this.make('date', p, d)}) overlaps (date '1840-01-01', date '1870-01-01'))`,
      (p, d) => `(xmlelement(name e, ${this.make('text', p, d)}) is document)`,
      (p, d) => `starts_with(${this.make('text', p, d)}, 'q')`,
      (p, d) => (this.#knows(16) ? `((${this.make('jsonb', p, d)})::text is ${this.choices.of(['json', 'json object', 'not json array'])})` : `(${this.make('text', p, d)} ^@ 'q')`),
      (p, d) => (this.#knows(17) ? `json_exists(${this.make('jsonb', p, d)}, '$.code')` : `jsonb_path_exists(${this.make('jsonb', p, d)}, '$.code')`),
      (p, d) => `((${this.any(p, d)}, ${this.any(p, d)}) is not null)`,
    ],
    date: [
      (p, d) => `(${this.make('ts', p, d)})::date`,
      (p, d) => `(${this.make('date', p, d)} + ${this.choices.of(['1', '365', '-30'])})`,
      (p, d) => `date_trunc('month', ${this.make('ts', p, d)})::date`,
      (p, d) => `(date '2000-01-01' + ${this.make('int', p, d)} % 1000)`,
      (p, d) => `make_date(1900 + abs(${this.make('int', p, d)} % 90), 2, 3)`,
    ],
    ts: [
      (p, d) => `(${this.make('date', p, d)})::timestamp`,
      (p, d) => `(${this.make('ts', p, d)} + interval '1 day')`,
      (p, d) => `date_trunc('year', ${this.make('ts', p, d)})`,
      (p, d) => `(timestamp '2020-01-01' + make_interval(days => ${this.make('int', p, d)} % 1000))`,
      (p, d) => `((${this.make('ts', p, d)} at time zone 'UTC') at time zone 'Asia/Tokyo')`,
    ],
    jsonb: [
      (p, d) => `to_jsonb(${this.any(p, d)})`,
      (p, d) => `jsonb_build_object('k', ${this.any(p, d)}, 'email', ${this.any(p, d)})`,
      (p, d) => `jsonb_build_array(${this.any(p, d)}, ${this.any(p, d)})`,
      (p, d) => `(${this.make('jsonb', p, d)} -> ${this.choices.of([`'code'`, `'of'`, '0', `'email'`])})`,
      (p, d) => `(${this.make('jsonb', p, d)} #> '{of}')`,
      (p, d) => `(jsonb_build_object('k', ${this.make('int', p, d)}) || ${this.make('jsonb', p, d)})`,
      (p, d) => `row_to_json(${this.row(p) ?? `row(${this.any(p, d)})`})::jsonb`,
      (p, d) => `to_jsonb(${this.row(p) ?? this.any(p, d)})`,
      (p, d) => `jsonb_set(jsonb_build_object('a', 1), '{a}', coalesce(${this.make('jsonb', p, d)}, 'null'))`,
      (p, d) => `jsonb_strip_nulls(${this.make('jsonb', p, d)})`,
      (p, d) => `jsonb_path_query_first(${this.make('jsonb', p, d)}, '$.of')`,
      (p, d) => `array_to_json(${this.make('texts', p, d)})::jsonb`,
      (p, d) => (this.#knows(16) ? `json_object('k': ${this.any(p, d)}, 'l': ${this.make('text', p, d)} absent on null returning jsonb)` : `json_build_object('k', ${this.any(p, d)})::jsonb`),
      (p, d) => (this.#knows(16) ? `json_array(${this.any(p, d)}, ${this.make('text', p, d)} null on null returning jsonb)` : `json_build_array(${this.any(p, d)})::jsonb`),
      (p, d) => (this.#knows(16) ? `json_array(${this.#subqueries.query('text', p, d, false)} returning jsonb)` : `to_jsonb(${this.make('texts', p, d)})`),
      (p, d) => (this.#knows(17) ? `json_query(${this.make('jsonb', p, d)}, '$.of' with wrapper)` : `jsonb_path_query_array(${this.make('jsonb', p, d)}, '$.of')`),
      (p, d) => (this.#knows(17) ? this.choices.of([`json_scalar(${this.make('text', p, d)})::jsonb`, `json(${this.make('jsonb', p, d)}::text)::jsonb`]) : `to_jsonb(${this.make('text', p, d)})`),
    ],
    texts: [
      (p, d) => `array[${this.make('text', p, d)}, ${this.make('text', p, d)}]`,
      (p, d) => `string_to_array(${this.make('text', p, d)}, 'q')`,
      (p, d) => `array(${this.#subqueries.query('text', p, d, false)})`,
      (p, d) => `(${this.make('texts', p, d)} || ${this.make('text', p, d)})`,
      (p, d) => `(${this.make('texts', p, d)})[1:2]`,
      (p, d) => `array_append(${this.make('texts', p, d)}, ${this.make('text', p, d)})`,
      (p, d) => `regexp_split_to_array(${this.make('text', p, d)}, '[qx]')`,
      (p, d) => `array_remove(${this.make('texts', p, d)}, 'x')`,
    ],
    ints: [
      (p, d) => `array[${this.make('int', p, d)}, ${this.make('int', p, d)}]`,
      (p, d) => `array(${this.#subqueries.query('int', p, d, false)})`,
      (p, d) => `(${this.make('ints', p, d)} || ${this.make('int', p, d)})`,
      (p, d) => `(${this.make('ints', p, d)})[1:${String(this.choices.between(1, 3))}]`,
    ],
  } // prettier-ignore

  #pair(of: readonly Kind[], make: (kind: Kind) => string): string {
    return make(this.choices.of(of))
  }

  #compare(place: Place, depth: number): string {
    const kind = this.choices.of(kinds)
    const operator = this.choices.of(['=', '<>', '<', '<=', '>', '>='])
    return `(${this.make(kind, place, depth)} ${operator} ${this.make(kind, place, depth)})`
  }

  /** A field of a composite column, or of a whole row. */
  #composite(place: Place): string | undefined {
    if (place.grouped !== undefined) return undefined
    const users = place.ranges.filter(({ isUsers }) => isUsers === true)
    if (users.length > 0 && this.choices.percent(60)) {
      const hidden = this.allowed && this.choices.percent(50)
      if (hidden) this.touched += 1
      return `(${this.choices.of(users).alias}.${hidden ? 'contact' : 'home'}).${this.choices.of(['street', 'zip'])}`
    }
    const [alias, column] = this.choices.of([...this.#columns('text', place), ['', undefined] as const])
    if (column === undefined || !place.ranges.some((range) => range.alias === alias && range.hasRow)) return undefined
    if (column.isProtected) this.touched += 1
    return `(${alias}).${column.name}`
  }
}
