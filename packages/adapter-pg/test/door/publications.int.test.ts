import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errorField, errors, query, Wire } from './support/wire.js'

describe('a publication', () => {
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: 'create table users (id integer primary key, ssn text)',
      allow: [{ target: 'db', duty: ['read', 'define', 'grant'] }],
      deny: [
        { id: 'no-ssn', target: 'db', duty: 'read', resource: 'table:public.users', when: { columns: ['ssn'] } },
        { id: 'not-his', target: 'db', duty: 'grant', when: { grantees: ['mallory'] } },
      ],
    })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(() => on.close())

  it.each([
    'create publication p for table users',
    'create publication p for table users (id) where (ssn is null)',
    'create publication p for tables in schema public',
    'create publication p for all tables',
    'alter publication p add table users',
  ])('sends nothing out that a rule denies to read: %s', async (text) => {
    // The server, too, may refuse it; here it is the rule.
    expect(errorField(await wire.ask(query(text)), 'M')).toContain('no-ssn')
    expect((await on.owner.query('select 1 from pg_publication')).rows).toEqual([])
  })

  it.each([
    'alter table users owner to mallory',
    'reassign owned by current_user to mallory',
    'grant all on users to public, mallory',
  ])('and no object goes to whom a rule denies it: %s', async (text) => {
    expect(errors(await wire.ask(query(text)))).toEqual(['42501'])
  })
})
