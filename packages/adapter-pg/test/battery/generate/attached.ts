import type { Entry } from '../entry.js'

/** A relation to which something is attached that a change runs or changes, and how it is changed. */
interface Attached {
  readonly relation: string
  readonly family: string
  readonly statements: Readonly<Record<string, string>>
  readonly setup?: readonly string[]
}

const target = (
  family: string,
  relation: string,
  statements: Attached['statements'],
  setup?: readonly string[],
): Attached => ({
  relation,
  family,
  statements,
  ...(setup !== undefined && { setup }),
})

/** The changes that most tables with columns `id` and `a` allow. */
const usual = (relation: string): Attached['statements'] => ({
  INSERT: `insert into ${relation} (id, a) values (50, 5)`,
  'INSERT SELECT': `insert into ${relation} (id, a) select id + 50, a from plain`,
  UPDATE: `update ${relation} set a = 6 where id = 1`,
  DELETE: `delete from ${relation} where id = 1`,
  MERGE: `merge into ${relation} t using plain p on p.id = t.id when matched then delete when not matched then insert (id, a) values (p.id, p.a)`,
  'COPY FROM': `copy ${relation} (id, a) from stdin`,
})

const some = (relation: string, ...kinds: readonly string[]): Attached['statements'] =>
  Object.fromEntries(Object.entries(usual(relation)).filter(([kind]) => kinds.includes(kind)))

const asAgent = ['set role agent']

const attached: readonly Attached[] = [
  target('trigger', 'watched', {
    ...usual('watched'),
    TRUNCATE: 'truncate watched',
    UPSERT: 'insert into watched values (1, 9) on conflict (id) do update set a = 9',
  }),
  target('trigger', 'watched_whole', usual('watched_whole')),
  target('trigger', 'watched_late', some('watched_late', 'INSERT')),
  target('trigger', 'watched_when', {
    ...some('watched_when', 'UPDATE'),
    'UPDATE of another column': 'update watched_when set b = 6',
  }),
  target('trigger', 'watched_definer', some('watched_definer', 'INSERT', 'COPY FROM')),
  target('trigger', 'instead_view', some('instead_view', 'INSERT', 'UPDATE', 'DELETE', 'COPY FROM')),
  target('trigger', 'moving', {
    INSERT: 'insert into moving values (9, 150, 1)',
    'UPDATE that moves a row': 'update moving set k = 150 where id = 1',
    'UPDATE that stays': 'update moving set a = 2 where id = 1',
    DELETE: 'delete from moving where id = 1',
    'COPY FROM': 'copy moving (id, k) from stdin',
  }),
  target('trigger', 'bases', {
    UPDATE: 'update bases set a = 6',
    DELETE: 'delete from bases',
    'DELETE ONLY': 'delete from only bases',
    TRUNCATE: 'truncate bases',
  }),
  target('foreign key', 'parents', {
    DELETE: 'delete from parents where id = 1',
    'UPDATE of the key': 'update parents set id = 70 where id = 1',
    'UPDATE of another key': 'update parents set code = 170 where id = 1',
    'UPDATE of no key': 'update parents set a = 0 where id = 1',
    'TRUNCATE CASCADE': 'truncate parents cascade',
    MERGE: 'merge into parents p using plain q on p.id = q.id when matched then delete',
  }),
  target('foreign key', 'children', {
    INSERT: 'insert into children values (9, 3, 1)',
    DELETE: 'delete from children where id = 1',
  }),
  target('foreign key', 'owners', { DELETE: 'delete from owners where id = 1' }),
  target('rule', 'ruled', some('ruled', 'INSERT', 'UPDATE', 'DELETE')),
  target('rule', 'ruled_view', {
    INSERT: 'insert into ruled_view values (1, 1)',
    UPDATE: 'update ruled_view set a = 1 where id = 1',
  }),
  target('rule', 'also_view', {
    INSERT: 'insert into also_view values (50, 5)',
    UPDATE: 'update also_view set a = 6 where id = 1',
  }),
  target('view', 'plain_view', some('plain_view', 'INSERT', 'UPDATE', 'DELETE')),
  target('view', 'nested_view', some('nested_view', 'UPDATE', 'DELETE')),
  target('view', 'filtered_view', some('filtered_view', 'UPDATE', 'DELETE')),
  target('view', 'calling_view', {
    SELECT: 'select * from calling_view',
    COUNT: 'select count(*) from calling_view',
    DELETE: 'delete from calling_view where id = 1',
    'DELETE by value': 'delete from calling_view where a = 10',
  }),
  target('view', 'filtered_view', {
    'UPDATE all': 'update filtered_view set a = 1',
    'DELETE all': 'delete from filtered_view',
  }),
  target('view', 'checked_view', {
    INSERT: 'insert into checked_view values (70, 7)',
    'UPDATE all': 'update checked_view set a = 8',
  }),
  target('generated column', 'followed', {
    'UPDATE of its source': 'update followed set a = 9 where id = 1',
    DELETE: 'delete from followed where id = 1',
  }),
  target('operator class', 'ranked_parents', {
    DELETE: 'delete from ranked_parents where id = 2',
    UPDATE: 'update ranked_parents set r = row(9) where id = 2',
    'UPDATE of another column': 'update ranked_parents set id = 9 where id = 2',
  }),
  target(
    'operator class',
    'ranked_parents',
    { 'DELETE all': 'delete from ranked_parents', 'TRUNCATE CASCADE': 'truncate ranked_parents cascade' },
    ['delete from ranked_children'],
  ),
  target('operator class', 'ranked_children', {
    INSERT: 'insert into ranked_children values (5, row(2))',
    DELETE: 'delete from ranked_children where id = 1',
  }),
  target('operator class', 'ranks', {
    INSERT: 'insert into ranks values (9, row(9))',
    'CREATE INDEX': 'create index made on ranks (r)',
    'ADD UNIQUE': 'alter table ranked_children add unique (r)',
    ANALYZE: 'analyze ranks',
    REINDEX: 'reindex table ranked_parents',
    CLUSTER: 'cluster ranked_parents using ranked_parents_pkey',
    'VACUUM FULL': 'vacuum full ranked_parents',
    'CREATE TABLE AS': 'create table made as select distinct r from ranks',

    'ADD FOREIGN KEY': 'alter table ranks add foreign key (r) references ranked_parents not valid',
  }),
  target('index', 'excluded', some('excluded', 'INSERT')),
  target('operator class', 'spans', {
    INSERT: `insert into spans values (1, '["(1)","(2)")')`,
    'COPY FROM': 'copy spans (id) from stdin',
  }),
  target('operator class', 'expression_order', some('expression_order', 'INSERT', 'UPDATE', 'COPY FROM')),
  target(
    'materialized view',
    'ranked_totals',
    {
      'REFRESH CONCURRENTLY': 'refresh materialized view concurrently ranked_totals',
      REFRESH: 'refresh materialized view ranked_totals',
    },
    ['insert into ranks_source values (3, row(3))'],
  ),
  target('foreign key', 'default_parents', { DELETE: 'delete from default_parents where id = 1' }),
  target(
    'partition key',
    'computed',
    {
      'CREATE PARTITION': 'create table made partition of computed for values from (50) to (60)',
      ATTACH: 'alter table computed attach partition ready for values from (50) to (60)',
    },
    ['insert into computed values (1, 1)', 'create table ready (id integer, a integer)'],
  ),
  target(
    'domain',
    'plain',
    {
      'ADD COLUMN': 'alter table plain add column made checked_int',
      'ALTER TYPE': 'alter table scratch_table alter column a type checked_int',
      'VALIDATE of a table': 'alter table second validate constraint made',
      'VALIDATE of a domain': 'alter domain default_int validate constraint made',
      'EXECUTE argument': 'execute known(5)',
      'EXECUTE cast': 'execute casting(row(1, 2)::pair)',
      'ADD GENERATED': 'alter table second add column made integer generated always as (c_generated(a)) stored',
    },
    [
      'alter table second add constraint made check (c_check(a)) not valid',
      'insert into with_default_domain values (7, 7)',
      'alter domain default_int add constraint made check (d_check(value)) not valid',
      'prepare known(checked_int) as select $1',
      'prepare casting(bigint) as select $1',
    ],
  ),
  target('view', 'nested_calling_view', {
    SELECT: 'select id, a from nested_calling_view',
    'IN SUBQUERY': 'select 1 from plain where a in (select a from nested_calling_view)',
  }),
  target('view', 'filtered_view', {
    SELECT: 'table filtered_view',
    JOIN: 'select * from filtered_view join second using (id)',
  }),
  target('view', 'sequence_view', { SELECT: 'select * from sequence_view' }),
  target('view', 'join_view', { SELECT: 'select * from join_view' }),
  target(
    'domain',
    'with_domain',
    {
      INSERT: 'insert into with_domain values (1, 1)',
      UPDATE: 'update with_domain set d = 2',
      'COPY FROM': 'copy with_domain from stdin',
    },
    ['insert into with_domain values (7, 7)'],
  ),
  target(
    'default',
    'with_default_domain',
    {
      INSERT: 'insert into with_default_domain (id) values (1)',
      'COPY FROM': 'copy with_default_domain (id) from stdin',
      'UPDATE to DEFAULT': 'update with_default_domain set d = default',
    },
    ['insert into with_default_domain values (7, 7)'],
  ),
  target(
    'default',
    'with_default',
    {
      INSERT: 'insert into with_default (id) values (50)',
      'INSERT with DEFAULT': 'insert into with_default values (50, default)',
      'INSERT of all columns': 'insert into with_default values (50, 1)',
      'UPDATE to DEFAULT': 'update with_default set a = default',
      'COPY FROM': 'copy with_default (id) from stdin',
      MERGE: 'merge into with_default w using plain p on w.id = p.id when not matched then insert (id) values (p.id)',
    },
    ['insert into with_default values (1, 1)'],
  ),
  target('default', 'serials', {
    INSERT: 'insert into serials (a) values (5)',
    'COPY FROM': 'copy serials (a) from stdin',
    nextval: `select nextval('serials_id_seq')`,
    'TRUNCATE RESTART': 'truncate serials restart identity',
  }),
  target('default', 'identities', {
    INSERT: 'insert into identities (a) values (5)',
    OVERRIDING: 'insert into identities overriding system value values (77, 1)',
    DEFAULTS: 'insert into identities default values',
  }),
  target('check', 'with_check', some('with_check', 'INSERT', 'COPY FROM')),
  target('generated column', 'with_generated', some('with_generated', 'INSERT', 'COPY FROM')),
  target('index', 'with_index', {
    ...some('with_index', 'INSERT', 'UPDATE', 'DELETE'),
    SELECT: 'select id from with_index where a = 1',
    REINDEX: 'reindex table with_index',
    ANALYZE: 'analyze with_index',
    CLUSTER: 'cluster with_index using with_index_pkey',
    'VACUUM FULL': 'vacuum full with_index',
  }),
  target('index', 'with_partial', {
    ...some('with_partial', 'INSERT', 'UPDATE'),
    SELECT: 'select id from with_partial where a = 1',
  }),
  target('index', 'with_order', {
    ...some('with_order', 'INSERT', 'UPDATE', 'COPY FROM'),
    DELETE: 'delete from with_order where a = 1',
    REINDEX: 'reindex table with_order',
    'CREATE INDEX': 'create index made on plain (a own_order)',
  }),
  target(
    'operator class',
    'with_order',
    {
      'SELECT through the index': 'select id from with_order where a = 1',
      'DELETE through the index': 'delete from with_order where a = 1',
      'SELECT of an endpoint': 'select max(a) from with_order',
    },
    ['set enable_seqscan = off'],
  ),
  target(
    'operator class',
    'order_parents',
    {
      'INSERT of a reference': 'insert into order_children values (5, 2)',
      'DELETE of what may be referenced': 'delete from order_parents where id = 2',
    },
    ['set enable_seqscan = off'],
  ),
  target('index', 'with_index', { SUMMARIZE: `select brin_summarize_new_values('made')` }, [
    'create index made on with_index using brin (c_index(a))',
    `select brin_desummarize_range('made', 0)`,
  ]),
  target('statistics', 'with_statistics', {
    ANALYZE: 'analyze with_statistics',
    INSERT: 'insert into with_statistics values (99, 1, 1)',
  }),
  target('partition key', 'hashed', {
    INSERT: 'insert into hashed values (1, 1)',
    'COPY FROM': 'copy hashed (id, a) from stdin',
    SELECT: 'select * from hashed where a = 1',
    DELETE: 'delete from hashed where a = 1',
  }),
  target('partition key', 'computed', {
    INSERT: 'insert into computed values (1, 1)',
    SELECT: 'select * from computed where c_partition(a) = 1',
  }),
  target('partition key', 'computed_some', { 'INSERT into a partition': 'insert into computed_some values (1, 55)' }, [
    'create table computed_some partition of computed for values from (50) to (60)',
  ]),
  target('partition', 'measures', {
    ...some('measures', 'INSERT', 'UPDATE', 'DELETE'),
    'UPDATE that moves a row': 'update measures set k = 150 where id = 1',
    TRUNCATE: 'truncate measures',
    'one partition': 'delete from measures_high',
  }),
  target('inheritance', 'animals', {
    UPDATE: `update animals set name = 'x'`,
    DELETE: 'delete from animals',
    'DELETE ONLY': 'delete from only animals',
    SELECT: 'select * from animals',
    'SELECT ONLY': 'select * from only animals',
    TRUNCATE: 'truncate animals',
  }),
  target('materialized view', 'calling_totals', { REFRESH: 'refresh materialized view calling_totals' }),
  target(
    'materialized view',
    'totals',
    { REFRESH: 'refresh materialized view concurrently totals', SELECT: 'select * from totals' },
    ['update plain set a = 77 where id = 1'],
  ),
  target('policy', 'guarded', some('guarded', 'INSERT', 'INSERT SELECT', 'UPDATE', 'DELETE', 'MERGE'), asAgent),
  target(
    'policy',
    'guarded',
    {
      SELECT: 'select * from guarded',
      'FOR UPDATE': 'select * from guarded for update',
      'COPY TO': 'copy guarded to stdout',
    },
    asAgent,
  ),
  target(
    'policy',
    'lockable',
    Object.fromEntries(
      ['UPDATE', 'NO KEY UPDATE', 'SHARE', 'KEY SHARE'].flatMap((strength) => [
        [`FOR ${strength}`, `select * from lockable for ${strength.toLowerCase()}`],
        [`FOR ${strength} of a view`, `select id from lockable_view for ${strength.toLowerCase()}`],
      ]),
    ),
    asAgent,
  ),
  target(
    'temporary table',
    'pg_temp.plain',
    {
      'DELETE of the shadow': 'delete from plain',
      'INSERT into the shadow': 'insert into plain values (5)',
      'DELETE of the real one': 'delete from public.plain where id = 1',
    },
    ['create temp table plain (id integer primary key)', 'insert into plain values (1)'],
  ),
  target(
    'search path',
    'other.things',
    { DELETE: 'delete from things', SELECT: 'select * from things', INSERT: `insert into things values (9, 9, 'z')` },
    ['set search_path = other, public'],
  ),
  target('quoted name', 'Odd "Name', {
    DELETE: `delete from "Odd ""Name"`,
    SELECT: `select "select" from "Odd ""Name"`,
    UPDATE: `update "Odd ""Name" set "select" = 'delete'`,
    UNICODE: `delete from U&"\\004fdd ""Name"`,
  }),
]

/** Every attached thing with every change that reaches it. */
export function attachedEntries(): Entry[] {
  return attached.flatMap(({ relation, family, statements, setup }) =>
    Object.entries(statements).map(([kind, text]): Entry => ({
      id: `${kind} × ${relation} (${family})`,
      world: 'base',
      text,
      family,
      container: kind,
      ...(setup !== undefined && { setup }),
      ...(text.endsWith('from stdin') && { copyIn: copied(text) }),
      ...(/^vacuum|concurrently/.test(text) && { inTransaction: false }),
    })),
  )
}

/** One row for COPY, as many columns as it names. */
function copied(text: string): string {
  return text.includes(',') || !text.includes('(') ? '60\t5\n' : '60\n'
}
