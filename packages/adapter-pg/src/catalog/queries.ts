import { classFunctions, comparisonFunctions, familyFunctions, operatorFamilies } from './comparing-sql.js'
import { collatedColumns, isKey } from './keys-sql.js'
import { casts, isUsersOperator, operators, relations, routines, schemas, types } from './object-sections-sql.js'
import { qualifiedEquals as eq, isBuiltin, isUser, number, numbers } from './qualified-sql.js'
import { section } from './section-sql.js'
import { storedUsePattern, storedUseSql } from './stored-use-sql.js'
import { ruleColumns, ruleRows } from './stored-views-sql.js'

/**
 * What the door asks a server about its catalog: a fixed, reviewed list. Each is one statement that gives one row with one
 * text column (JSON). They read pg_catalog alone and name every function, operator, type and relation with its schema, so
 * that no object of a user can take part, whatever the search path is.
 *
 * `builtin` is what came with the server: ask it once per server version and pass it to every `buildCatalog`.
 * `user` is everything else, one state of one database.
 */
export const catalogQueries: { readonly builtin: string; readonly user: string } = Object.freeze({
  get builtin() {
    return builtinSql
  },
  get user() {
    return userSql
  },
})

const document = (sections: readonly string[]): string =>
  `SELECT pg_catalog.json_build_object(${sections.join(', ')})::pg_catalog.text FROM ${storedUsePattern}`

const builtinSql = document([
  `'version', pg_catalog.current_setting('server_version_num')`,
  schemas,
  relations(isBuiltin),
  routines(isBuiltin, 'NULL', 'NULL', 'NULL'),
  operators(isBuiltin),
  casts(isBuiltin),
  types(isBuiltin),
])

const extensionOfRoutine = `(SELECT e.extname FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_extension AS e ON ${eq('e.oid', 'd.refobjid')} WHERE ${eq('d.classid', "'pg_catalog.pg_proc'::pg_catalog.regclass")} AND ${eq('d.objid', 'p.oid')} AND ${eq('d.deptype', "'e'")} AND ${eq('d.refclassid', "'pg_catalog.pg_extension'::pg_catalog.regclass")} LIMIT 1)`

/**
 * The triggers by which the server keeps foreign keys and deferred unique constraints. Others are marked as internal, too:
 * PostgreSQL 13 and 14 mark those that a partition has from above.
 */
const isConstraintTrigger = `g.tgisinternal AND EXISTS (SELECT FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_language AS l ON ${eq('l.oid', 'p.prolang')} WHERE ${eq('p.oid', 'g.tgfoid')} AND ${isBuiltin('p.oid')} AND ${eq('l.lanname', "'internal'")} AND p.proname OPERATOR(pg_catalog.~) '^(RI_FKey_|unique_key_recheck$)')`

const userSql = document([
  `'database', pg_catalog.current_database()`,
  schemas,
  relations(isUser),
  routines(
    isUser,
    extensionOfRoutine,
    `CASE WHEN p.proargdefaults IS NULL THEN NULL ELSE ${storedUseSql('p.proargdefaults')} END`,
    numbers('p.proallargtypes'),
  ),
  operators(isUsersOperator),
  casts(isUser),
  types(isUser),
  comparisonFunctions,
  operatorFamilies,
  section(
    'indexes',
    [
      number('c.oid'),
      number('c.relnamespace'),
      'c.relname',
      number('i.indrelid'),
      `CASE WHEN i.indexprs IS NULL THEN NULL ELSE ${storedUseSql('i.indexprs')} END`,
      `CASE WHEN i.indpred IS NULL THEN NULL ELSE ${storedUseSql('i.indpred')} END`,
      `CASE WHEN i.indisprimary THEN ${numbers('i.indkey::pg_catalog.int2[]')} ELSE NULL END`,
      // PostgreSQL 13 and 14 have no NULLS NOT DISTINCT.
      `CASE WHEN i.indisexclusion THEN 'exclusion' WHEN NOT i.indisunique THEN '' WHEN ${eq("(pg_catalog.to_jsonb(i) OPERATOR(pg_catalog.->>) 'indnullsnotdistinct')", "'true'")} THEN 'nulls' ELSE 'unique' END`,
      numbers('i.indkey::pg_catalog.int2[]'),
      'i.indnkeyatts',
      `CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL THEN NULL ELSE (SELECT pg_catalog.json_agg(DISTINCT m.m[1]::pg_catalog.int4) FROM pg_catalog.regexp_matches(pg_catalog.concat(i.indexprs::pg_catalog.text, i.indpred::pg_catalog.text), ':varattno (-?[0-9]+)', 'g') AS m(m)) END`,
      isKey,
    ],
    `pg_catalog.pg_index AS i JOIN pg_catalog.pg_class AS c ON ${eq('c.oid', 'i.indexrelid')} WHERE ${isUser('c.oid')} AND ${isUser('i.indrelid')} AND c.relkind OPERATOR(pg_catalog.<>) 't'`,
  ),
  section('collated', [number('a.attrelid'), 'a.attnum'], collatedColumns),
  section(
    'operatorClasses',
    ['c.opcname', number('f.f')],
    `pg_catalog.pg_opclass AS c JOIN ${familyFunctions} ON ${eq('f.family', 'c.opcfamily')} WHERE ${isUser('c.oid')}`,
  ),
  classFunctions('indexClasses', 'i.indrelid', 'i.indclass', 'pg_catalog.pg_index AS i'),
  classFunctions('partitionClasses', 'p.partrelid', 'p.partclass', 'pg_catalog.pg_partitioned_table AS p'),
  section(
    'exclusions',
    [number('k.conrelid'), number('o.oprcode::pg_catalog.oid')],
    `pg_catalog.pg_constraint AS k CROSS JOIN LATERAL pg_catalog.unnest(k.conexclop) AS u(u) JOIN pg_catalog.pg_operator AS o ON ${eq('o.oid', 'u.u')} WHERE ${isUser('o.oprcode::pg_catalog.oid')}`,
  ),
  section(
    'typeDefaults',
    [number('t.oid'), storedUseSql('t.typdefaultbin')],
    `pg_catalog.pg_type AS t WHERE ${isUser('t.oid')} AND t.typdefaultbin IS NOT NULL`,
  ),
  section(
    'statistics',
    // PostgreSQL 13 has no such column.
    [number('s.stxrelid'), storedUseSql(`pg_catalog.to_jsonb(s) OPERATOR(pg_catalog.->>) 'stxexprs'`)],
    'pg_catalog.pg_statistic_ext AS s',
  ),
  section(
    'planned',
    [number('x.relation'), 'x.tree'],
    `(SELECT i.indrelid AS relation, i.indexprs::pg_catalog.text AS tree FROM pg_catalog.pg_index AS i UNION ALL SELECT i.indrelid, i.indpred::pg_catalog.text FROM pg_catalog.pg_index AS i UNION ALL SELECT k.conrelid, k.conbin::pg_catalog.text FROM pg_catalog.pg_constraint AS k UNION ALL SELECT p.partrelid, p.partexprs::pg_catalog.text FROM pg_catalog.pg_partitioned_table AS p UNION ALL SELECT s.stxrelid, pg_catalog.to_jsonb(s) OPERATOR(pg_catalog.->>) 'stxexprs' FROM pg_catalog.pg_statistic_ext AS s) AS x WHERE ${isUser('x.relation')} AND x.tree OPERATOR(pg_catalog.~) '[0-9]{5}'`,
  ),
  section(
    'partitionKeys',
    [number('p.partrelid'), storedUseSql('p.partexprs')],
    'pg_catalog.pg_partitioned_table AS p WHERE p.partexprs IS NOT NULL',
  ),
  section(
    'partitioned',
    [number('p.partrelid'), numbers('p.partattrs::pg_catalog.int2[]'), number('p.partdefid')],
    'pg_catalog.pg_partitioned_table AS p',
  ),
  section(
    'inherits',
    [number('h.inhparent'), number('h.inhrelid')],
    `pg_catalog.pg_inherits AS h JOIN pg_catalog.pg_class AS c ON ${eq('c.oid', 'h.inhrelid')} WHERE c.relkind OPERATOR(pg_catalog.<>) 'i' AND c.relkind OPERATOR(pg_catalog.<>) 'I'`,
  ),
  section('rules', ruleColumns, ruleRows),
  section(
    'triggers',
    [
      number('g.tgrelid'),
      'g.tgname',
      'g.tgtype',
      number('g.tgfoid'),
      numbers('g.tgattr::pg_catalog.int2[]'),
      `CASE WHEN g.tgqual IS NULL THEN NULL ELSE ${storedUseSql('g.tgqual')} END`,
    ],
    `pg_catalog.pg_trigger AS g WHERE NOT (${isConstraintTrigger}) AND g.tgenabled OPERATOR(pg_catalog.<>) 'D'`,
  ),
  section(
    'defaults',
    [number('d.adrelid'), 'd.adnum', storedUseSql('d.adbin')],
    `pg_catalog.pg_attrdef AS d WHERE ${isUser('d.adrelid')}`,
  ),
  section(
    'checks',
    [number('k.conrelid'), number('k.contypid'), storedUseSql('k.conbin'), numbers('k.conkey'), 'k.convalidated'],
    `pg_catalog.pg_constraint AS k WHERE ${isUser('k.oid')} AND ${eq('k.contype', "'c'")} AND k.conbin IS NOT NULL`,
  ),
  section(
    'foreignKeys',
    [
      number('k.conrelid'),
      number('k.confrelid'),
      'k.confdeltype',
      'k.confupdtype',
      numbers('k.conkey'),
      numbers('k.confkey'),
      // PostgreSQL 18 has PERIOD.
      eq("COALESCE(pg_catalog.to_jsonb(k) OPERATOR(pg_catalog.->>) 'conperiod', '')", "'true'"),
    ],
    `pg_catalog.pg_constraint AS k WHERE ${eq('k.contype', "'f'")}`,
  ),
  section(
    'policies',
    [number('y.polrelid'), 'y.polcmd', storedUseSql("pg_catalog.concat(y.polqual, ' ', y.polwithcheck)")],
    'pg_catalog.pg_policy AS y',
  ),
  section(
    'ranges',
    [
      number('g.rngtypid'),
      number('g.rngcanonical::pg_catalog.oid'),
      number('g.rngsubdiff::pg_catalog.oid'),
      number('g.rngsubtype'),
    ],
    `pg_catalog.pg_range AS g WHERE ${isUser('g.rngtypid')}`,
  ),
  section(
    'ownedSequences',
    [number('d.objid'), number('d.refobjid')],
    `pg_catalog.pg_depend AS d JOIN pg_catalog.pg_class AS c ON ${eq('c.oid', 'd.objid')} WHERE ${eq('d.classid', "'pg_catalog.pg_class'::pg_catalog.regclass")} AND ${eq('d.refclassid', "'pg_catalog.pg_class'::pg_catalog.regclass")} AND ${eq('c.relkind', "'S'")} AND (${eq('d.deptype', "'a'")} OR ${eq('d.deptype', "'i'")})`,
  ),
  section(
    'foreignTables',
    [number('f.ftrelid'), 's.srvname'],
    `pg_catalog.pg_foreign_table AS f JOIN pg_catalog.pg_foreign_server AS s ON ${eq('s.oid', 'f.ftserver')}`,
  ),
  section(
    'viewColumns',
    [number('r.ev_class'), number('d.refobjid'), 'd.refobjsubid'],
    `pg_catalog.pg_depend AS d JOIN pg_catalog.pg_rewrite AS r ON ${eq('r.oid', 'd.objid')} WHERE ${eq('d.classid', "'pg_catalog.pg_rewrite'::pg_catalog.regclass")} AND ${eq('d.refclassid', "'pg_catalog.pg_class'::pg_catalog.regclass")} AND ${eq('r.ev_type', "'1'")} AND ${isUser('r.ev_class')} AND d.refobjsubid OPERATOR(pg_catalog.>) 0 AND d.refobjid OPERATOR(pg_catalog.<>) r.ev_class`,
  ),
  section(
    'generatedColumns',
    [number('g.relation'), 'g.number', 'g.source'],
    // Before PostgreSQL 15 it is the column that depends, not its expression.
    `(SELECT b.adrelid AS relation, b.adnum::pg_catalog.int4 AS number, d.refobjsubid AS source, d.refobjid AS of FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_attrdef AS b ON ${eq('b.oid', 'd.objid')} WHERE ${eq('d.classid', "'pg_catalog.pg_attrdef'::pg_catalog.regclass")} AND ${eq('d.refclassid', "'pg_catalog.pg_class'::pg_catalog.regclass")} UNION ALL SELECT d.objid, d.objsubid, d.refobjsubid, d.refobjid FROM pg_catalog.pg_depend AS d WHERE ${eq('d.classid', "'pg_catalog.pg_class'::pg_catalog.regclass")} AND ${eq('d.refclassid', "'pg_catalog.pg_class'::pg_catalog.regclass")}) AS g WHERE ${eq('g.relation', 'g.of')} AND g.number OPERATOR(pg_catalog.>) 0 AND g.source OPERATOR(pg_catalog.>) 0 AND g.source OPERATOR(pg_catalog.<>) g.number AND ${isUser('g.relation')}`,
  ),
  section(
    'defaultSequences',
    [number('b.adrelid'), 'b.adnum', number('d.refobjid')],
    `pg_catalog.pg_depend AS d JOIN pg_catalog.pg_attrdef AS b ON ${eq('b.oid', 'd.objid')} JOIN pg_catalog.pg_class AS c ON ${eq('c.oid', 'd.refobjid')} WHERE ${eq('d.classid', "'pg_catalog.pg_attrdef'::pg_catalog.regclass")} AND ${eq('d.refclassid', "'pg_catalog.pg_class'::pg_catalog.regclass")} AND ${eq('c.relkind', "'S'")}`,
  ),
  section(
    'ruleSequences',
    [number('r.ev_class'), 'r.rulename', number('d.refobjid')],
    `pg_catalog.pg_depend AS d JOIN pg_catalog.pg_rewrite AS r ON ${eq('r.oid', 'd.objid')} JOIN pg_catalog.pg_class AS c ON ${eq('c.oid', 'd.refobjid')} WHERE ${eq('d.classid', "'pg_catalog.pg_rewrite'::pg_catalog.regclass")} AND ${eq('d.refclassid', "'pg_catalog.pg_class'::pg_catalog.regclass")} AND ${eq('c.relkind', "'S'")}`,
  ),
  section(
    'eventTriggers',
    ['v.evtname', 'v.evtevent', number('v.evtfoid')],
    `pg_catalog.pg_event_trigger AS v WHERE v.evtenabled OPERATOR(pg_catalog.<>) 'D'`,
  ),
  section('extensions', ['e.extname'], 'pg_catalog.pg_extension AS e'),
])
