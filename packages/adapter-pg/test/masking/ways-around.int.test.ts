import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe as suite, expect, it } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { cString, errorFields, message } from '../../src/door/messages.js'
import type { Answer } from '../door/support/wire.js'
import { bind, close, describe, execute, extended, int16, parse, query, sync, Wire } from '../door/support/wire.js'
import { excepted } from './support/excepted.js'

/** Roles are those of the whole cluster. */
const walker = `walker_${randomUUID().replaceAll('-', '')}`
const seed = `
create domain mail as text;
create extension if not exists citext;
create type mood as enum ('sekretsad', 'sekrethappy');
create type pair as (a int, b text);
create domain mails as text[];
create table users (id integer primary key, email text, nick mail, m mood, c "char", n name, tags text[], p pair, ps pair[], bin bytea, j jsonb, plain text, ms mails, old text);
insert into users select g, 'sekretmail' || g, 'sekretnick', 'sekretsad', 'Q', 'sekretname', array['sekrettag', null], row(7, 'sekretpair')::pair, array[row(8, 'sekretps')::pair], 'sekretbin', '{"k": "sekretjson"}', 'open', array['sekretms'], 'sekretold' from generate_series(1, 3) g;
create table "Odd.T" (id int, "a.b" text, "UP" text);
insert into "Odd.T" values (1, 'sekretodd', 'sekretup');
create table cards (id int, number text, holder text);
insert into cards values (1, 'sekretnumber', 'sekretholder');
create table notes (id int, body text, bodies text[], doc jsonb, dm mail, cit citext, big text);
insert into notes values (1, 'to sekret@example.org', array['a', 'sekret@example.org'], '{"a": ["sekret@example.org"]}', 'sekret@example.org', 'sekret@example.org', repeat('x ', 700000) || 'sekret@example.org');
create table later (id int, v text);
insert into later values (1, 'sekretlater'), (2, 'sekretlater'), (3, 'sekretlater');
create table log (line text);
create table excepted as table later;
${[0, 1, 2, 3].map((i) => `create table later${String(i)} as table later;`).join('')}
create function copies() returns trigger language plpgsql as $$ begin new.plain := new.email; return new; end $$;
create table trig (id int, email text, plain text);
insert into trig values (1, 'sekrettrig', 'x');
create trigger copying before update on trig for each row execute function copies();
create view uview as select id, email as e, plain from users;
create table kept (email text, at int);
create table changed (id int, b text);
insert into changed values (1, 'x');
create function keeps() returns trigger language plpgsql as $$ begin insert into kept (email) values ((select email from users limit 1)); return new; end $$;
create trigger keeping after update on changed for each row execute function keeps();
create table late (id int, b text);
insert into late values (1, 'x');
create constraint trigger keeping after update on late deferrable initially deferred for each row execute function keeps();
create function counts() returns trigger language plpgsql as $$ declare t text := (select nick from users limit 1); n int := length((select nick from users limit 1)); begin return new; end $$;
create table counted (id int);
insert into counted values (1);
create trigger counting after update on counted for each row execute function counts();
create view kept_view as select email, at from kept;
create function keeps_by_view() returns trigger language plpgsql as $$ begin insert into kept_view (email) values ((select email from users limit 1)); return new; end $$;
create table by_view (id int);
insert into by_view values (1);
create trigger keeping after update on by_view for each row execute function keeps_by_view();
create sequence told;
create schema archive;
create table archive.kept (email text, at int);
`
const mask = {
  id: 'm',
  target: 'db',
  with: 'redact',
  columns: [
    ...'email nick m c n tags p ps bin j ms old'.split(' ').map((c) => `public.users.${c}`),
    'public."Odd.T"."a.b"',
    'public."Odd.T".UP',
    'public.cards.*',
    'public.trig.email',
    'public.kept.email',
  ],
}
const found = { id: 'd', target: 'db', detect: ['email'], with: 'redact' }
const words = ['sekret', Buffer.from('sekret').toString('hex')]
const leaks = (answers: readonly Answer[]): boolean =>
  words.some((w) => Buffer.concat(answers.map((a) => a.bytes)).includes(w))
const told = (answers: readonly Answer[]): string =>
  answers
    .map((a) =>
      a.type === 'E'
        ? `E(${errorFields(a.bytes).get('C') ?? ''} ${errorFields(a.bytes).get('M') ?? ''})`
        : a.type === 'D'
          ? `D(${a.bytes
              .subarray(7)
              .toString('latin1')
              .replace(/[^ -~]/g, '.')
              .slice(0, 150)})`
          : a.type,
    )
    .join('')
const bindFormats = (portal: string, stmt: string, formats: readonly number[]): Buffer =>
  message(
    'B',
    Buffer.concat([cString(portal), cString(stmt), int16(0), int16(0), int16(formats.length), ...formats.map(int16)]),
  )

type Step = string | readonly Buffer[]
const b = (...m: readonly Buffer[]): readonly Buffer[] => [...m, sync]
const p = 'select id, email from users'

const cases: readonly [string, ...Step[]][] = [
  ['formats all bin', b(parse('s', 'select * from users'), bindFormats('', 's', [1]), execute(''))],
  [
    'formats mixed',
    b(
      parse('s', 'select id, email, m, tags, p, ps, j, bin, ms from users'),
      bindFormats('', 's', [1, 0, 1, 0, 1, 0, 1, 0, 1]),
      describe('P', ''),
      execute(''),
    ),
  ],
  [
    'formats mixed2',
    b(
      parse('s', 'select id, email, m, tags, p, ps, j, bin, ms from users'),
      bindFormats('', 's', [0, 1, 0, 1, 0, 1, 0, 1, 0]),
      execute(''),
    ),
  ],
  ['reparse', b(parse('s', 'select id, plain from users'), close('S', 's'), parse('s', p), bind('', 's'), execute(''))],
  [
    'reparse unnamed',
    b(parse('', 'select id, plain from users'), describe('S', ''), parse('', p), bind('', ''), execute('')),
  ],
  [
    'reparse dup',
    b(parse('s', 'select id, plain from users'), parse('s', p), bind('', 's'), execute('')),
    b(bind('', 's'), execute('')),
  ],
  [
    'bind then reparse',
    b(
      parse('', p),
      bind('x', ''),
      parse('', 'select id, plain from users'),
      bind('y', ''),
      execute('x', 1),
      describe('P', 'y'),
      execute('y', 1),
      execute('x'),
      execute('y'),
    ),
  ],
  [
    'describe other suspended',
    b(
      parse('a', p),
      parse('c', 'select 1, 2, 3'),
      bind('x', 'a'),
      bind('y', 'c'),
      describe('P', 'y'),
      execute('x', 1),
      describe('P', 'y'),
      describe('S', 'c'),
      execute('x', 1),
      execute('x'),
      execute('x'),
    ),
  ],
  [
    'describe differing',
    b(
      parse('a', 'select plain, email from users'),
      parse('c', 'select email, plain from users'),
      bind('x', 'a'),
      bind('y', 'c'),
      describe('P', 'y'),
      execute('x', 1),
      describe('P', 'x'),
      execute('y', 1),
      execute('x', 1),
      execute('y'),
    ),
  ],
  [
    'replace unnamed portal',
    b(
      parse('a', 'select plain, id from users'),
      parse('c', p),
      bind('', 'a'),
      describe('P', ''),
      bind('', 'c'),
      execute('', 1),
      bind('', 'a'),
      execute(''),
      bind('', 'c'),
      execute(''),
    ),
  ],
  [
    'fail in pipeline',
    b(parse('a', p), bind('x', 'a'), parse('q', 'select 1/0'), bind('', 'q'), execute(''), execute('x')),
    b(bind('', 'a'), execute('')),
    b(execute('x')),
  ],
  ['fail then simple', b(parse('a', 'selec'), bind('', 'a'), execute('')), 'select email from users'],
  [
    'portal across txn',
    'begin',
    b(parse('a', p), bind('x', 'a'), execute('x', 1)),
    'savepoint s',
    b(execute('x', 1)),
    'rollback to s',
    b(execute('x', 1)),
    'commit',
    b(execute('x')),
  ],
  [
    'fetch from protocol portal',
    'begin',
    b(parse('a', p), bind('x', 'a')),
    'fetch all from x',
    'move backward all in x',
    b(extended('fetch 1 from x')),
  ],
  [
    'several simple',
    `select 1; select email from users; select plain from users; select email, plain from users; select 'x'`,
  ],
  ['several simple ddl', `create temp view tv as select email as q from users; select q from tv`],
  ['cursor hold', 'begin', `declare h cursor with hold for ${p}`, 'commit', 'fetch all from h', 'fetch first from h'],
  [
    'scroll binary hold',
    'begin',
    `declare h binary scroll cursor with hold for select email, p, tags, j from users`,
    'fetch 1 from h',
    'commit',
    'fetch backward all from h',
    b(extended('fetch last from h')),
  ],
  [
    'cursor where current',
    'begin',
    'declare h cursor for select id, email from users for update',
    'fetch 1 from h',
    `update users set plain = 'z' where current of h returning email, plain`,
  ],
  [
    'add column',
    'begin',
    b(parse('a', 'select * from users'), bind('x', 'a'), describe('S', 'a')),
    'alter table users add column extra text',
    b(execute('x')),
    b(bind('', 'a'), execute('')),
  ],
  [
    'drop column',
    'begin',
    b(parse('a', 'select * from users'), describe('S', 'a')),
    'alter table users drop column plain',
    b(bind('', 'a'), execute('')),
    'select * from users',
  ],
  [
    'rename column',
    'begin',
    'alter table users rename column email to mail',
    'select mail from users',
    'select * from users',
  ],
  [
    'rename swap',
    'begin',
    'alter table users rename column email to tmp; alter table users rename column plain to email; alter table users rename column tmp to plain',
    'select plain from users',
  ],
  [
    'rename swap between',
    'begin',
    b(parse('a', 'select plain from users')),
    'alter table users rename column email to tmp',
    'alter table users rename column plain to email',
    'alter table users rename column tmp to plain',
    b(bind('', 'a'), execute('')),
    'select plain from users',
  ],
  [
    'rename table',
    'begin',
    'alter table users rename to people',
    'select email from people',
    'create table users (like people)',
    'select email from people',
  ],
  [
    'rename table one text',
    'begin; alter table users rename to people; create table users (like people); select email from people',
  ],
  [
    'rename table pipeline',
    b(
      parse('', 'begin'),
      bind('', ''),
      execute(''),
      extended('alter table users rename to people'),
      extended('create table users (like people)'),
      extended('select email from people'),
    ),
  ],
  [
    'impostor',
    'begin',
    'alter table users rename to people',
    'create table users (like people)',
    'select email from people',
  ],
  [
    'impostor schema',
    'begin',
    'alter schema public rename to p2',
    'create schema public',
    'create table public.users (like p2.users); create table public.cards (like p2.cards); create table public.trig (like p2.trig); create table public."Odd.T" (like p2."Odd.T")',
    'select email from p2.users',
  ],
  [
    'impostor moved',
    'begin',
    'create schema s3; alter table users set schema s3',
    'create table public.users (like s3.users)',
    'select email from s3.users',
  ],
  [
    'impostor view word',
    'begin',
    'alter index users rename to people',
    'create table users (like people)',
    'select email from people',
  ],
  [
    'impostor column',
    'begin',
    'alter table users rename email to mail2; alter table users add column email text',
    'select mail2 from users',
  ],
  [
    'trigger elsewhere',
    'begin',
    `create function leak2() returns trigger language plpgsql as $$ begin new.v := (select email from users limit 1); return new; end $$`,
    'create trigger lk before update on later for each row execute function leak2()',
    `update later set id = 9 returning v`,
  ],
  [
    'replaced trigger function',
    'begin',
    `create or replace function copies() returns trigger language plpgsql as $$ begin new.plain := (select email from users limit 1); return new; end $$`,
    `update trig set id = 9 returning plain`,
  ],
  [
    'swap tables',
    'begin',
    'alter table users rename to people',
    'alter table later rename to users',
    'select email from people',
    'alter table users add column email text, add nick text',
    'select email from people',
  ],
  ['set schema', 'begin', 'create schema s2', 'alter table users set schema s2', 'select email from s2.users'],
  [
    'replace view',
    'begin',
    b(parse('a', 'select e from uview')),
    'create or replace view uview as select id, old as e, plain from users',
    b(bind('', 'a'), execute('')),
    'select e from uview',
  ],
  [
    'replace view append',
    'begin',
    b(parse('a', 'select plain from uview')),
    'create or replace view uview as select id, plain as e, email as plain from users',
    b(bind('', 'a'), execute('')),
    'select plain from uview',
  ],
  [
    'alter view rename',
    'begin',
    'alter view uview rename column plain to z',
    'alter view uview rename column e to plain',
    'select plain from uview',
  ],
  [
    'alter view between',
    'begin',
    b(parse('a', 'select plain from uview'), bind('x', 'a')),
    'alter view uview rename column plain to z',
    'alter view uview rename column e to plain',
    b(execute('x')),
    b(bind('', 'a'), execute('')),
  ],
  [
    'view default',
    'begin',
    `alter view uview alter column plain set default (select email from users limit 1)`,
    `insert into uview (id) values (77) returning plain`,
    'select plain from users',
  ],
  [
    'temp shadow',
    'begin',
    'create temp table users as select 1 as id, 2 as email',
    'select email from users',
    'select email from public.users',
    'insert into users select id, 1 from public.users',
    'drop table pg_temp.users',
    'select email from users',
  ],
  [
    'own schema shadow',
    'begin',
    'create schema own',
    'create view own.users as select email as plain, id from public.users',
    'set local search_path to own, public',
    'select plain from users',
    b(extended('select plain from users')),
  ],
  [
    'search_path between',
    'begin',
    'create schema own',
    'create view own.users as select id as id, plain as email, email as plain from public.users',
    b(parse('a', 'select plain from users'), bind('x', 'a')),
    'set local search_path to own, public',
    b(execute('x')),
    b(bind('', 'a'), execute('')),
  ],
  [
    'like',
    'begin',
    'create table copy1 (like users including all)',
    'insert into copy1 select * from users',
    'select email from copy1',
  ],
  ['ctas', 'begin', 'create table copy2 as table users', 'select email from copy2'],
  [
    'inherit',
    'begin',
    'create table parent (id integer, email text, plain text)',
    'alter table users inherit parent',
    'select email from parent',
    'select * from parent',
    'table parent',
    'copy (select email from parent) to stdout',
    `select count(*) from parent where email like 'sekretm%'`,
  ],
  [
    'inherit pipeline',
    'begin',
    b(
      extended('create table parent (id integer, email text)'),
      extended('alter table users inherit parent'),
      extended('select email from parent'),
    ),
  ],
  [
    'inherit simple multi',
    'begin; create table parent (id integer, email text); alter table users inherit parent; select email from parent',
  ],
  [
    'inherit between',
    'begin',
    'create table parent (id integer, email text)',
    b(parse('a', 'select email from parent'), bind('x', 'a'), parse('z', 'select email from parent where email = $1')),
    'alter table users inherit parent',
    b(execute('x')),
    b(bind('', 'a'), execute('')),
    b(bind('', 'z', ['sekretmail1']), execute('')),
  ],
  [
    'inherit child reads',
    'begin',
    'create table child (x int) inherits (users)',
    'select email from child',
    'alter table child no inherit users',
    `insert into child (id, email) select id, email from users`,
    'select email from child',
  ],
  [
    'partition attach',
    'begin',
    'create table pp (id integer, v text) partition by list (id)',
    'create table ck (id integer, number text, holder text) partition by list (id)',
    'alter table ck attach partition cards default',
    'select number from ck',
    'select * from ck',
    'truncate later',
    b(parse('a', 'select number from ck')),
    'alter table ck detach partition cards',
    b(bind('', 'a'), execute('')),
  ],
  [
    'partition attach between',
    'begin',
    'create table ck (id integer, number text, holder text) partition by list (id)',
    b(parse('a', 'select number from ck')),
    'alter table ck attach partition cards default',
    b(bind('', 'a'), execute('')),
    'alter table ck detach partition cards',
  ],
  ['retype column', 'begin', `alter table users alter column plain type text using email`, 'select plain from users'],
  [
    'generated col',
    'begin',
    `alter table users add column g text generated always as (email) stored`,
    'select g from users',
  ],
  [
    'default fn',
    'begin',
    `create function f() returns text language sql as 'select email from users limit 1'`,
    'select f()',
    'alter table later alter column v set default f()',
    'insert into later (id) values (5) returning v',
  ],
  [
    'fn setof users',
    'begin',
    `create function g() returns setof users language sql as 'select * from users'`,
    'select email from g()',
    'select (g()).email',
    'select * from g()',
  ],
  [
    'fn arg',
    'begin',
    `create function h(u users) returns text language sql as 'select $1.email'`,
    'select h(users) from users',
    'select users.h from users',
    'select u.h from users u',
  ],
  [
    'fn operator',
    'begin',
    `create function eqq(text, text) returns bool language plpgsql as $$ begin raise exception '%', $1; end $$`,
    'create operator === (leftarg = text, rightarg = text, function = eqq)',
    `select id from users where email === 'x'`,
    `select email === 'x' from users`,
  ],
  [
    'fn cast',
    'begin',
    `create function mm(mood) returns int language plpgsql as $$ begin raise notice '%', $1; return 1; end $$`,
    'create cast (mood as int) with function mm(mood)',
    'select m::int from users',
  ],
  [
    'fn security output',
    'begin',
    `create function pg_temp.lower(mail) returns text language sql as 'select $1::text'`,
    'select lower(nick) from users',
  ],
  [
    'do block',
    `do $$ begin raise notice '%', (select email from users limit 1); end $$`,
    `do $$ begin raise exception '%', (select email from users limit 1); end $$`,
  ],
  [
    'trigger agent',
    'begin',
    `create function leak() returns trigger language plpgsql as $$ begin raise notice '%', old.email; new.plain := old.email; return new; end $$`,
    'create trigger lk before update on users for each row execute function leak()',
    `update users set plain = 'q' returning plain`,
    'select plain from users',
  ],
  [
    'rule agent',
    'begin',
    `create rule rr as on update to later do also insert into log select email from users`,
    `update later set id = 1`,
    'select line from log',
  ],
  [
    'odd names',
    'select * from "Odd.T"',
    'select "a.b", "UP" from "Odd.T"',
    'select t."a.b" from "Odd.T" t',
    b(parse('', 'select "UP" from public."Odd.T"'), bindFormats('', '', [1]), execute('')),
  ],
  [
    'star',
    'select * from cards',
    'select number from cards',
    'select cards from cards',
    'begin',
    'alter table cards add column fresh text',
    'alter table cards rename column number to nn',
    'select nn from cards',
    'select * from cards',
    'create view cv as select nn from cards',
    'select * from cv',
  ],
  [
    'detect',
    'select body, bodies, doc, dm, cit from notes',
    'select big from notes',
    'select * from notes',
    'select notes from notes',
    'select array_agg(body) from notes',
    'select doc->0, bodies[2], doc->$$a$$ from notes',
  ],
  [
    'detect binary',
    b(
      extended('select 1'),
      parse('', 'select body, bodies, doc, dm, cit from notes'),
      bindFormats('', '', [1]),
      execute(''),
    ),
    b(
      parse('', 'select array[dm], array[cit], array[doc], row(body, 1), array[row(body)] from notes'),
      bindFormats('', '', [1]),
      execute(''),
    ),
    b(
      parse('', 'select big, body::varchar, body::bpchar, body::name, body::json, body::xml, body::bytea from notes'),
      bindFormats('', '', [1]),
      execute(''),
    ),
    b(parse('', 'select big from notes'), bindFormats('', '', [1]), execute('')),
  ],
  [
    'detect copy',
    'copy notes to stdout',
    'copy notes (body, bodies, doc) to stdout csv',
    'copy (select big from notes) to stdout',
    'copy (select body, bodies, doc from notes) to stdout binary',
    'copy notes (body, doc) to stdout (format text, delimiter $$@$$)',
    `copy notes (body) to stdout (format csv, quote '@', force_quote *)`,
    `copy notes (body) to stdout (format csv, delimiter 'k')`,
    `copy notes (body) to stdout (encoding 'utf16')`,
    `copy notes (body) to stdout (format text, null 'sek')`,
    `copy notes(bodies) to stdout (header)`,
  ],
  [
    'detect bytes',
    `select row(body) from notes`,
    `select convert_to(body, 'utf8') from notes`.replace('convert_to', 'pg_catalog.convert_to'),
    `select body::bytea from notes`,
    `select to_tsvector('simple', body) from notes`,
  ],
  [
    'mask copy',
    'copy users to stdout',
    'copy users (email) to stdout',
    'copy users to stdout (format csv, header)',
    'copy users to stdout binary',
    'copy (select email, p, tags from users) to stdout binary',
    'copy (table users) to stdout csv',
    'copy "Odd.T" to stdout',
    'copy cards to stdout',
  ],
  [
    'set returning names',
    'select email as id, id as email from users',
    'select (users).email from users',
    'select (u.*).plain, (u).old from users u',
    'select u from users u',
    'select u.* from (select * from users) u(a, bb)',
    'select t.* from users natural join (select id from users) t',
    'select email from users u(plain, email, zz)',
    'select plain from users u(plain0, plain)',
  ],
  [
    'merge ret',
    'begin',
    `merge into users u using later l on u.id = l.id when matched then update set plain = 'x' returning merge_action(), u.*`,
    `merge into users u using later l on u.id = l.id when matched then update set plain = 'x' returning old.email, new.email, old, new`,
    `insert into users (id, email) values (1, 'x') on conflict (id) do update set plain = users.email returning plain`,
    `insert into users (id) values (1) on conflict (id) do update set plain = 'q' returning old.email, *`,
  ],
  [
    'update from',
    'begin',
    'update users set plain = email returning plain',
    'update later set v = email from users where users.id = later.id',
    'update later l set id = 4 from users u where u.id = l.id returning u.email, u.*',
    'delete from later using users u returning u, u.email',
  ],
  [
    'sys',
    `select most_common_vals::text from pg_stats where tablename = 'users'`,
    `select query_to_xml('select email from users', true, true, '')`,
    `select table_to_xml('users', true, true, '')`,
    `select database_to_xml(true, true, '')`,
    `select cursor_to_xml('h', 1, true, true, '')`,
    `explain analyze select email from users`,
    `explain (verbose) select 1 where 'x' = (select email from users limit 1)`,
    `select ts_stat('select email from users')`,
    `select pg_get_expr(adbin, adrelid) from pg_attrdef`,
    `select lo_from_bytea(0, email::bytea) from users`,
    `select set_config('a.b', email, false) from users`,
    `select current_setting('a.b')`,
    `select pg_notify('x', email) from users`,
    `select pg_catalog.row_to_json(u) from users u`,
    `select to_jsonb(u)->>'email' from users u`,
    `select json_populate_record(null::users, to_json(u)) from users u`,
    `select format('%s', email) from users`,
  ],
  [
    'prepared sql',
    `prepare z as ${p}`,
    'execute z',
    'begin',
    `prepare z2 as select * from later`,
    'alter table later add column email text',
    'execute z2',
    'create table t5 as execute z',
    'select * from t5',
    'explain analyze execute z',
  ],
  [
    'prepared then protocol',
    `prepare z as ${p}`,
    b(bind('', 'z'), execute('')),
    b(describe('S', 'z'), bind('', 'z'), describe('P', ''), execute('', 2), execute('')),
  ],
  [
    'deallocate reuse',
    `prepare z as select id, plain from users`,
    'deallocate z',
    b(parse('z', p)),
    'execute z',
    'deallocate all',
    `prepare z as ${p}`,
    'execute z',
    b(bind('', 'z'), execute('')),
  ],
  [
    'rolled back ddl',
    'begin',
    'savepoint a',
    'create table shadow (id int, email text)',
    b(parse('q', 'select email from shadow')),
    'rollback to a',
    'create view shadow as select id, email from users',
    b(bind('', 'q'), execute('')),
    'select email from shadow',
  ],
  [
    'drop recreate as view',
    'begin',
    'create table sh (id int, email text)',
    b(parse('q', 'select email from sh')),
    'drop table sh; create view sh as select id, email from users',
    b(bind('', 'q'), execute('')),
    'execute q',
  ],
  [
    'view rule',
    'begin',
    'create table rv (id int, email text)',
    b(parse('q', 'select email from rv')),
    'drop table rv',
    'create temp view rv as select id, email from users',
    b(bind('', 'q'), execute('')),
  ],
  [
    'recursive ctes',
    'with recursive r as (select id, email from users union all select id + 100, email from r where id < 3) select * from r',
    'with recursive r(a, bb) as (select 1, plain from users union all select a + 1, u.email from r, users u where a < 2) select bb from r',
    'select plain from users union all select email from users',
    'select distinct email from users',
    'values ((select email from users limit 1))',
    'select (select array_agg(email) from users)',
    'select x from users, lateral (select users.email) l(x)',
    `select x from users, unnest(tags) x`,
    `select x from users, lateral (values (email)) v(x)`,
    'select * from rows from (unnest(array(select email from users))) x',
    'select exists(select email from users)',
    `select json_agg(users) from users`,
    `select key, value from users, jsonb_each(j)`,
    `select * from users, json_table(j, '$' columns (k text path '$.k')) t`,
    `select * from xmltable('/a' passing (select xmlelement(name a, email) from users limit 1) columns x text path '.')`,
    'select grouping(email) from users group by rollup(email)',
  ],
  [
    'a default of its own function',
    'begin',
    `create function f() returns text language sql as 'select email from users limit 1'`,
    'alter table later alter column v set default f()',
    'insert into later (id) values (5) returning v',
  ],
  [
    'a type of its own function',
    'begin',
    `create function ok(text) returns bool language plpgsql as $$ begin raise notice '%', (select email from users limit 1); return true; end $$`,
    'create domain checked as text check (ok(value))',
    'create table typed (v checked)',
    `insert into typed values ('a') returning v`,
  ],
  [
    'a view of its own function',
    'begin',
    `create function f() returns text language sql as 'select email from users limit 1'`,
    'create view shows as select f() as v',
    'select v from shows',
  ],
  [
    'an aggregate of its own',
    'begin',
    `create function st(text, text) returns text language sql as 'select $1 || $2'`,
    `create aggregate glue(text) (sfunc = st, stype = text, initcond = '')`,
    'select glue(email) from users',
  ],
  [
    'an inheritance that is copied',
    'begin',
    'create table parent (id integer, email text)',
    'alter table users inherit parent',
    'copy (select email from parent) to stdout',
  ],
  [
    'an inheritance that is searched',
    'begin',
    'create table parent (id integer, email text)',
    'alter table users inherit parent',
    `select count(*) from parent where email like 'sekretm%'`,
  ],
  [
    'an inheritance read whole',
    'begin',
    'create table parent (id integer, email text)',
    'alter table users inherit parent',
    'select parent from parent',
  ],
  [
    'a partition',
    'begin',
    'create table ck (id integer, number text, holder text) partition by list (id)',
    'alter table ck attach partition cards default',
    'select number from ck',
  ],
  [
    'a policy of its own function',
    'begin',
    `create function see(text) returns bool language plpgsql as $$ begin raise notice '%', $1; return true; end $$`,
    'alter table users enable row level security, force row level security',
    'create policy pl on users using (see(email))',
    'select id from users',
  ],
  [
    'an index of its own function',
    'begin',
    `create function ix(text) returns text immutable language plpgsql as $$ begin raise notice '%', $1; return $1; end $$`,
    'create index on users (ix(email))',
  ],
  [
    'a check of its own function',
    'begin',
    `create function ix(text) returns bool immutable language plpgsql as $$ begin raise notice '%', $1; return true; end $$`,
    'alter table users add check (ix(email))',
  ],
  [
    'a table before that of a trigger',
    'begin',
    'create temp table kept (email text, at int)',
    `update changed set b = 'y'`,
    'select email from pg_temp.kept',
  ],
  [
    'a table before that of a trigger in its name',
    'begin',
    'create temp table other (email text, at int)',
    'alter table pg_temp.other rename to kept',
    `update changed set b = 'y'`,
    'select email from pg_temp.kept',
  ],
  [
    'a table before that of a deferred trigger',
    'begin',
    `update late set b = 'y'`,
    'create temp table kept as select null::text as email, 1 as at',
    'commit',
    'select email from kept',
  ],
  [
    'a view before the table of a trigger',
    'begin',
    'create temp table other (email text, at int)',
    'create temp view kept as select email, at from other',
    `update changed set b = 'y'`,
    'select email from other',
  ],
  [
    'a view that is another one',
    'begin',
    'create table other (email text, at int)',
    'create or replace view kept_view as select email, at from other',
    `update by_view set id = 2`,
    'select email from other',
  ],
  [
    'a view that is dropped',
    'begin',
    'drop view kept_view',
    'create table kept_view (email text, at int)',
    `update by_view set id = 2`,
    'select email from kept_view',
  ],
  [
    'a table that is dropped',
    'begin',
    'drop table kept cascade',
    'create table other (email text, at int); create view kept as select email, at from other',
    `update changed set b = 'y'`,
    'select email from other',
  ],
  [
    'a path to another table',
    'begin',
    'set local search_path to archive, public',
    `update public.changed set b = 'y'`,
    'select email from archive.kept',
  ],
  [
    'a path in a function',
    'begin',
    `select set_config('search_path', 'archive', true)`,
    `update public.changed set b = 'y'`,
    'select email from archive.kept',
  ],
  [
    'a path of the function of a trigger',
    'begin',
    'alter function keeps() set search_path to archive, public',
    `update changed set b = 'y'`,
    'select email from archive.kept',
  ],
  [
    'a path by way of none',
    'begin',
    `set local search_path to ''`,
    'set local search_path to archive',
    `update public.changed set b = 'y'`,
    'select email from archive.kept',
  ],
  [
    'a function that fits better',
    'begin',
    'create function public.length(mail) returns int language plpgsql as $$ begin insert into log values ($1); return 1; end $$',
    'update counted set id = 2',
    'select line from log',
  ],
  [
    'a function that is called so later',
    'begin',
    'create function public.fresh(mail) returns int language plpgsql as $$ begin insert into log values ($1); return 1; end $$',
    'alter function public.fresh(mail) rename to length',
    'update counted set id = 2',
    'select line from log',
  ],
  ...(
    [
      [`set local role ${walker}`],
      [`set role ${walker}`],
      [`set local session authorization ${walker}`],
      [`select set_config('role', '${walker}', true)`],
      [`select set_config('Session_Authorization', rtrim('${walker} '), false)`],
      [`savepoint s`, `set local role ${walker}`, 'rollback to s', `set local role ${walker}`],
      [`do $$ begin perform set_config('role', '${walker}', true); end $$`],
    ] as const
  ).map((steps): [string, ...Step[]] => [
    `the schema of a role: ${steps[0]}`,
    'begin',
    ...steps,
    `update public.changed set b = 'y'`,
    `select email from ${walker}.kept`,
    'rollback',
    'reset role',
    'reset session authorization',
  ]),
  ['a partial check', 'begin', `alter table users add check (email like 'sekretm%')`],
]

const masked = (at: number): object[] =>
  Array.from({ length: at + 1 }, (_, i) => ({
    id: `l${String(i)}`,
    target: 'db',
    columns: [`public.later${String(i)}.v`],
    with: 'redact',
  }))

suite('nothing of masked columns comes', () => {
  let on: Governed
  const excepting = { id: 'e', target: 'db', columns: ['public.excepted.v'], with: 'redact', except: ['fraud'] }
  const policy: { mask: object[] } = { mask: [mask, found, excepting] }
  beforeAll(async () => {
    on = await governed({ seed, allow: [{ target: 'db', duty: '*' }], policy })
    const { rows } = await on.owner.query<{ me: string }>('select current_user as me')
    await asSuperuser(`
      create role ${walker};
      grant ${walker} to "${rows[0]?.me ?? ''}";
      create schema ${walker};
      create table ${walker}.kept (email text, at int);
      grant usage on schema public, ${walker} to ${walker};
      grant all on all tables in schema public, ${walker} to ${walker}`)
  })
  afterAll(async () => {
    await asSuperuser(`drop owned by ${walker}; drop role ${walker}`)
    await on.close()
  })

  async function asSuperuser(text: string): Promise<void> {
    const superuser = new pg.Client(on.superuserUrl)
    await superuser.connect()
    await superuser.query(text)
    await superuser.end()
  }

  it.each(cases)('by way of: %s', async (_name, ...steps) => {
    let wire = await Wire.open(on.target, await on.session())
    const bad: string[] = []
    for (const step of steps) {
      if (wire.over) wire = await Wire.open(on.target, await on.session())
      const answers = await wire.ask(...(typeof step === 'string' ? [query(step)] : step))
      const spelled = typeof step === 'string' ? step : `batch ${String(steps.indexOf(step))}`
      if (leaks(answers)) bad.push(`${spelled} => ${told(answers)}`)
    }
    await wire.end()
    expect(bad).toEqual([])
  })

  it('are not counted on by a type that stands before another one', async () => {
    const wire = await Wire.open(on.target, await on.session())
    const made = await wire.ask(
      query(`create domain pg_temp.text as pg_catalog.text check (setval('told', pg_catalog.ascii(value)) > 0)`),
    )
    await wire.ask(query('update counted set id = 2'))
    const { rows } = await on.owner.query<{ last_value: string }>('select last_value from told')
    expect([made.some(({ type }) => type === 'E'), rows]).toEqual([true, [{ last_value: '1' }]])
    await wire.end()
  })

  it('lets tables and functions be made of names that nobody has', async () => {
    const wire = await Wire.open(on.target, await on.session())
    await wire.ask(query('begin'))
    for (const text of [
      'create temp table own_rows (a int)',
      'create table fresh_rows (a int)',
      'alter table fresh_rows rename to fresher_rows',
      'drop table own_rows',
      `create function fresh_one() returns int language sql as 'select 1'`,
      `create type fresh_mood as enum ('a')`,
      'create view fresh_view as select id, plain from users',
      'create schema fresh_place',
      'set local search_path to fresh_place, public',
      `update changed set b = 'z'`,
    ])
      expect(told(await wire.ask(query(text)))).not.toContain('E(')
    await wire.end()
  })

  it.each([
    ['portal', 0],
    ['sql cursor', 1],
    ['hold', 2],
    ['prepared', 3],
  ] as const)('from a %s that was made before the policy masked its column', async (kind, at) => {
    const wire = await Wire.open(on.target, await on.session())
    const table = `later${String(at)}`
    const text = `select id, v from ${table}`
    await wire.ask(query('begin'))
    if (kind === 'portal') await wire.ask(parse('s', text), bind('x', 's'), execute('x', 1), sync)
    if (kind === 'prepared') await wire.ask(parse('s', text), describe('S', 's'), bind('x', 's'), sync)
    if (kind === 'sql cursor') await wire.ask(query(`declare x cursor for ${text}`))
    if (kind === 'hold') {
      await wire.ask(query(`declare x cursor with hold for ${text}; commit`))
      await wire.ask(query('begin'))
    }
    policy.mask = [mask, found, excepting, ...masked(at)]
    await on.guard.reload()
    const isSql = kind === 'sql cursor' || kind === 'hold'
    const first = isSql ? [] : await wire.ask(execute('x', 1), sync)
    const second = await wire.ask(query('fetch 1 from x'))
    const third = await wire.ask(bind('', 's'), execute(''), sync)
    expect([leaks(first), leaks(second), leaks(third)]).toEqual([false, false, false])
    await wire.end()
  })

  it('masks for a delegate whose roles are not excepted, and for its delegator as before', async () => {
    const privileged = await on.session(excepted)
    const child = await privileged.delegate({ roles: ['agent'], ttlMs: 60_000 })
    const told = async (session: typeof child): Promise<boolean> => {
      const wire = await Wire.open(on.target, session)
      const answers = await wire.ask(query('select v from excepted'))
      await wire.end()
      return leaks(answers)
    }
    expect([await told(privileged), await told(child), await told(privileged), await told(await on.session())]).toEqual(
      [true, false, true, false],
    )
  })
})

suite('a path of several schemas', () => {
  let on: Governed
  beforeAll(async () => {
    on = await governed({
      seed: `
create table users (email text);
insert into users values ('sekretmail');
create table log (line text);
create schema sayings;
create function sayings.tell(text) returns void language sql as '';
create function tell(varchar) returns void language sql as 'insert into public.log values ($1)';
create function tells() returns trigger language plpgsql as $$ begin perform tell((select u.email from public.users u limit 1)); return new; end $$;
create table spoken (id int);
insert into spoken values (1);
create trigger telling after update on spoken for each row execute function tells();
do $$ begin execute format('alter database %I set search_path = public, sayings', current_database()); end $$;
`,
      allow: [{ target: 'db', duty: '*' }],
      policy: { mask: [{ id: 'm', target: 'db', columns: ['public.users.email'], with: 'redact' }] },
    })
  })
  afterAll(() => on.close())

  it('keeps the functions that are called for their arguments', async () => {
    const wire = await Wire.open(on.target, await on.session())
    const answers: Answer[] = []
    for (const text of ['begin', 'set local search_path to public', 'update spoken set id = 2', 'select line from log'])
      answers.push(...(await wire.ask(query(text))))
    expect(told(answers)).toContain('42501')
    expect(leaks(answers)).toBe(false)
    await wire.end()
  })
})
