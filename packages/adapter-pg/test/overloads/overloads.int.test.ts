import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { Analyst, readBuiltins, readCatalog, readSessionState } from '../battery/analyst.js'
import { Random } from '../soak/random.js'
import { scaled, seed } from '../soak/scale.js'
import { one } from './choices.js'
import { Sentences } from './sentences.js'
import { buildWorld, readWorld, type World } from './world.js'

const worlds = scaled(40)
const statements = scaled(5_000)

describe(`what runs of users' functions, operators, casts and comparisons (BOTHKEYS_SEED=${String(seed)})`, () => {
  const random = new Random(seed)
  const each = Array.from({ length: worlds }, (_, index) => ({ index, own: random.fork() }))

  it.each(each)(
    'is announced in world $index',
    async ({ own }) => {
      const { unannounced, figures } = await tryWorld(own)
      console.log(JSON.stringify(figures))
      expect(unannounced).toEqual([])
      // Otherwise the world has shown nothing.
      expect(figures.met).toBeGreaterThan(statements / 100)
    },
    900_000,
  )
})

interface Unannounced {
  readonly text: string
  /** What the server ran or was about to run, and no effect names. */
  readonly missing: readonly string[]
  readonly named: readonly string[]
}

async function tryWorld(
  random: Random,
): Promise<{ unannounced: Unannounced[]; figures: Record<string, number> & { met: number } }> {
  const { superuserUrl } = await freshDatabase()
  const client = new pg.Client({ connectionString: superuserUrl })
  await client.connect()
  try {
    const world = await peopled(client, random)
    const analyst = new Analyst(await readCatalog(client, await readBuiltins(client)), await readSessionState(client))
    const observe = await observer(client, world)
    const sentences = new Sentences(random, world)
    const unannounced = new Map<string, Unannounced>()
    const figures = { ran: 0, met: 0, opaque: 0, exact: 0 }
    for (let count = 0; count < statements; count += 1) {
      const text = sentences.statement()
      const said = await analyst.effectsOf(text).catch(() => undefined)
      if (said === undefined) continue
      const { observed, ran } = await observe(text)
      if (ran) figures.ran += 1
      if (observed.length === 0) continue
      figures.met += 1
      const isOpaque = said.missing.length > 0 || said.effects.some(({ duty }) => duty === 'opaque')
      if (isOpaque) figures.opaque += 1
      if (isOpaque) continue
      const executed = said.effects.filter(({ duty }) => duty === 'execute')
      const named = new Set(executed.map(({ resource }) => resource.replace(/^[a-z]+:/, '')))
      const missing = observed.filter((name) => !named.has(name))
      if (missing.length > 0) unannounced.set(missing.join(), { text, missing, named: [...named] })
      else if (named.size === observed.length) figures.exact += 1
    }
    return { unannounced: [...unannounced.values()], figures }
  } finally {
    await client.end()
  }
}

/** A world with views, in a session that plans in its own way. */
async function peopled(client: pg.Client, random: Random): Promise<World> {
  await buildWorld(client, random)
  const sentences = new Sentences(random, await readWorld(client))
  for (let count = 0; count < 30; count += 1)
    await client.query(`create view v${String(count)} as ${sentences.query(3).text}`).catch(() => undefined)
  await client.query(`set search_path = ${one(random, ['public', 'public', 'public', 'public, pg_catalog'])}`)
  for (const name of ['hashjoin', 'mergejoin', 'nestloop', 'hashagg', 'sort', 'memoize'])
    if (random.next() < 0.25) await client.query(`set enable_${name} = off`)
  return readWorld(client)
}

/** What each text runs: what says so while it runs, and what the server's own tree of the text calls. */
async function observer(
  client: pg.Client,
  { routines }: World,
): Promise<(text: string) => Promise<{ readonly observed: readonly string[]; readonly ran: boolean }>> {
  await client.query(`set statement_timeout = '2s'; set debug_print_rewritten = on; set debug_pretty_print = off;
    set client_min_messages = log`)
  const known = new Set(routines.values())
  const seen = new Set<string>()
  const note = (name: string | undefined): void => {
    if (name !== undefined && known.has(name)) seen.add(name)
  }
  client.on('notice', ({ message = '', detail = '' }) => {
    if (message.startsWith('ran ')) note(message.slice(4))
    if (!message.startsWith('rewritten parse tree')) return
    for (const [, id] of detail.matchAll(/:(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)/g))
      note(routines.get(Number(id)))
  })
  // A machine that stands still stops these, too, and leaves everything as it was.
  const surely = (text: 'begin' | 'rollback') => client.query(text).catch(() => client.query(text))
  return async (text) => {
    await surely('begin')
    seen.clear()
    const ran = await client.query(text).then(
      () => true,
      () => false,
    )
    const observed = [...seen]
    await surely('rollback')
    return { observed, ran }
  }
}
