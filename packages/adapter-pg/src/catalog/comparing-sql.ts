import { mayCompare } from './access-methods.js'
import { qualifiedEquals as eq, isBuiltin, isUser, number, numbers } from './qualified-sql.js'
import { section } from './section-sql.js'

/**
 * Functions of users in operator families: support functions, and those behind their operators and the negators of these, by
 * which CYCLE compares its marks.
 */
export const familyFunctions = `(SELECT m.amprocfamily, m.amproc::pg_catalog.oid FROM pg_catalog.pg_amproc AS m WHERE ${isUser('m.amproc::pg_catalog.oid')} UNION SELECT a.amopfamily, o.oprcode::pg_catalog.oid FROM pg_catalog.pg_amop AS a JOIN pg_catalog.pg_operator AS o ON ${eq('o.oid', 'a.amopopr')} WHERE ${isUser('o.oprcode::pg_catalog.oid')} UNION SELECT a.amopfamily, n.oprcode::pg_catalog.oid FROM pg_catalog.pg_amop AS a JOIN pg_catalog.pg_operator AS o ON ${eq('o.oid', 'a.amopopr')} JOIN pg_catalog.pg_operator AS n ON ${eq('n.oid', 'o.oprnegate')} WHERE ${isUser('n.oprcode::pg_catalog.oid')} AND ${mayCompare('a.amopmethod')}) AS f(family, f)`

/** What sorts, compares and hashes values of a type where nothing else is said, and bounds of ranges with a class of their own. */
export const comparisonFunctions = section(
  'comparisons',
  [number('c.type'), number('f.f')],
  `(SELECT c.opcintype AS type, c.opcfamily AS family FROM pg_catalog.pg_opclass AS c WHERE c.opcdefault UNION SELECT g.rngtypid, c.opcfamily FROM pg_catalog.pg_range AS g JOIN pg_catalog.pg_opclass AS c ON ${eq('c.oid', 'g.rngsubopc')} WHERE ${isUser('g.rngtypid')}) AS c JOIN ${familyFunctions} ON ${eq('f.family', 'c.family')}`,
)

/**
 * Whether the server's own operators in a family of users stand as they do in one of the server, which is older: that one is
 * taken for each of them, and for each two of them (`get_ordering_op_properties` and its kin in lsyscache.c go by the ids).
 */
const isShadowed = `EXISTS (SELECT FROM pg_catalog.pg_opfamily AS b WHERE ${eq('b.opfmethod', 'g.opfmethod')} AND ${isBuiltin('b.oid')} AND b.oid OPERATOR(pg_catalog.<>) g.oid AND NOT EXISTS (SELECT FROM pg_catalog.pg_amop AS u WHERE ${eq('u.amopfamily', 'g.oid')} AND ${isBuiltin('u.amopopr')} AND NOT EXISTS (SELECT FROM pg_catalog.pg_amop AS k WHERE ${eq('k.amopfamily', 'b.oid')} AND ${eq('k.amopopr', 'u.amopopr')} AND ${eq('k.amopstrategy', 'u.amopstrategy')} AND ${eq('k.amoppurpose', 'u.amoppurpose')})))`

/**
 * Families by which operators are sorted and hashed, wherever the operator is written: those of other kinds of indexes are
 * looked at with the index alone.
 */
export const operatorFamilies = section(
  'operatorFamilies',
  [
    numbers('f.functions'),
    `(SELECT pg_catalog.json_agg(DISTINCT ${number('a.amopopr')}) FROM pg_catalog.pg_amop AS a WHERE ${eq('a.amopfamily', 'f.family')} AND (${isUser('a.amopopr')} OR NOT ${isShadowed}))`,
  ],
  `(SELECT f.family, pg_catalog.array_agg(f.f) AS functions FROM ${familyFunctions} GROUP BY f.family) AS f JOIN pg_catalog.pg_opfamily AS g ON ${eq('g.oid', 'f.family')} WHERE ${mayCompare('g.opfmethod')}`,
)

/** Functions of operator classes that an index or a partition key names. */
export const classFunctions = (name: string, relation: string, classes: string, from: string): string =>
  section(
    name,
    [number(relation), number('f.f')],
    `${from} CROSS JOIN LATERAL pg_catalog.unnest(${classes}::pg_catalog.oid[]) AS u(u) JOIN pg_catalog.pg_opclass AS c ON ${eq('c.oid', 'u.u')} JOIN ${familyFunctions} ON ${eq('f.family', 'c.opcfamily')}`,
  )
