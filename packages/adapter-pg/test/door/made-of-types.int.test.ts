import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { errorField, errors, query, Wire } from './support/wire.js'

const function_ = (name: string, takes: string, gives: string, body: string): string =>
  `create function public.${name}(a ${takes}, b ${takes}) returns ${gives} language plpgsql immutable security definer as
    $$ begin perform nextval('public.calls'); ${body} end $$;`

// Whoever makes an operator class has to be a superuser.
const setUp = `create sequence public.calls; grant all on public.calls to public;
  create type public.color as enum ('r', 'g', 'b');
  create table public.t (id integer, c public.color); insert into public.t values (1, 'r'), (2, 'g'), (3, 'b');
  ${function_('arrays', 'public.color[]', 'integer', 'return 0;')}
  ${function_('same_array', 'public.color[]', 'boolean', 'return true;')}
  create operator public.=& (leftarg = public.color[], rightarg = public.color[], function = public.same_array);
  create operator public.<& (leftarg = public.color[], rightarg = public.color[], function = public.same_array);
  create operator class public.of_arrays default for type public.color[] using btree as
    operator 1 public.<&, operator 3 public.=&, function 1 public.arrays(public.color[], public.color[]);
  create table public.r (id integer, x text); insert into public.r values (1, 'a'), (2, 'b');
  ${function_('rows', 'public.r', 'integer', 'return 0;')}
  ${function_('same_row', 'public.r', 'boolean', 'return true;')}
  ${function_('other_row', 'public.r', 'boolean', 'return false;')}
  create operator public.=& (leftarg = public.r, rightarg = public.r, function = public.same_row,
    negator = operator(public.<>&));
  create operator public.<>& (leftarg = public.r, rightarg = public.r, function = public.other_row,
    negator = operator(public.=&));
  create operator public.<& (leftarg = public.r, rightarg = public.r, function = public.same_row);
  create operator class public.of_rows default for type public.r using btree as
    operator 1 public.<&, operator 3 public.=&, function 1 public.rows(public.r, public.r);
  create table public.tree (id integer, above integer); insert into public.tree values (1, null), (2, 1);
  grant all on all tables in schema public to public`

let on: Governed
let superuser: pg.Client
let wire: Wire

beforeAll(async () => {
  on = await governed({
    allow: [
      { target: 'db', duty: ['read', 'write', 'define'] },
      { target: 'db', duty: 'execute', resource: ['function:public.same_row', 'function:public.rows'] },
    ],
  })
  superuser = new pg.Client(on.superuserUrl)
  await superuser.connect()
  await superuser.query(setUp)
  wire = await Wire.open(on.target, await on.session())
})

afterAll(async () => {
  await wire.end()
  await superuser.end()
  await on.close()
})

async function calls(): Promise<unknown> {
  return (await superuser.query('select last_value, is_called from public.calls')).rows
}

async function expectNamed(text: string, name: string): Promise<void> {
  const before = await calls()
  const answers = await wire.ask(query(text))
  expect([text, errors(answers)]).toEqual([text, ['42501']])
  expect(errorField(answers, 'M')).toContain(`public.${name}`)
  expect(await calls()).toEqual(before)
}

describe('a default class for arrays or rows of a type', () => {
  it.each([
    ['select distinct array[c] from public.t', 'arrays'],
    ['select distinct array_agg(c) from public.t group by id', 'arrays'],
    ['select distinct r from public.r', 'other_row'],
    [
      `with recursive x(id) as (select id from public.tree union all select t.id from public.tree t, x where t.above = x.id)
        cycle id set m to public.r '(1,a)' default public.r '(2,b)' using p select id from x`,
      'other_row',
    ],
  ])('has its functions wherever one may be compared: %s', expectNamed)
})
