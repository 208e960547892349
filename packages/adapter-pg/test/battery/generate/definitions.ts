import type { Cleanup, Entry } from '../entry.js'

/** A kind of object that SQL can define, and how each verb is written for it. */
interface ObjectKind {
  readonly kind: string
  /** Makes `made`; the same text as a set-up for the other verbs. */
  readonly create: string
  /** How the object is named after ALTER, DROP and COMMENT ON: `table made`. */
  readonly named: string
  readonly setup?: readonly string[]
  /** Verbs that the kind does not have. */
  readonly not?: string
  readonly cleanup?: string
  readonly inTransaction?: boolean
  readonly needs?: readonly string[]
  readonly world?: Entry['world']
}

const kind = (name: string, create: string, more: Partial<ObjectKind> = {}): ObjectKind => ({
  kind: name,
  create,
  named: `${name} made`,
  ...more,
})

const kinds: readonly ObjectKind[] = [
  kind('table', 'create table made (id integer primary key, a text not null default $$x$$, check (id > 0))'),
  kind('table', 'create temp table made (id integer) on commit preserve rows', {
    kind: 'temporary table',
    not: 'schema',
  }),
  kind('table', 'create table made (like plain including all)', {
    kind: 'table like another',
    not: 'rename schema owner comment',
  }),
  kind('table', 'create table made partition of measures for values from (500) to (600)', {
    kind: 'partition',
    not: 'rename schema owner comment',
  }),
  kind('table', 'create table made (k integer, v integer) partition by range (k)', { kind: 'partitioned table' }),
  kind('table', 'create table made () inherits (animals)', {
    kind: 'inheriting table',
    not: 'rename schema owner comment',
  }),
  kind('table', 'create table made of pair', { kind: 'typed table', not: 'rename schema owner comment' }),
  kind('table', 'create table made as select id, a from plain', {
    kind: 'table as a query',
    not: 'rename schema owner comment',
  }),
  kind('table', 'create table made as select id, a from plain with no data', {
    kind: 'table as a query without data',
    not: 'rename schema owner comment',
  }),
  kind('view', 'create view made as select id, a from plain where a > 5 with check option'),
  kind('view', 'create or replace temp view made as select 1 as x', {
    kind: 'temporary view',
    not: 'rename schema owner comment',
  }),
  kind('materialized view', 'create materialized view made as select id from plain'),
  kind('sequence', 'create sequence made start 5 increment 2 owned by none'),
  kind('index', 'create index made on plain (a desc nulls last) include (b) where a > 0', { not: 'schema owner' }),
  kind('schema', 'create schema made', { not: 'schema' }),
  kind('schema', 'create schema made create table inside (id integer) create view inside_view as select 1 as x', {
    kind: 'schema with contents',
    not: 'rename schema owner comment drop',
  }),
  kind('type', 'create type made as (x integer, y text)', { kind: 'composite type' }),
  kind('type', `create type made as enum ('a', 'b')`, { kind: 'enum type' }),
  kind('type', 'create type made as range (subtype = float8)', { kind: 'range type' }),
  kind('type', 'create type made', { kind: 'shell type', not: 'schema rename' }),
  kind('domain', 'create domain made as integer default 1 not null check (value > 0)'),
  kind('function', 'create function made(a integer) returns integer language sql as $$select a$$', {
    named: 'function made(integer)',
  }),
  kind('function', 'create or replace function made() returns trigger language plpgsql as $$begin return new; end$$', {
    kind: 'trigger function',
    named: 'function made()',
    not: 'rename schema owner comment',
  }),
  kind('function', 'create function made(a integer) returns integer return a + 1', {
    kind: 'function with RETURN',
    named: 'function made(integer)',
    not: 'rename schema owner comment',
  }),
  kind('procedure', 'create procedure made() language sql as $$select 1$$', { named: 'procedure made()' }),
  kind('aggregate', 'create aggregate made (integer) (sfunc = int4pl, stype = integer)', {
    named: 'aggregate made(integer)',
  }),
  kind('operator', 'create operator %% (leftarg = integer, rightarg = integer, function = int4pl)', {
    named: 'operator %% (integer, integer)',
    not: 'rename',
  }),
  kind(
    'operator class',
    'create operator class made for type integer using btree as operator 1 <, function 1 btint4cmp(integer, integer)',
    { named: 'operator class made using btree' },
  ),
  kind('operator family', 'create operator family made using btree', { named: 'operator family made using btree' }),
  kind('cast', 'create cast (pair as bytea) with inout', { named: 'cast (pair as bytea)', not: 'rename schema owner' }),
  kind('collation', 'create collation made from "C"'),
  kind('conversion', `create conversion made for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8`),
  kind('text search configuration', 'create text search configuration made (copy = english)'),
  kind('text search dictionary', 'create text search dictionary made (template = simple)'),
  kind(
    'text search parser',
    'create text search parser made (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype)',
    { not: 'owner' },
  ),
  kind('text search template', 'create text search template made (lexize = dsimple_lexize)', { not: 'owner' }),
  kind('trigger', 'create trigger made before insert on plain for each row execute function t_after_insert()', {
    named: 'trigger made on plain',
    not: 'schema owner',
  }),
  kind('rule', 'create rule made as on insert to plain do instead nothing', {
    named: 'rule made on plain',
    not: 'schema owner',
  }),
  kind('policy', 'create policy made on plain for select using (a > 0)', {
    named: 'policy made on plain',
    not: 'schema owner',
  }),
  kind('statistics', 'create statistics made (dependencies) on a, b from plain'),
  kind('event trigger', 'create event trigger made on ddl_command_end execute function made_trigger()', {
    not: 'schema',
    setup: ['create function made_trigger() returns event_trigger language plpgsql as $$begin end$$'],
  }),
  kind('foreign data wrapper', 'create foreign data wrapper made', { not: 'schema' }),
  kind('server', 'create server made foreign data wrapper made_wrapper', {
    not: 'schema',
    setup: ['create foreign data wrapper made_wrapper'],
  }),
  kind('foreign table', 'create foreign table made (id integer) server made_server', {
    setup: ['create foreign data wrapper made_wrapper', 'create server made_server foreign data wrapper made_wrapper'],
  }),
  kind('user mapping', 'create user mapping for agent server made_server', {
    named: 'user mapping for agent server made_server',
    not: 'rename schema owner comment',
    setup: ['create foreign data wrapper made_wrapper', 'create server made_server foreign data wrapper made_wrapper'],
  }),
  kind('publication', 'create publication made for table plain (id), second where (id > 1)', { not: 'schema' }),
  kind('publication', 'create publication made for all tables', {
    kind: 'publication of everything',
    not: 'rename schema owner comment',
  }),
  kind(
    'subscription',
    `create subscription made connection 'host=127.0.0.1 port=1' publication made with (connect = false, slot_name = none)`,
    { not: 'schema', cleanup: 'subscription' },
  ),
  kind('access method', 'create access method made type index handler bthandler', { not: 'rename schema owner' }),
  kind('language', 'create language made handler plpgsql_call_handler', { not: 'schema' }),
  kind('transform', 'create transform for pair language plpgsql (from sql with function made_from(internal))', {
    named: 'transform for pair language plpgsql',
    not: 'rename schema owner',
    setup: [`create function made_from(internal) returns internal language internal immutable as 'int4in'`],
  }),
  kind('extension', 'create extension citext', { named: 'extension citext', not: 'rename owner', needs: ['citext'] }),
  kind('role', 'create role made', { not: 'schema owner', cleanup: 'drop role if exists made, renamed' }),
  kind('role', `create user made with password 'x' valid until '2030-01-01' in role helper`, {
    kind: 'user',
    not: 'rename schema owner comment',
    cleanup: 'drop role if exists made',
  }),
  kind('database', 'create database made template template0', {
    not: 'schema',
    inTransaction: false,
    cleanup: 'database',
  }),
  kind('large object', 'select lo_create(4712)', { named: 'large object 4711', not: 'rename schema create drop' }),
  kind('column', 'alter table plain add column made integer', {
    named: 'column plain.made',
    not: 'rename schema owner create drop',
  }),
  kind('constraint', 'alter table plain add constraint made check (a > 0) not valid', {
    named: 'constraint made on plain',
    not: 'rename schema owner create drop',
  }),
]

const verbs: Readonly<Record<string, (object: ObjectKind) => string>> = {
  create: ({ create }) => create,
  comment: ({ named }) => `comment on ${named} is 'drop everything'`,
  rename: ({ named }) => `alter ${named} rename to renamed`,
  schema: ({ named }) => `alter ${named} set schema other`,
  owner: ({ named }) => `alter ${named} owner to chief`,
  drop: ({ named }) => `drop ${named}`,
}

/** Every verb for every kind of object that has it. */
export function definitionEntries(): Entry[] {
  return kinds.flatMap((object) =>
    Object.entries(verbs)
      .filter(([verb]) => !(object.not ?? '').split(' ').includes(verb))
      .map(([verb, write]): Entry => {
        const setup = [
          ...(object.setup ?? []),
          ...(verb === 'create' || object.kind === 'large object' ? [] : [object.create]),
        ]
        const cleanup = cleanups(object.cleanup)
        return {
          id: `${verb} × ${object.kind}`,
          world: object.world ?? 'base',
          text: write(object),
          family: verb === 'owner' ? 'privileges' : 'definition',
          container: object.kind,
          ...(setup.length > 0 && { setup }),
          ...(cleanup.length > 0 && { cleanup }),
          ...(object.inTransaction !== undefined && { inTransaction: object.inTransaction }),
          ...(object.needs !== undefined && { needs: object.needs }),
        }
      }),
  )
}

function cleanups(cleanup: string | undefined): readonly Cleanup[] {
  const server = (what: string): Cleanup => ({ where: 'server', what })
  // A subscription ties its database down: nobody can drop that before.
  const copy = (what: string): Cleanup => ({ where: 'copy', what })
  if (cleanup === undefined) return []
  if (cleanup === 'database') return ['made', 'renamed'].map((name) => server(`drop database if exists ${name}`))
  if (cleanup === 'subscription') return ['made', 'renamed'].map((name) => copy(`drop subscription if exists ${name}`))
  return [server(cleanup)]
}
