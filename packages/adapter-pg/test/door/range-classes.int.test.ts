import pg from 'pg'
import { afterEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errorField, errors, query, Wire } from './support/wire.js'

// Whoever makes an operator class has to be a superuser.
const setUp = `create sequence public.calls; grant all on public.calls to public;
  create function public.icmp(integer, integer) returns integer language plpgsql immutable security definer as
    $$ begin perform nextval('public.calls'); return case when $1 < $2 then -1 when $1 > $2 then 1 else 0 end; end $$;
  create operator class public.iops for type integer using btree as
    operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 public.icmp(integer, integer);
  create type public.own as range (subtype = integer, subtype_opclass = public.iops);
  create table public.kept (r public.own); insert into public.kept values ('[1,2]'), ('[3,4]'); grant all on public.kept to public`

const open: Governed[] = []

describe('a range whose bounds are compared by a class of its own', () => {
  afterEach(async () => {
    for (const on of open.splice(0)) await on.close()
  })

  it('runs the functions of that class wherever it is made or compared', async () => {
    const on = await governed({ seed: '', allow: [{ target: 'db', duty: ['read', 'write'] }] })
    open.push(on)
    const superuser = new pg.Client(on.superuserUrl)
    await superuser.connect()
    await superuser.query(setUp)
    const calls = async (): Promise<unknown> => (await superuser.query('select last_value from public.calls')).rows
    const before = await calls()
    const wire = await Wire.open(on.target, await on.session())
    for (const text of [
      "select '[1,2]'::public.own",
      'select r from public.kept order by r',
      'select 1 from public.kept where r && r',
      'select distinct r from public.kept',
      "update public.kept set r = '[1,5]'",
      "prepare q as select '[1,2]'::public.own",
    ]) {
      const answer = await wire.ask(query(text))
      expect([text, errors(answer)]).toEqual([text, ['42501']])
      expect(errorField(answer, 'M')).toContain('public.icmp')
    }
    expect(errors(await wire.ask(query("select pg_input_is_valid('[1,2]', 'public.own')")))).not.toEqual([])
    expect(errors(await wire.ask(query("select int4range(1, 2), '[1,2]'::int4range")))).toEqual([])
    expect(await calls()).toEqual(before)
    await superuser.end()
    await wire.end()
  })
})
