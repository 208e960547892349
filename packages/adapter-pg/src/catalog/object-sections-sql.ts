import { isNotNull } from './keys-sql.js'
import { qualifiedEquals as eq, isUser, number, numbers } from './qualified-sql.js'
import { section } from './section-sql.js'

export const relations = (which: (id: string) => string): string =>
  section(
    'relations',
    [
      number('c.oid'),
      number('c.relnamespace'),
      'c.relname',
      'c.relkind',
      'c.relpersistence',
      number('c.reltype'),
      'c.relrowsecurity',
      `(SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, a.attnum, ${number('a.atttypid')}, a.attgenerated, ${isNotNull}) ORDER BY a.attnum) FROM pg_catalog.pg_attribute AS a WHERE ${eq('a.attrelid', 'c.oid')} AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped)`,
      number('c.reloftype'),
    ],
    `pg_catalog.pg_class AS c WHERE ${which('c.oid')} AND c.relkind OPERATOR(pg_catalog.<>) 'i' AND c.relkind OPERATOR(pg_catalog.<>) 'I' AND c.relkind OPERATOR(pg_catalog.<>) 't'`,
  )

export const routines = (which: (id: string) => string, extension: string, defaults: string, outputs: string): string =>
  section(
    'routines',
    [
      number('p.oid'),
      number('p.pronamespace'),
      'p.proname',
      'p.prokind',
      'p.provolatile',
      'l.lanname',
      'p.prosecdef',
      numbers('p.proargtypes::pg_catalog.oid[]'),
      'p.pronargdefaults',
      number('p.provariadic'),
      number('p.prorettype'),
      extension,
      defaults,
      outputs,
      'p.proretset',
    ],
    `pg_catalog.pg_proc AS p JOIN pg_catalog.pg_language AS l ON ${eq('l.oid', 'p.prolang')} WHERE ${which('p.oid')}`,
  )

export const operators = (which: (id: string) => string): string =>
  section(
    'operators',
    [
      number('o.oid'),
      number('o.oprnamespace'),
      'o.oprname',
      number('o.oprleft'),
      number('o.oprright'),
      number('o.oprresult'),
      number('o.oprcode::pg_catalog.oid'),
      number('o.oprcom'),
      number('o.oprnegate'),
    ],
    `pg_catalog.pg_operator AS o WHERE ${which('o.oid')}`,
  )

/** Also one of the server that users gave a commutator or negator. */
export const isUsersOperator = (id: string): string =>
  `(${isUser(id)} OR ${isUser('o.oprcom')} OR ${isUser('o.oprnegate')})`

export const casts = (which: (id: string) => string): string =>
  section(
    'casts',
    [number('k.castsource'), number('k.casttarget'), number('k.castfunc'), 'k.castcontext'],
    `pg_catalog.pg_cast AS k WHERE ${which('k.oid')}`,
  )

export const types = (which: (id: string) => string): string =>
  section(
    'types',
    [
      number('t.oid'),
      number('t.typnamespace'),
      't.typname',
      't.typtype',
      number('t.typbasetype'),
      number('t.typelem'),
      number('t.typrelid'),
      number('t.typarray'),
    ],
    `pg_catalog.pg_type AS t WHERE ${which('t.oid')}`,
  )

export const schemas = section(
  'schemas',
  [
    number('n.oid'),
    'n.nspname',
    'pg_catalog.pg_get_userbyid(n.nspowner)',
    `(SELECT pg_catalog.json_agg(CASE WHEN ${eq('x.grantee', "'0'::pg_catalog.oid")} THEN ''::pg_catalog.text ELSE pg_catalog.pg_get_userbyid(x.grantee)::pg_catalog.text END) FROM pg_catalog.aclexplode(COALESCE(n.nspacl, pg_catalog.acldefault('n', n.nspowner))) AS x WHERE ${eq('x.privilege_type', "'CREATE'")})`,
  ],
  'pg_catalog.pg_namespace AS n',
)
