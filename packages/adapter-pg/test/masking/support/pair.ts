import { createDatabase } from '@bothkeys/local-postgres'
import { freshDatabase, testServer } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll } from 'vitest'
import { relations, rowsOf, structure } from './world.js'

/** What one run of some statements showed. */
export interface Outcome {
  readonly columns: number
  readonly rows: readonly (readonly (string | null)[])[]
  /** What COPY gave. */
  readonly copied: Buffer
  /** Everything that an error says, or undefined. */
  readonly error: string | undefined
  readonly notices: readonly string[]
  /** The unprotected columns of every table afterwards, in any order of the rows. */
  readonly state: readonly (string | null)[] | undefined
}

/** Two databases of one structure and one content, but for the protected values. */
export class Pair {
  readonly a: pg.Client
  readonly b: pg.Client

  readonly urls: readonly [string, string]
  readonly #missing: 'alike' | 'own'

  private constructor(a: pg.Client, b: pg.Client, urls: readonly [string, string], missing: 'alike' | 'own') {
    this.#missing = missing
    this.a = a
    this.b = b
    this.urls = urls
  }

  static async open(missing: 'alike' | 'own' = 'own', extra = ''): Promise<Pair> {
    const first = await freshDatabase()
    await once(first.url, [structure, extra, unattended])
    const second = await createDatabase(testServer().superuserUrl, `${first.name}_b`)
    afterAll(() => second.drop())
    // From a template: object ids are the same, so that nothing else differs.
    await once(testServer().superuserUrl, [
      `drop database "${second.name}"`,
      `create database "${second.name}" template "${first.name}" owner "${first.user}"`,
    ])
    const url = new URL(first.url)
    url.pathname = `/${second.name}`
    const [a, b] = await Promise.all([filled(first.url, 'a', missing), filled(url.href, 'b', missing)])
    afterAll(() => Promise.all([a.end(), b.end()]))
    return new Pair(a, b, [first.url, url.href], missing)
  }

  /** Fills both anew: what was taken back left room behind, and not as much in each. */
  async refill(): Promise<void> {
    await Promise.all([this.a, this.b].map((client, at) => fill(client, at === 0 ? 'a' : 'b', this.#missing)))
  }

  /** Runs the statements in both and takes back what they did. */
  async run(steps: readonly string[]): Promise<readonly [Outcome, Outcome]> {
    return Promise.all([outcome(this.a, steps), outcome(this.b, steps)])
  }
}

async function once(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) if (statement !== '') await client.query(statement)
  } finally {
    await client.end()
  }
}

/** Statistics that the server gathers when it comes to it, in one database before the other, make other plans. */
const unattended = `do $$ declare one regclass; begin
  for one in select oid from pg_class where relkind in ('r', 'm') and relnamespace = 'public'::regnamespace loop
    execute format('alter table %s set (autovacuum_enabled = false)', one);
  end loop;
end $$`

async function fill(client: pg.Client, world: 'a' | 'b', missing: 'alike' | 'own'): Promise<void> {
  await client.query('truncate orgs, users, orders, cards, mails, visits, people, staff, notes')
  for (const statement of rowsOf(world, missing).statements) await client.query(statement)
}

async function filled(url: string, world: 'a' | 'b', missing: 'alike' | 'own'): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await fill(client, world, missing)
  await client.query(`set statement_timeout = '5s'`)
  return client
}

/** Values as the server writes them. */
const asWritten = {
  getTypeParser: () => (value: string | Buffer) => value.toString(),
} as unknown as pg.CustomTypesConfig

const openColumns = relations
  .filter(({ writable, name }) => writable && name !== 'visits_north')
  .map(({ name, columns }) => {
    const open = columns.filter(({ isProtected }) => !isProtected).map((column) => `t.${column.name}`)
    const row = `row(${[...open, ...(name === 'users' ? ['t.home'] : [])].join(', ')})::text`
    return `(select string_agg(${row}, chr(10) order by ${row}) from only ${name} t)`.replace('only visits', 'visits')
  })
const stateQuery = `select ${openColumns.join(', ')}`

async function outcome(client: pg.Client, steps: readonly string[]): Promise<Outcome> {
  const notices: string[] = []
  const copied: Buffer[] = []
  const onNotice = ({ message = '' }: { readonly message?: string | undefined }): void => void notices.push(message)
  const onCopy = ({ chunk }: { readonly chunk: Buffer }): void => void copied.push(Buffer.from(chunk))
  const { connection } = client as unknown as { connection: NodeJS.EventEmitter }
  client.on('notice', onNotice)
  connection.on('copyData', onCopy)
  await client.query('begin')
  try {
    let columns = 0
    let rows: readonly (readonly (string | null)[])[] = []
    for (const text of steps) {
      const result = await client.query<(string | null)[]>({ text, rowMode: 'array', types: asWritten })
      columns = result.fields.length
      rows = result.rows
    }
    if (copied.length > 0) {
      rows = Buffer.concat(copied).toString().split('\n').slice(0, -1).map((line) => line.split('\t')) // prettier-ignore
      columns = rows[0]?.length ?? 0
    }
    const writes = steps.some((text) => /\b(insert|update|delete|merge)\b/.test(text))
    const state = writes ? (await client.query<(string | null)[]>({ text: stateQuery, rowMode: 'array' })).rows[0] : undefined // prettier-ignore
    return { columns, rows, copied: Buffer.concat(copied), error: undefined, notices, state }
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    const { code, message, detail, where } = error
    return {
      columns: 0,
      rows: [],
      copied: Buffer.alloc(0),
      error: [code, message, detail, where].join(' · '),
      notices,
      state: undefined,
    }
  } finally {
    await client.query('rollback')
    await client.query('deallocate all')
    client.off('notice', onNotice)
    connection.off('copyData', onCopy)
  }
}
