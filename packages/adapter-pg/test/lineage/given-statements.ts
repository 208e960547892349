import { Choices } from '../masking/support/choices.js'

/** Relations and their columns of text. What is in `sinks` may be written to. */
const columns: Readonly<Record<string, readonly string[]>> = {
  p: ['a', 'b', 'c'],
  q: ['d', 'e', 'f'],
  r: ['k', 'g'],
  s: ['k', 'h'],
  base: ['m', 'n'],
  child: ['m', 'n', 'o'],
  parts: ['w', 'v'],
  trig: ['t', 'u'],
  ruled: ['x'],
  chk: ['z1', 'z2'],
  pv: ['va', 'vb'],
  pq: ['pa', 'qe'],
}

const sinks: Readonly<Record<string, readonly string[]>> = {
  p: ['a', 'b', 'c'],
  q: ['d', 'e'],
  r: ['g', 'k'],
  s: ['h'],
  base: ['m', 'n'],
  child: ['m', 'o'],
  parts: ['v'],
  trig: ['t'],
  ruled: ['x'],
  chk: ['z1', 'z2'],
  pv: ['va', 'vb'],
}

/** Values that the rows have; literals of statements are among them, or are nowhere else. */
export const pool: readonly string[] = Array.from({ length: 8 }, (_, index) => `k${String(index)}`)

/** No row of `trig` has the same value twice, as by chance several would: a condition on one column would choose the other. */
export const givenStructure = `
create table p (id serial primary key, a text, b text, c text);
create table q (id serial primary key, d text, e text, f text generated always as (d || '') stored);
create table r (k text primary key, g text);
create table s (k text references r on update cascade, h text);
create table base (m text, n text);
create table child (o text) inherits (base);
create table parts (w text, v text) partition by list (w);
create table parts_one partition of parts for values in ('k0', 'k1', 'k2', 'k3');
create table parts_rest partition of parts default;
create table trig (t text, u text);
create table logged (y text);
create table ruled (x text);
create table chk (z1 text, z2 text, check (z1 = z2));
create function copied() returns trigger language plpgsql as 'begin new.u := new.t; return new; end';
create rule ruled_too as on insert to ruled do also insert into logged values (new.x);
create view pv as select id, a as va, b as vb from p;
create view pq as select p.a as pa, q.e as qe from p join q on p.b = q.e;
select setseed(0.5);
insert into p (a, b, c) select 'k' || (random() * 7)::int, 'k' || (random() * 7)::int, 'k' || (random() * 7)::int from generate_series(1, 16);
insert into q (d, e) select 'k' || (random() * 7)::int, 'k' || (random() * 7)::int from generate_series(1, 16);
insert into r select 'k' || i, 'k' || (random() * 7)::int from generate_series(0, 7) i;
insert into s select 'k' || (random() * 7)::int, 'k' || (random() * 7)::int from generate_series(1, 16);
insert into base select 'k' || (random() * 7)::int, 'k' || (random() * 7)::int from generate_series(1, 16);
insert into child select 'k' || (random() * 7)::int, 'k' || (random() * 7)::int, 'k' || (random() * 7)::int from generate_series(1, 16);
insert into parts select 'k' || (random() * 7)::int, 'k' || (random() * 7)::int from generate_series(1, 16);
insert into chk select 'k' || i, 'k' || i from generate_series(0, 7) i;
insert into trig select 'k' || i % 8, 'k' || (3 * i + 1) % 8 from generate_series(0, 15) i;
create trigger copied before insert or update on trig for each row execute function copied();
insert into ruled select 'k' || (random() * 7)::int from generate_series(1, 16);
`

/** A column in sight. */
type Sight = readonly string[]

/** Statements that write, with values that are compared, passed on and given; the same for the same seed. */
export class GivenStatements {
  readonly #choices: Choices
  #aliases = 0
  #fresh = 0

  constructor(seed: number) {
    this.#choices = new Choices(seed)
  }

  next(): string {
    this.#aliases = 0
    const make = this.#choices.of([this.#insert, this.#insert, this.#update, this.#update, this.#merge, this.#conflict, this.#chained]) // prettier-ignore
    return make()
  }

  #of = <Item>(items: readonly Item[]): Item => this.#choices.of(items)

  #alias(): string {
    this.#aliases += 1
    return `t${String(this.#aliases)}`
  }

  #literal(): string {
    if (this.#choices.percent(50)) return `'${this.#of(pool)}'`
    this.#fresh += 1
    return this.#choices.percent(10) ? `'n${String(this.#fresh)}'::text` : `'n${String(this.#fresh)}'`
  }

  #from(): { readonly sql: string; readonly sight: Sight } {
    const alias = this.#alias()
    const name = this.#of(Object.keys(columns))
    const sight = (columns[name] ?? []).map((column) => `${alias}.${column}`)
    if (this.#choices.percent(60)) return { sql: `${name} ${alias}`, sight }
    const outer = this.#alias()
    const list = [...sight.map((column, index) => `${column} as x${String(index)}`), `${this.#value(sight, 0)} as y`]
    const sql = `(select ${list.join(', ')} from ${name} ${alias} where ${this.#condition(sight, 1)}) ${outer}`
    return { sql, sight: [...sight.map((_, index) => `${outer}.x${String(index)}`), `${outer}.y`] }
  }

  #joined(): { readonly sql: string; readonly sight: Sight } {
    const [left, right] = [this.#from(), this.#from()]
    const sight = [...left.sight, ...right.sight]
    if (this.#choices.percent(40)) return left
    const condition = this.#choices.percent(70)
      ? `${this.#of(left.sight)} = ${this.#of(right.sight)}`
      : this.#condition(sight, 1)
    return { sql: `${left.sql} join ${right.sql} on ${condition}`, sight }
  }

  #value(sight: Sight, depth: number): string {
    const column = (): string => (sight.length === 0 ? this.#literal() : this.#of(sight))
    switch (this.#choices.upTo(depth > 0 ? 8 : 3)) {
      case 0:
      case 1:
        return column()
      case 2:
      case 3:
        return this.#literal()
      case 4:
        return `coalesce(nullif(${column()}, ${this.#literal()}), ${this.#literal()})`
      case 5:
        return `case when ${this.#condition(sight, depth - 1)} then ${column()} else ${this.#value(sight, 0)} end`
      case 6:
        return `lower(${column()})`
      case 7:
        return `(${column()} || '')`
      default: {
        const { sight: inner, sql } = this.#from()
        return `(select ${this.#of(inner)} from ${sql} where ${this.#condition([...inner, ...sight], depth - 1)} limit 1)`
      }
    }
  }

  #condition(sight: Sight, depth: number): string {
    const column = (): string => (sight.length === 0 ? this.#literal() : this.#of(sight))
    switch (this.#choices.upTo(depth > 0 ? 13 : 6)) {
      case 0:
      case 1:
        return `${column()} = ${this.#literal()}`
      case 2:
        return `${column()} = ${column()}`
      case 3:
        return `${column()} in (${this.#literal()}, ${column()})`
      case 4:
        return `${column()} like ${this.#literal()}`
      case 5:
        return `${this.#literal()} = any (array[${column()}, ${this.#literal()}])`
      case 6:
        return `(${column()}, ${column()}) = (${this.#literal()}, ${column()})`
      case 7:
      case 8:
        return `(${this.#condition(sight, depth - 1)} and ${this.#condition(sight, depth - 1)})`
      case 9:
        return `(${this.#condition(sight, depth - 1)} or ${this.#condition(sight, depth - 1)})`
      case 10:
        return `not ${this.#condition(sight, depth - 1)} is true`
      case 11: {
        const { sight: inner, sql } = this.#from()
        return `exists (select 1 from ${sql} where ${this.#condition([...inner, ...sight], depth - 1)})`
      }
      case 12: {
        const { sight: inner, sql } = this.#from()
        return `${column()} in (select ${this.#of(inner)} from ${sql} where ${this.#condition(inner, depth - 1)})`
      }
      default:
        return `${this.#value(sight, depth - 1)} between ${this.#literal()} and ${this.#value(sight, depth - 1)}`
    }
  }

  #sink(): { readonly name: string; readonly into: readonly string[] } {
    const name = this.#of(Object.keys(sinks))
    const all = sinks[name] ?? []
    const from = this.#choices.upTo(all.length - 1)
    return { name, into: this.#choices.percent(50) ? all : all.slice(from, from + 1) }
  }

  #insert = (): string => {
    const { into, name } = this.#sink()
    const head = `insert into ${name} (${into.join(', ')})`
    if (this.#choices.percent(50)) {
      const row = (): string => `(${into.map(() => this.#value([], 1)).join(', ')})`
      return `${head} values ${row()}, ${row()}`
    }
    const { sight, sql } = this.#joined()
    const arm = (): string =>
      `select ${into.map(() => this.#value(sight, 1)).join(', ')} from ${sql} where ${this.#condition(sight, 2)}`
    return `${head} ${arm()}${this.#choices.percent(20) ? ` union ${arm()}` : ''}`
  }

  #update = (): string => {
    const { into, name } = this.#sink()
    const alias = this.#alias()
    const own = (columns[name] ?? []).map((column) => `${alias}.${column}`)
    const other = this.#choices.percent(50) ? this.#joined() : undefined
    const sight = [...own, ...(other?.sight ?? [])]
    const set = into.map((column) => `${column} = ${this.#value(sight, 1)}`).join(', ')
    const from = other === undefined ? '' : ` from ${other.sql}`
    return `update ${name} ${alias} set ${set}${from} where ${this.#condition(sight, 2)}`
  }

  #merge = (): string => {
    const alias = this.#alias()
    const name = this.#of(['p', 'q', 'base', 'trig'])
    const into = sinks[name] ?? []
    const own = (columns[name] ?? []).map((column) => `${alias}.${column}`)
    const { sight, sql } = this.#from()
    const all = [...own, ...sight]
    const set = into.map((column) => `${column} = ${this.#value(all, 1)}`).join(', ')
    const values = into.map(() => this.#value(sight, 1)).join(', ')
    return `merge into ${name} ${alias} using ${sql} on ${this.#of(own)} = ${this.#of(sight)} and ${this.#condition(all, 1)} when matched then update set ${set} when not matched then insert (${into.join(', ')}) values (${values})`
  }

  #conflict = (): string => {
    const value = this.#value(['excluded.k', 'excluded.g', 'r.g', 'r.k'], 1)
    const where = this.#condition(['excluded.g', 'r.g', 'excluded.k'], 1)
    return `insert into r (k, g) values ('${this.#of(pool)}', ${this.#literal()}) on conflict (k) do update set ${this.#of(['g', 'k'])} = ${value} where ${where}`
  }

  #chained = (): string => {
    const column = this.#of(['a', 'b'])
    const first = `update p set ${column} = ${this.#value(['p.c', 'p.a'], 1)} where ${this.#condition(['p.a', 'p.b'], 1)} returning ${column} as x, c as y`
    const { into, name } = this.#sink()
    const values = into.map(() => this.#value(['w.x', 'w.y'], 1)).join(', ')
    return `with w as (${first}) insert into ${name} (${into.join(', ')}) select ${values} from w where ${this.#condition(['w.x', 'w.y'], 1)}`
  }
}
