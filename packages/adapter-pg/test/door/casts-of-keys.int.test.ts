import { afterEach, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errorField, errors, query, Wire } from './support/wire.js'

const seed = `create sequence public.calls;
  create type public.mood as enum ('a', 'b');
  create function public.number_of(public.mood) returns integer language plpgsql immutable security definer as $$ begin perform nextval('public.calls'); return 1; end $$;
  create cast (public.mood as integer) with function public.number_of(public.mood) as implicit;
  create table public.pk (id integer primary key); insert into public.pk values (1), (7);
  create table public.fk (m public.mood references public.pk (id)); insert into public.fk values ('a');
  create table public.top (id integer primary key); insert into public.top values (1), (7);
  create table public.low (m public.mood references public.top (id) on delete cascade on update cascade); insert into public.low values ('a');
  create table public.lone (id integer primary key); insert into public.lone values (1)`

const open: Governed[] = []

/** The check that adds a foreign key makes these casts, too. */
const calls = async (on: Governed): Promise<unknown> =>
  (await on.owner.query('select last_value from public.calls')).rows[0].last_value

describe('casts that checks of foreign keys make', () => {
  afterEach(async () => {
    for (const on of open.splice(0)) await on.close()
  })

  it('are calls of the change, on whichever side the cast is', async () => {
    const on = await governed({ seed, allow: [{ target: 'db', duty: ['read', 'write', 'delete'] }] })
    open.push(on)
    const wire = await Wire.open(on.target, await on.session())
    const before = await calls(on)
    for (const text of [
      'delete from public.pk where id = 7',
      'update public.pk set id = 8 where id = 7',
      'delete from public.top where id = 7',
      'update public.top set id = 9 where id = 7',
      "insert into public.fk values ('a')",
    ]) {
      const answer = await wire.ask(query(text))
      expect([text, errors(answer)]).toEqual([text, ['42501']])
      expect(errorField(answer, 'M')).toContain('public.number_of')
    }
    for (const text of ['insert into public.pk values (9)', 'delete from public.lone', 'select * from public.pk'])
      expect([text, errors(await wire.ask(query(text)))]).toEqual([text, []])
    expect(await calls(on)).toBe(before)
    await wire.end()
  })

  it('are calls of the definition that checks the rows that are there', async () => {
    const on = await governed({
      seed: `${seed}; create table public.fresh (m public.mood); insert into public.fresh values ('a');
        create table public.later (m public.mood); insert into public.later values ('a');
        alter table public.later add constraint later foreign key (m) references public.pk (id) not valid`,
      allow: [{ target: 'db', duty: ['read', 'define'] }],
    })
    open.push(on)
    const wire = await Wire.open(on.target, await on.session())
    const before = await calls(on)
    for (const text of [
      'alter table public.fresh add foreign key (m) references public.pk (id)',
      'alter table public.later validate constraint later',
      'alter table public.pk alter id type integer using id + 0',
    ])
      expect([text, errors(await wire.ask(query(text)))]).toEqual([text, ['42501']])
    const harmless = 'alter table public.lone add column more integer references public.pk (id)'
    expect(errors(await wire.ask(query(harmless)))).toEqual([])
    expect(await calls(on)).toBe(before)
    await wire.end()
  })
})
