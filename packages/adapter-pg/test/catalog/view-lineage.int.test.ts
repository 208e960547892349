import { readFile } from 'node:fs/promises'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { columnOrigins, readOrigins } from '../../src/analyzer/column-origins.js'
import type { RelationColumn } from '../../src/analyzer/view-lineage.js'
import { buildBuiltins, buildCatalog } from '../../src/catalog/build-catalog.js'
import { catalogQueries } from '../../src/catalog/queries.js'
import type { CatalogSnapshot, Relation } from '../../src/catalog/snapshot.js'
import { storedUseSql, storedUsePattern, storedUseTokens } from '../../src/catalog/stored-use-sql.js'
import { storedQuery } from '../../src/catalog/view-columns.js'
import { type BaseColumn, baseColumns, fill, quoted } from './support/canaries.js'
import { viewLine, viewsOf } from './support/view-lines.js'
import { viewCases } from './view-cases.js'

const seeds = process.env['BOTHKEYS_SOAK'] === '1' ? 100 : 2

let client: pg.Client
let catalog: CatalogSnapshot
let views: readonly Relation[]

async function rowsOf(text: string): Promise<readonly (readonly (string | null)[])[]> {
  const { rows } = await client.query<(string | null)[]>({ text, rowMode: 'array' })
  return rows
}

beforeAll(async () => {
  const database = await freshDatabase()
  client = new pg.Client(database.url)
  await client.connect()
  await client.query(await readFile(new URL('fixtures/views.sql', import.meta.url), 'utf8'))
  const answer = async (text: string): Promise<string> => (await rowsOf(text))[0]?.[0] ?? ''
  catalog = buildCatalog(buildBuiltins(await answer(catalogQueries.builtin)), await answer(catalogQueries.user))
  // What shows the server's own catalogs changes by itself.
  views = viewsOf(catalog).filter(({ name }) => name !== 'v_stats' && name !== 'v_catalog')
})
afterAll(() => client.end())

describe('views of this server', () => {
  it('say where their columns come from', () => {
    const lines = Object.fromEntries(views.map((view) => [view.name, viewLine(catalog, view)]))
    expect(lines).toEqual(viewCases)
  })

  it('use what the server says that they use', async () => {
    const told = await rowsOf(
      `select ev_action::text, ${storedUseSql('ev_action')} from pg_rewrite, ${storedUsePattern} where ev_type = '1'`,
    )
    expect(told.length).toBeGreaterThan(150)
    for (const [tree, tokens] of told) {
      expect(new Set(storedUseTokens(tree ?? ''))).toEqual(new Set(tokens as unknown as readonly string[]))
    }
  })

  it('are all understood, those of the server itself included', async () => {
    const safe = { call: () => true, column: () => true }
    const trees = await rowsOf(
      `select c.relnatts::text, r.ev_action::text from pg_rewrite r join pg_class c on c.oid = r.ev_class where r.ev_type = '1'`,
    )
    expect(trees.map(([count, tree]) => [count, storedQuery(tree ?? '', safe).columns.length])).toEqual(
      trees.map(([count]) => [count, Number(count)]),
    )
  })

  describe('that are long', () => {
    let found: CatalogSnapshot
    let crowded: CatalogSnapshot

    beforeAll(async () => {
      const columns = (count: number): string =>
        Array.from({ length: count }, (_, index) => `id || '${'x'.repeat(200)}' as c${String(index)}`).join(', ')
      const answer = async (text: string): Promise<string> => (await rowsOf(text))[0]?.[0] ?? ''
      const builtins = buildBuiltins(await answer(catalogQueries.builtin))
      await client.query('begin')
      await client.query(`create view long_one as select ${columns(500)} from people`)
      found = buildCatalog(builtins, await answer(catalogQueries.user))
      for (let index = 0; index < 110; index += 1) {
        await client.query(`create view one_of_many_${String(index)} as select ${columns(170)} from people`)
      }
      crowded = buildCatalog(builtins, await answer(catalogQueries.user))
      await client.query('rollback')
    })

    it('come without their text', () => {
      const long = found.relation('public', 'long_one')
      const people = found.relation('public', 'people')
      if (long === undefined || people === undefined) throw new Error('they are not there')
      expect(long.queryTree).toBeUndefined()
      expect(long.query?.relations).toContain(people.id)
      expect(readOrigins(found, long).elsewhere).toContainEqual({ relation: people.id, column: 'id' })
    })

    it('come without it where all of them would be too much, and the short ones with it', () => {
      const bytes = viewsOf(crowded).map(({ queryTree }) => queryTree?.length ?? 0)
      const sum = bytes.reduce((one, other) => one + other)
      expect(sum).toBeGreaterThan(12 * 1024 * 1024)
      expect(sum).toBeLessThanOrEqual(16 * 1024 * 1024)
      const many = viewsOf(crowded).filter(({ name }) => name.startsWith('one_of_many'))
      expect(many.some(({ queryTree }) => queryTree === undefined)).toBe(true)
      const people = crowded.relation('public', 'people')?.id ?? 0
      expect(many.every(({ query }) => query?.relations.includes(people))).toBe(true)
      expect(crowded.relation('public', 'v_plain')?.queryTree).toBeDefined()
    })
  })
})

describe('a value that a view gives', () => {
  /** Rows of each view as texts; undefined where reading it fails. */
  async function read(): Promise<ReadonlyMap<Relation, readonly (readonly (string | null)[])[] | undefined>> {
    const answers = new Map<Relation, readonly (readonly (string | null)[])[] | undefined>()
    for (const view of views) {
      const columns = [...view.columns.keys()].map((name) => `${quoted(name)}::text`)
      answers.set(view, await rowsOf(`select ${columns.join(', ')} from ${quoted(view.name)}`).catch(() => undefined))
    }
    return answers
  }

  function isFrom(sources: readonly RelationColumn[], { column, table }: BaseColumn): boolean {
    const base = catalog.relation('public', table)?.id
    return sources.some((source) => source.relation === 0 || (source.relation === base && source.column === column))
  }

  it('changes only with columns that it is said to be made of', async () => {
    const wrong: string[] = []
    const claims = new Set<string>()
    const seen = new Set<string>()
    for (let seed = 0; seed < seeds; seed += 1) {
      await fill(client, seed)
      const before = await read()
      for (const changed of baseColumns) {
        await fill(client, seed, changed)
        const after = await read()
        for (const view of views) {
          const [one, other] = [before.get(view), after.get(view)]
          const claim = `${view.name} ${changed.table}.${changed.column}`
          const names = [...view.columns.keys()]
          const made = names.map((name) => isFrom(columnOrigins(catalog, view, name).sources, changed))
          const isElsewhere = isFrom(readOrigins(catalog, view).elsewhere, changed)
          const isUnknown = isFrom(readOrigins(catalog, view).elsewhere, { table: '', column: '' })
          const others = (rows: typeof one): string =>
            (rows ?? [['failed']])
              .map((row) => JSON.stringify(row.filter((_, index) => made[index] !== true)))
              .toSorted()
              .join('\n')
          if (!isElsewhere && others(one) !== others(other)) wrong.push(claim)
          if (isUnknown || (!isElsewhere && !made.includes(true))) continue
          claims.add(claim)
          if (JSON.stringify(one) !== JSON.stringify(other)) seen.add(claim)
        }
      }
    }
    expect([...new Set(wrong)]).toEqual([])
    // Most of what is said to tell of a column does.
    const unseen = [...claims].filter((claim) => !seen.has(claim))
    expect(claims.size).toBeGreaterThan(150)
    expect(unseen.length).toBeLessThan(claims.size / 5)
  }, 1_800_000)

  it('is one of a column where it is said to be plain', async () => {
    await fill(client, 1)
    const answers = await read()
    let plain = 0
    for (const view of views) {
      for (const [index, name] of [...view.columns.keys()].entries()) {
        const origins = columnOrigins(catalog, view, name)
        if (!origins.plain) continue
        const values = new Set<string | null>([null])
        for (const { relation: id, column } of origins.sources) {
          const relation = catalog.relations.get(id)
          if (relation === undefined || !relation.kind.endsWith('table')) continue
          const stored = await rowsOf(`select ${quoted(column)}::text from ${quoted(relation.name)}`)
          for (const [value] of stored) values.add(value ?? null)
        }
        plain += 1
        const given = (answers.get(view) ?? []).map((row) => row[index] ?? null)
        expect([view.name, given.filter((value) => !values.has(value))]).toEqual([view.name, []])
      }
    }
    expect(plain).toBeGreaterThan(60)
  })
})
