import { createHash } from 'node:crypto'

/** The types of expressions that the generator makes. */
export type Kind = 'int' | 'num' | 'text' | 'bool' | 'date' | 'ts' | 'jsonb' | 'texts' | 'ints'

export interface WorldColumn {
  readonly name: string
  readonly kind: Kind
  readonly isProtected: boolean
}

export interface WorldRelation {
  readonly name: string
  readonly columns: readonly WorldColumn[]
  /** Whether INSERT, UPDATE, DELETE and MERGE may name it. */
  readonly writable: boolean
  /** Whether TABLESAMPLE may stand behind it. */
  readonly sampled: boolean
}

/** Spelled `name:kind`, with `!` behind what is protected. */
function relation(
  name: string,
  columns: string,
  options: { readonly writable?: boolean; readonly sampled?: boolean } = {},
): WorldRelation {
  return {
    name,
    columns: columns.split(' ').map((spelled) => {
      const [column = '', kind = ''] = spelled.replace('!', '').split(':')
      return { name: column, kind: kind as Kind, isProtected: spelled.endsWith('!') }
    }),
    writable: options.writable ?? false,
    sampled: options.sampled ?? false,
  }
}

const whole = { writable: true, sampled: true }

/** What queries are made over. Columns of types that the generator has no expressions for are left out. */
export const relations: readonly WorldRelation[] = [
  relation('orgs', 'id:int name:text budget:num founded:date active:bool', whole),
  relation(
    'users',
    'id:int org_id:int name:text email:text! ssn:text! salary:num! birth:date! secret:jsonb! tags:texts! age:int score:num joined:date seen:ts meta:jsonb labels:texts active:bool initials:text!',
    whole,
  ),
  relation('orders', 'id:int user_id:int total:num note:text placed:date items:jsonb status:text', whole),
  relation('cards', 'id:int user_id:int number:text! holder:text! brand:text ceiling:num', whole),
  relation('visits', 'id:int user_id:int ip:text! region:text seen:ts', whole),
  relation('visits_north', 'id:int user_id:int ip:text! region:text seen:ts', whole),
  relation('people', 'id:int name:text phone:text!', whole),
  relation('staff', 'id:int name:text phone:text! grade:int pin:int!', whole),
  relation('notes', 'id:int owner:text title:text body:text!', whole),
  relation('mails', 'id:int address:text! subject:text', whole),
  relation('rich', 'id:int name:text age:int'),
  relation('user_view', 'id:int name:text email:text! ssn_up:text! age:int'),
  relation('user_totals', 'org_id:int n:int top:num! years:int'),
  relation('user_mat', 'id:int name:text email:text! age:int'),
]

/** A column that nobody can write. */
export const generated = 'initials'

/** The columns that policies protect, as `schema.relation.column`. What views and partitions show of them follows. */
export const protectedColumns: readonly string[] = [
  ...['email', 'ssn', 'salary', 'birth', 'secret', 'tags', 'contact'].map((column) => `users.${column}`),
  'cards.number',
  'cards.holder',
  'visits.ip',
  'people.phone',
  'staff.pin',
  'notes.body',
  'mails.address',
].map((column) => `public.${column}`)

/** Everything but the rows. */
export const structure = `
create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create type address as (street text, zip text);
create table orgs (id integer primary key, name text, budget numeric, founded date, active boolean);
create table users (
  id integer primary key, org_id integer references orgs, name text,
  email text unique, ssn varchar(20), salary numeric(12, 2), birth date, secret jsonb, tags text[],
  age integer, score numeric, joined date, seen timestamp, meta jsonb, labels text[], active boolean,
  home address, contact address, initials text generated always as (left(email, 3)) stored,
  check (salary > 0));
create table orders (
  id integer primary key, user_id integer references users on delete cascade, total numeric, note text collate loose, placed date, items jsonb, status text);
create table cards (
  id integer primary key, user_id integer references users on delete cascade, number text, holder text collate "C", brand text,
  ceiling numeric);
create unique index on cards (brand) where holder < 'K' and ceiling > 1000000;
create table mails (id integer, address text references users (email) on delete cascade, subject text);
create table visits (id integer, user_id integer, ip text, region text, seen timestamp) partition by list (region);
create table visits_north partition of visits for values in ('north');
create table visits_rest partition of visits default;
create table people (id integer, name text, phone text collate "POSIX");
create table staff (grade integer, pin integer) inherits (people);
create table notes (id integer primary key, owner text, title text, body text);
alter table notes enable row level security;
alter table notes force row level security;
create policy own on notes using (owner = 'me' or body < 'K') with check (owner = 'me');
create view user_view as select id, name, email, upper(ssn) as ssn_up, age from users;
create view rich as select id, name, age from users where salary > 750000;
create view user_totals as
  select org_id, count(*)::int as n, max(salary) as top, sum(age)::int as years from users group by org_id;
create materialized view user_mat as select id, name, email, age from users with no data;
`

/** Rows of one of two worlds that differ in nothing but their protected values. */
export interface Rows {
  readonly statements: readonly string[]
  /** The protected values as PostgreSQL writes them, but for missing ones. */
  readonly canaries: readonly string[]
  /** The address of user 3. */
  readonly address: string
}

/**
 * Fills the tables. `world` chooses the protected values: their order, their repetitions and where they are missing. A policy
 * may show that a value is missing: `missing` is `alike` when that is the same in both worlds.
 */
export function rowsOf(world: 'a' | 'b', missing: 'alike' | 'own' = 'own'): Rows {
  const canaries: string[] = []
  const made = new Canaries(world, missing, canaries)
  const statements = [
    insert(
      'orgs',
      range(4).map((id) => [
        id,
        `org${String(id)}`,
        id * 250.5,
        `20${String(10 + id)}-03-0${String(id)}`,
        id % 2 === 0,
      ]),
    ),
    insert(
      'users',
      range(10).map((id) => userRow(id, made)),
    ),
    insert(
      'orders',
      range(14).map((id) => [
        id,
        1 + (id % 9),
        id * 12.25,
        id % 5 === 0 ? null : `note ${String(id % 4)}`,
        `2023-0${String(1 + (id % 8))}-11`,
        JSON.stringify({ n: id, of: ['x', `y${String(id % 3)}`] }),
        ['new', 'paid', 'sent'][id % 3] ?? null,
      ]),
    ),
    insert(
      'cards',
      range(8).map((id) => [
        id,
        1 + (id % 8),
        made.digits(`number${String(id)}`),
        made.text(`holder${String(id)}`),
        ['visa', 'amex'][id % 2] ?? null,
        id * 1000,
      ]),
    ),
    insert(
      'visits',
      range(10).map((id) => [
        id,
        1 + (id % 10),
        made.text(`ip${String(id)}`),
        ['north', 'south', 'east'][id % 3] ?? null,
        `2024-01-0${String(1 + (id % 9))} 10:00:00`,
      ]),
    ),
    insert(
      'mails',
      range(6).map((id) => [id, made.text(`email${String(1 + ((id + made.shift) % 10))}`), `subject ${String(id)}`]),
    ),
    insert(
      'people',
      range(3).map((id) => [id, `person${String(id)}`, made.text(`phone${String(id)}`)]),
    ),
    insert(
      'staff',
      range(4).map((id) => [
        10 + id,
        `staff${String(id)}`,
        made.text(`staff-phone${String(id)}`),
        id % 3,
        made.whole(`pin${String(id)}`),
      ]),
    ),
    `alter table notes no force row level security`,
    insert(
      'notes',
      range(6).map((id) => [id, id % 2 === 0 ? 'me' : 'you', `title ${String(id)}`, made.text(`body${String(id)}`)]),
    ),
    `alter table notes force row level security`,
    `refresh materialized view user_mat`,
  ]
  return { statements, canaries, address: made.text('email3') ?? '' }
}

function userRow(id: number, made: Canaries): readonly Cell[] {
  const of = (name: string): string => `${name}${String(id)}`
  return [
    id, 1 + (id % 4), `user${String(id % 7)}`,
    made.text(of('email')), made.repeated(of('ssn')), made.number(of('salary')), made.day(of('birth')),
    made.json(of('secret')), made.list(of('tags')),
    20 + ((id * 7) % 30), id * 3.5, `2021-0${String(1 + (id % 9))}-15`, `2024-02-0${String(1 + (id % 9))} 08:30:00`,
    JSON.stringify({ level: id % 3, nick: `n${String(id)}`, of: [id, id + 1] }), `{l${String(id % 3)},m${String(id)}}`, id % 3 !== 0,
    `("street ${String(id)}",z${String(id)})`, `(${made.text(of('contact'))},${made.text(of('zip'))})`,
  ] // prettier-ignore
}

type Cell = string | number | boolean | null

function insert(table: string, rows: readonly (readonly Cell[])[]): string {
  return `insert into ${table} values ${rows.map((row) => `(${row.map(literal).join(', ')})`).join(', ')}`
}

function literal(cell: Cell): string {
  return typeof cell === 'string' ? `'${cell.replaceAll("'", "''")}'` : String(cell)
}

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}

/** Values that occur nowhere else, the same in every run of one world. */
class Canaries {
  readonly #world: string
  readonly #missing: 'alike' | 'own'
  readonly #made: string[]

  constructor(world: string, missing: 'alike' | 'own', made: string[]) {
    this.#world = world
    this.#missing = missing
    this.#made = made
  }

  /** Puts links elsewhere in each world. */
  get shift(): number {
    return this.#world === 'a' || this.#missing === 'alike' ? 0 : 3
  }

  text(name: string): string | null {
    return this.#isMissing(name) ? null : this.#keep(letters(this.#hash(name), 18 + (this.#number(`${name}l`) % 9)))
  }

  /** One of two values in one world, of four in the other. */
  repeated(name: string): string | null {
    if (this.#isMissing(name)) return null
    return this.#keep(letters(this.#hash(`ssn${String(this.#number(name) % (this.#world === 'a' ? 2 : 4))}`), 18))
  }

  digits(name: string): string {
    return this.#keep(String(4_000_000_000_000_000 + (this.#number(name) % 999_999_999_999_999)))
  }

  whole(name: string): number {
    return Number(this.#keep(String(40_000_000 + (this.#number(name) % 9_999_999))))
  }

  number(name: string): number | null {
    if (this.#isMissing(name)) return null
    return Number(
      this.#keep(`${String(710_000 + (this.#number(name) % 89_999))}.${String(11 + (this.#number(`${name}c`) % 88))}`),
    )
  }

  day(name: string): string | null {
    if (this.#isMissing(name)) return null
    const at = this.#number(name)
    return this.#keep(`18${pad(30 + (at % 60))}-${pad(1 + (at % 12))}-${pad(10 + (at % 19))}`)
  }

  json(name: string): string | null {
    if (this.#isMissing(name)) return null
    const [inner, shape] = [this.#keep(letters(this.#hash(name), 22)), this.#number(`${name}s`) % 3]
    return JSON.stringify(
      shape === 0
        ? { code: inner }
        : shape === 1
          ? { code: inner, of: [this.#keep(letters(this.#hash(`${name}o`), 16))] }
          : [inner],
    )
  }

  list(name: string): string | null {
    if (this.#isMissing(name)) return null
    const size = this.#number(`${name}n`) % 4
    return `{${range(size)
      .map((at) => this.#keep(letters(this.#hash(`${name}${String(at)}`), 16)))
      .join(',')}}`
  }

  /** One of five. */
  #isMissing(name: string): boolean {
    const of = this.#missing === 'own' ? this.#world : 'both'
    return createHash('sha256').update(`${of} ${name} missing`).digest().readUInt16BE() % 5 === 0
  }

  #keep(value: string): string {
    this.#made.push(value)
    return value
  }

  #hash(name: string): Buffer {
    return createHash('sha256').update(`${this.#world} ${name}`).digest()
  }

  #number(name: string): number {
    return this.#hash(name).readUIntBE(0, 6)
  }
}

/** Letters of both cases in no word of SQL. */
function letters(bytes: Buffer, length: number): string {
  const alphabet = 'qxzjkvwQXZJKVWbgpBGP'
  return Array.from({ length }, (_, at) => alphabet[(bytes[at % bytes.length] ?? 0) % alphabet.length]).join('')
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
