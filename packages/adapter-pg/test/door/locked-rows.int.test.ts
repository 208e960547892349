import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { writing } from './support/policy.js'
import { errors, query, types, Wire } from './support/wire.js'

describe('a SELECT that locks rows', () => {
  let on: Governed
  let wire: Wire

  beforeAll(async () => {
    on = await governed({
      seed: `create table called (what text);
        create function told() returns boolean language plpgsql as
          $$ begin insert into called values ('policy'); return true; end $$;
        create table guarded (id integer);
        insert into guarded values (1);
        create view shown as select id from guarded;
        create view locked as select id from guarded for share;
        alter table guarded enable row level security;
        alter table guarded force row level security;
        create policy seen on guarded for select using (true);
        create policy changed on guarded for update using (told())`,
      allow: writing,
    })
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(() => on.close())

  it.each(['update', 'no key update', 'share', 'key share'])(
    'FOR %s runs no function of a policy for UPDATE without leave',
    async (strength) => {
      for (const name of ['guarded', 'shown']) {
        expect(errors(await wire.ask(query(`select id from ${name} for ${strength}`)))).toEqual(['42501'])
      }
      expect((await on.owner.query('select from called')).rowCount).toBe(0)
    },
  )

  it('counts where it stands in a view', async () => {
    expect(errors(await wire.ask(query('select id from locked')))).toEqual(['42501'])
    expect((await on.owner.query('select from called')).rowCount).toBe(0)
  })

  it('is allowed where it locks nothing, as it is where no policy runs a function', async () => {
    expect(types(await wire.ask(query('select id from guarded')))).toBe('TDCZ')
    expect((await on.owner.query('select from called')).rowCount).toBe(0)
  })
})
