import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { reading } from './support/policy.js'
import { bind, errors, execute, parse, query, sync, types, Wire } from './support/wire.js'

describe('a parameter of a type that a user defined', () => {
  let on: Governed
  let wire: Wire
  let domain: number

  beforeAll(async () => {
    on = await governed({
      seed: `create table called (value integer);
        create function checked(integer) returns boolean language plpgsql as
          $$ begin insert into called values ($1); return true; end $$;
        create domain checked_int as integer check (checked(value))`,
      allow: reading,
    })
    const { rows } = await on.owner.query<{ id: number }>(`select 'checked_int'::regtype::oid::integer as id`)
    domain = rows[0]?.id ?? 0
    wire = await Wire.open(on.target, await on.session())
  })

  afterAll(() => on.close())

  it('is not bound without leave to run the checks of the type', async () => {
    expect(types(await wire.ask(parse('', 'select $1 is null', [23]), bind('', '', ['5']), execute(''), sync))).toBe(
      '12DCZ',
    )
    const answer = await wire.ask(parse('', 'select $1 is null', [domain]), bind('', '', ['5']), execute(''), sync)
    expect(errors(answer)).toEqual(['42501'])
    expect((await on.owner.query('select from called')).rowCount).toBe(0)
  })

  it('is not passed to a prepared statement either, whoever prepared it', async () => {
    expect(errors(await wire.ask(query('prepare known(checked_int) as select $1')))).toEqual([])
    expect(errors(await wire.ask(query('execute known(5)')))).toEqual(['42501'])
    expect((await on.owner.query('select from called')).rowCount).toBe(0)
  })
})
