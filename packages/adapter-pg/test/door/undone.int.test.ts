import type { LocalPostgres } from '@bothkeys/local-postgres'
import { startPostgres } from '@bothkeys/local-postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { GovernedWorld } from '../masking/support/governed-world.js'

// On a cluster of its own: what ends in other databases of a server makes the door look at the whole catalog anyway.
describe('a table that hid another one, and was undone', () => {
  let server: LocalPostgres
  let owner: pg.Client
  let world: GovernedWorld

  beforeAll(async () => {
    server = await startPostgres({ settings: { autovacuum: 'off' } })
    owner = new pg.Client(server.url)
    await owner.connect()
    await owner.query("create table secrets (a text); insert into secrets values ('hidden')")
    world = await GovernedWorld.open(server.url, {
      allow: [{ target: 'db', duty: '*' }],
      policy: { deny: [{ id: 'no-secrets', target: 'db', duty: 'read', resource: 'table:public.secrets' }] },
    })
  })
  afterAll(async () => {
    await world.close()
    await owner.end()
    await server.stop()
  })

  it('stands for it no longer, also when a transaction that began later ended before', async () => {
    expect((await world.runAlone(['select a from secrets'])).code).toBe('42501')
    // So that its temporary schema stays on the path.
    await world.runAlone(['create temp table other (a text)'])
    const hidden = await world.runAlone(['begin', 'create temp table secrets (a text)'])
    expect(hidden.error).toBeUndefined()
    await owner.query('select pg_current_xact_id()')
    const { code, bytes } = await world.runAlone(['select a from secrets', 'rollback', 'select a from secrets'])
    expect([code, bytes.includes('hidden')]).toEqual(['42501', false])
  })
})
