import type pg from 'pg'

/** What one row of a definition catalog says, privileges apart from the rest. */
export interface CatalogRow {
  readonly definition: string
  readonly privileges: string
}

/** Rows of one database, read by a connection of its own: everything that outlives a session. */
export interface DatabaseState {
  /** Relation name → key of the row → the row. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, string>>
  readonly sequences: ReadonlyMap<string, string>
  /** Catalog → key → row; only for catalogs that were read. */
  readonly catalogs: ReadonlyMap<string, ReadonlyMap<string, CatalogRow>>
  /** Catalog → a value that differs when any row was added, changed or removed. */
  readonly fingerprints: ReadonlyMap<string, string>
  readonly largeObjects: ReadonlyMap<string, string>
  /** Files that hold the relations: another one after TRUNCATE, CLUSTER and the like. */
  readonly storage: ReadonlyMap<string, string>
  readonly statistics: string
}

/** Reads definition catalogs and the rows of all user tables. */
export class DatabaseObserver {
  readonly #catalogs: readonly Catalog[]

  private constructor(catalogs: readonly Catalog[]) {
    this.#catalogs = catalogs
  }

  /** Learns the catalogs of this server version. */
  static async of(client: pg.Client): Promise<DatabaseObserver> {
    const { rows } = await client.query<Catalog>(catalogsSql)
    return new DatabaseObserver(rows)
  }

  /**
   * Reads the state. Catalogs whose fingerprint is the one of `known` are taken over from it; without `known`, all are
   * read. Only `session` can read its temporary tables.
   */
  async read(client: pg.Client, session?: pg.Client, known?: DatabaseState): Promise<DatabaseState> {
    const summary = await this.#summary(client)
    const changed = this.#catalogs.filter(
      ({ name }) => known?.fingerprints.get(name) !== summary.fingerprints.get(name),
    )
    const queries = changed.map((catalog) => catalogSql(catalog, known?.fingerprints.get(catalog.name)))
    const read = new Map(changed.map(({ name }): [string, Map<string, CatalogRow>] => [name, new Map()]))
    for (const [catalog, key, definition, privileges] of (await rowsOf(client, queries)) as CatalogAnswer[]) {
      const row = definition === null ? known?.catalogs.get(catalog)?.get(key) : { definition, privileges }
      if (row !== undefined) read.get(catalog)?.set(key, row)
    }
    const catalogs =
      changed.length === 0 && known !== undefined ? known.catalogs : new Map([...(known?.catalogs ?? []), ...read])
    const lasting = await contentsOf(client, `not (${isTemporary})`)
    const passing =
      session === undefined ? undefined : await contentsOf(session, 'n.oid = pg_catalog.pg_my_temp_schema()')
    const rows = new Map([...lasting.rows, ...(passing?.rows ?? [])])
    const sequences = new Map([...lasting.sequences, ...(passing?.sequences ?? [])])
    const storage = new Map([...lasting.storage, ...(passing?.storage ?? [])])
    return { rows, sequences, storage, catalogs, ...summary }
  }

  /** What fits into one question: fingerprints, large objects, statistics. */
  async #summary(client: pg.Client): Promise<Pick<DatabaseState, 'fingerprints' | 'largeObjects' | 'statistics'>> {
    const answers = await rowsOf(client, [
      ...this.#catalogs.map(({ name }) => `select 'catalog', '${name}', ${fingerprint} from pg_catalog.${name}`),
      largeObjectsSql,
      ...['pg_statistic', 'pg_statistic_ext_data'].map(
        (name) => `select 'statistics', '', ${fingerprint} from ${name}`,
      ),
    ])
    const of = (kind: string): [string, string][] =>
      answers.filter((row) => row[0] === kind).map(([, key, value]) => [key as string, value as string])
    return {
      fingerprints: new Map(of('catalog')),
      largeObjects: new Map(of('large object')),
      statistics: of('statistics').join(' '),
    }
  }
}

/** Differs when any row was added, changed or removed. */
const fingerprint = `count(*)::text || ' ' || coalesce(max(xmin::text::bigint), 0)`

/** Rows, sequences and storage of the relations in the schemas that the condition names. */
async function contentsOf(
  client: pg.Client,
  schemas: string,
): Promise<Pick<DatabaseState, 'rows' | 'sequences' | 'storage'>> {
  const relations = await rowsOf(client, [relationsSql(schemas)])
  const rows = new Map<string, Map<string, string>>()
  const sequences = new Map<string, string>()
  const storage = new Map<string, string>()
  const queries: string[] = []
  for (const [kind, id, name, quoted, file, hasId] of relations as [string, string, string, string, string, string][]) {
    storage.set(name, file)
    if (kind === 'S') {
      queries.push(`select 'S', '${id}', null, pg_catalog.concat(last_value, ' ', is_called) from ${quoted}`)
    } else if (kind !== 'x') {
      rows.set(name, new Map())
      // The output of a row runs no function of a user; making JSON of it would.
      const key = hasId === 'true' ? 'observed_row.id::text' : 'null'
      queries.push(
        `select 'r', '${id}', ${key}, pg_catalog.record_out(observed_row)::pg_catalog.text from only ${quoted} as observed_row`,
      )
    }
  }
  const names = new Map(relations.map(([, id, name]): [string, string] => [id as string, name as string]))
  for (const [kind, id, key, content] of (await rowsOf(client, queries)) as [string, string, string | null, string][]) {
    const name = names.get(id) ?? id
    if (kind === 'S') sequences.set(name, content)
    else addRow(rows.get(name) ?? new Map(), key ?? content, content)
  }
  return { rows, sequences, storage }
}

/** The key of a row is its `id`, or the row itself with the number of its equals before it. */
function addRow(rows: Map<string, string>, stem: string, content: string): void {
  let key = stem
  for (let copies = 1; rows.has(key); copies += 1) key = `${stem} #${String(copies)}`
  rows.set(key, content)
}

interface Catalog {
  readonly name: string
  readonly keys: readonly string[] | null
  readonly columns: readonly string[]
}

/** Catalogs that define nothing themselves, or that are observed in another way. */
const otherwiseObserved = ['pg_largeobject', 'pg_largeobject_metadata', 'pg_statistic', 'pg_statistic_ext_data']

/** Columns that maintenance changes without a change of meaning. */
const volatileColumns = [
  'relpages',
  'reltuples',
  'relallvisible',
  'relallfrozen',
  'relfrozenxid',
  'relminmxid',
  'relfilenode',
  'relhassubclass',
  'relispopulated',
  'indcheckxmin',
]

const privilegeColumns = /acl$|^relrowsecurity$|^relforcerowsecurity$|owner$/

const catalogsSql = `
select c.relname as name,
  (select array_agg(a.attname::text) from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
   where i.indrelid = c.oid and i.indisprimary) as keys,
  (select array_agg(a.attname::text order by a.attnum) from pg_attribute a
   where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
from pg_class c
where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'r' and not c.relisshared
  and c.relname <> all ('{${otherwiseObserved.join(',')}}') order by 1`

/** Without a definition: the row is as it was. */
type CatalogAnswer = [catalog: string, key: string, definition: string | null, privileges: string]

/** Reads the rows of a catalog; those that no transaction wrote since the fingerprint was taken, by their key alone. */
function catalogSql({ name, keys, columns }: Catalog, fingerprintBefore?: string): string {
  const newest = fingerprintBefore?.split(' ')[1] ?? '-1'
  const privileges = columns.filter((column) => privilegeColumns.test(column))
  const without = [...volatileColumns, ...privileges].map((column) => `'${column}'`).join(', ')
  const rights =
    privileges.length === 0 ? `''` : `concat_ws(' ', ${privileges.map((column) => `t.${column}::text`).join(', ')})`
  const isOfRight = name === 'pg_depend' ? `t.classid in (${rightCatalogs})` : 'false'
  const key = keys === null ? `md5(t::text)` : `concat_ws(' ', ${keys.map((column) => `t.${column}::text`).join(', ')})`
  const definition = `md5((to_jsonb(t) - array[${without}])::text)`
  const told = `case when t.xmin::text::bigint <= ${newest} then null when ${isOfRight} then '' else ${definition} end`
  return `select '${name}', ${key}, ${told}, concat(${isOfRight}, ${rights}) from pg_catalog.${name} as t`
}

/** What depends on something because it is a right belongs to that right, and not to a definition. */
const rightCatalogs = `'pg_policy'::regclass, 'pg_default_acl'::regclass`

const isTemporary = `pg_catalog.starts_with(n.nspname, 'pg_temp') or pg_catalog.starts_with(n.nspname, 'pg_toast')`

const relationsSql = (schemas: string): string => `
select case when c.relkind = 'S' then 'S' when c.relkind in ('r', 'm') and c.relispopulated then 'r' else 'x' end, c.oid::text,
  case when n.oid = pg_catalog.pg_my_temp_schema() then 'pg_temp' else n.nspname end || '.' || c.relname,
  pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname), c.relfilenode::text || ' ' || c.relispopulated,
  exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attname = 'id' and not a.attisdropped)::text
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm', 'S', 'i') and n.nspname not in ('pg_catalog', 'information_schema') and (${schemas})
order by c.oid`

const largeObjectsSql = `
select 'large object', m.oid::text, concat(md5(string_agg(l.data, '' order by l.pageno)), ' ', m.lomowner, ' ', m.lomacl)
from pg_largeobject_metadata m left join pg_largeobject l on l.loid = m.oid group by m.oid`

async function rowsOf(client: pg.Client, queries: readonly string[]): Promise<string[][]> {
  if (queries.length === 0) return []
  const text = queries.map((query) => `(${query})`).join('\nunion all\n')
  return (await client.query<string[]>({ text, rowMode: 'array' })).rows
}
