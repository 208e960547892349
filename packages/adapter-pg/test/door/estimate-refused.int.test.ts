import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { Desk, holdOn } from './support/desk.js'
import type { PlanningGate } from './support/planning-gate.js'
import { planningGate } from './support/planning-gate.js'
import { shownOf } from './support/shown-estimate.js'

/**
 * `quiet` computes, so that the server may store what calls it; `loud` fails as soon as it runs. Of many of these a plain
 * read has no effect on the policy, because it surely goes without the function: planning refuses the table as a whole.
 */
const seed = `
  create function loud(int) returns int language plpgsql immutable as $$ begin raise exception 'it ran'; end $$;
  create function loud(int, int) returns boolean language plpgsql immutable as $$ begin raise exception 'it ran'; end $$;
  create function quiet(int) returns int language plpgsql immutable as $$ begin return $1; end $$;
  create function compared(int, int) returns int language plpgsql immutable as $$ begin return btint4cmp($1, $2); end $$;
  create table t (a int primary key, b int not null, c text);
  insert into t select n, n, 'x' from generate_series(1, 50) n;
  analyze t;
  create operator === (leftarg = int, rightarg = int, function = loud);
  create aggregate total (int) (sfunc = int4pl, stype = int, finalfunc = loud);
  create type pair as (x int, y int);
  create function of_pair(pair) returns int language sql immutable as 'select $1.x';
  create domain small as int check (quiet(value) < 1000);
  create domain preset as int default quiet(3);
  create type within as (s small);
  create table of_domain (a small);
  create table of_within (w within[]);
  create table of_preset (a int, p preset);
  create table checked (a int check (quiet(a) > 0));
  create table defaulted (a int, b int default quiet(7));
  create table generated (a int, b int generated always as (quiet(a)) stored);
  create table indexed (a int);
  create index on indexed (quiet(a));
  create table partly (a int);
  create index on partly (a) where quiet(a) > 0;
  create table excluded (a int, exclude using btree (quiet(a) with =));
  create table measured (a int, b int);
  create statistics of_quiet on quiet(a), b from measured;
  create table keyed (a int, b int) partition by list (quiet(a));
  create table keyed_one partition of keyed for values in (1);
  create table secured (a int);
  alter table secured enable row level security;
  create policy p on secured using (quiet(a) > 0);
  create table tenants (a int, tenant text);
  alter table tenants enable row level security;
  create policy p on tenants using (tenant = current_setting('app.tenant', true));
  create view seen as select a from t where quiet(a) > 0;
  create view above as select a from (select * from seen) s;
  create table ruled (a int);
  create rule r as on update to ruled do also select 1;
  create table parent (a int);
  create table child (check (quiet(a) > 0)) inherits (parent);
  create table changed_only (a int);
  create policy p on changed_only for update using (quiet(a) > 0);
  create table classed (a int);
  create table behind (a int);
  create policy p on behind for update using (exists (select 1 from classed k where k.a = behind.a));
  create table looked_up (a int, b int);
  create policy p on looked_up using (exists (select 1 from checked k where k.a = b));
  alter table looked_up enable row level security;
  create table fired (a int);
  create function fire() returns trigger language plpgsql as $$ begin return new; end $$;
  create trigger f before update on fired for each row when (loud(new.a, 1)) execute function fire();
  create table twice (a int);
  create function fire_twice() returns trigger language plpgsql as $$ begin return new; end $$;
  create function fire_twice(int, int) returns boolean language plpgsql immutable as $$ begin raise exception 'it ran'; end $$;
  create operator ==== (leftarg = int, rightarg = int, function = fire_twice);
  create trigger f before update on twice for each row execute function fire_twice();
`

describe('a held statement in whose reach a user’s function is', () => {
  let on: Governed
  let desk: Desk
  let gate: PlanningGate

  beforeAll(async () => {
    desk = await Desk.open()
    gate = planningGate()
    on = await governed({
      seed,
      reach: gate.reach,
      allow: [
        { target: 'db', duty: ['read', 'write', 'delete', 'define'], resource: 'table:*.*' },
        { target: 'db', duty: ['execute'], resource: 'function:*.*' },
        { target: 'db', duty: ['execute'], resource: 'function:pg_catalog.pg_sleep' },
        { target: 'db', duty: ['read'], resource: 'setting:app.tenant' },
        { target: 'db', duty: ['opaque'], resource: 'statement:function' },
      ],
      hold: [holdOn(['read', 'write', 'delete', 'opaque'])],
      approvers: [desk],
    })
  })

  beforeAll(async () => {
    const superuser = new pg.Client(on.superuserUrl)
    await superuser.connect()
    await superuser.query(`
      create operator class odd for type int using btree as
        operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 compared(int, int);
      create index on classed (a odd);
      create foreign data wrapper nowhere;
      create server nowhere foreign data wrapper nowhere;
      create foreign table elsewhere (a int) server nowhere;
      grant all on elsewhere to public`)
    await superuser.end()
  })

  afterAll(async () => {
    await on.close()
    await gate.close()
  })

  it.each([
    ['a function in a predicate', 'select a from t where a = loud(1)', 'untrusted-function'],
    ['a function in a value', 'update t set b = loud(1)', 'untrusted-function'],
    ['a function of an aggregate', 'select total(a) from t', 'untrusted-function'],
    ['an operator', 'select a from t where a === 1', 'untrusted-function'],
    [
      'an operator whose function a trigger’s condition has, too',
      'with x as (update fired set a = 1) select 1 from t where a === 2',
      'untrusted-function',
    ],
    [
      'an operator whose function has the name of a trigger’s',
      'with x as (update twice set a = 1) select 1 from t where a ==== 2',
      'untrusted-function',
    ],
    ['a trigger with a condition', 'update fired set a = 1', 'untrusted-function'],
    ['a function that has the name of a trigger’s', 'update twice set a = 1', 'untrusted-function'],
    ['a domain that is stored', 'insert into of_domain values (1)', 'untrusted-function'],
    ['a domain in a cast', 'select a from t where a = 1::small', 'untrusted-function'],
    ['a domain that is read', 'select a from of_domain', 'untrusted-function'],
    ['a domain in rows in an array', 'select 1 from of_within', 'untrusted-function'],
    ['a default of a domain', 'insert into of_preset (a) values (1)', 'untrusted-function'],
    ['a default that the statement does not need', 'select a from defaulted', 'untrusted-function'],
    ['a policy for other statements', 'select a from changed_only', 'untrusted-function'],
    ['an operator class of an index', 'select a from classed', 'untrusted-function'],
    ['a table behind a policy for other statements', 'select a from behind', 'untrusted-function'],
    ['a child that is left out', 'select a from only parent', 'untrusted-function'],
    ['a foreign table', 'select a from elsewhere', 'foreign'],
    ['a check', 'select a from checked where a = 1', 'untrusted-function'],
    ['a default', 'insert into defaulted (a) values (1)', 'untrusted-function'],
    ['a generated column', 'select a from generated', 'untrusted-function'],
    ['an index', 'select a from indexed where a = 1', 'untrusted-function'],
    ['a predicate of an index', 'select a from partly where a = 1', 'untrusted-function'],
    ['an exclusion', 'select a from excluded where a = 1', 'untrusted-function'],
    ['statistics', 'select a from measured where a = 1', 'untrusted-function'],
    ['a key of a partitioned table', 'select a from keyed', 'untrusted-function'],
    ['the key above a partition', 'insert into keyed_one values (1, 1)', 'untrusted-function'],
    ['a policy', 'select a from secured', 'untrusted-function'],
    ['a table behind a policy', 'select a from looked_up', 'untrusted-function'],
    ['a view', 'select a from seen', 'untrusted-function'],
    ['a view behind a view', 'select a from above', 'untrusted-function'],
    ['a check of a child', 'select a from parent where a = 1', 'untrusted-function'],
    ['a rule', 'update ruled set a = 1', 'rule'],
    ['a policy that looks at a setting', 'select a from tenants', 'settings'],
    ['a setting', "select a from t where c = current_setting('app.tenant', true)", 'settings'],
    ['a function of the server that acts', 'select a, pg_sleep(0) from t', 'untrusted-function'],
    ['what cannot be understood', "select query_to_xml('select 1', true, true, '') from t", 'opaque'],
    ['a new table', 'select a into other from t', 'not-a-query'],
    ['two statements', 'delete from t; delete from t', 'not-a-query'],
  ])('is not planned: %s', async (_name, text, reason) => {
    const { lines, told } = await shownOf(on, desk, text)
    expect(lines).toEqual([`no estimate: ${reason}`])
    expect(told).not.toContain('it ran')
  })

  it('is not planned with a parameter of a type that runs it', async () => {
    const { rows } = await on.owner.query<{ id: number }>("select 'small'::regtype::oid::int as id")
    const { lines } = await shownOf(on, desk, 'select a from t where a = $1', {
      values: [1],
      types: [rows[0]?.id ?? 0],
    })
    expect(lines).toEqual(['no estimate: untrusted-function'])
  })

  it('is not planned as what EXECUTE names', async () => {
    const { lines } = await shownOf(on, desk, 'execute p', { held: ['prepare p as delete from t'] })
    expect(lines).toEqual(['no estimate: not-a-query'])
  })

  it('is not planned on a temporary table, or where there is one', async () => {
    const before = ['create temp table mine (a int)']
    expect((await shownOf(on, desk, 'delete from mine', { before })).lines).toEqual(['no estimate: temporary'])
    expect((await shownOf(on, desk, 'delete from t', { before })).lines).toEqual(['no estimate: other-state'])
  })

  it('is not planned where a user’s cast is', async () => {
    await on.owner.query('create cast (pair as int) with function of_pair(pair) as implicit')
    try {
      expect((await shownOf(on, desk, 'delete from t')).lines).toEqual(['no estimate: untrusted-cast'])
    } finally {
      await on.owner.query('drop cast (pair as int)')
    }
  })

  it('has never reached the server for it', () => {
    const sent = Buffer.concat(gate.planned)
    expect(sent.includes('EXPLAIN')).toBe(false)
  })

  it('is planned with a table beside it that is out of reach', async () => {
    expect((await shownOf(on, desk, 'delete from t')).lines[1]).toBe('Delete on public.t: about 50 rows')
    expect(Buffer.concat(gate.planned).includes('EXPLAIN')).toBe(true)
  })
})
