import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errors, query, Wire } from './support/wire.js'

describe('what the server has in its own catalog', () => {
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: `create sequence counted; create view who as select rolname, rolconfig from pg_roles`,
      allow: [{ target: 'db', duty: 'read' }],
      deny: [
        { id: 'no-secret', target: 'db', duty: 'read', resource: 'setting:app.secret' },
        { id: 'no-place', target: 'db', duty: 'read', resource: 'sequence:public.counted' },
      ],
    })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(() => on.close())

  it.each([
    `select current_setting('app.secret', true)`,
    'select rolconfig from pg_roles',
    'select * from pg_user',
    'select r from pg_roles r',
    'table who',
    // A view reads what its query names.
    'select rolname from who',
    'select setconfig from pg_db_role_setting',
    'select last_value from counted',
    'select last_value from pg_sequences',
  ])('tells nothing that a rule denies to read: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
  })

  it.each(['select rolname, rolsuper from pg_roles', 'select sequencename from pg_sequences'])(
    'tells the rest: %s',
    async (text) => {
      expect(errors(await wire.ask(query(text)))).toEqual([])
    },
  )
})
