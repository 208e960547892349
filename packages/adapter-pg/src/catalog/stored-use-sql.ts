/**
 * SQL that lists what a stored expression or query uses, as `key value` texts. The server stores trees as text in which
 * every function, operator and relation stands by object id; blanks inside names are escaped there, so that no name can
 * look like a key. A constant for each argument, which is SQL of ours. The query around it has `storedUsePattern` in its FROM.
 */
export function storedUseSql(tree: string): string {
  return `(SELECT pg_catalog.json_agg(DISTINCT pg_catalog.concat(m.m[1], m.m[3], m.m[5], ' ', m.m[2], m.m[4], m.m[6])) FROM pg_catalog.regexp_matches((${tree})::pg_catalog.text, stored.pattern, 'g') AS m(m))`
}

const keys = [
  'funcid',
  'opfuncid',
  'aggfnoid',
  'winfnoid',
  'opno',
  'opnos',
  'eqop',
  'sortop',
  'relid',
  'seqid',
  'tsmhandler',
  'startInRangeFunc',
  'endInRangeFunc',
  'commandType',
  'utilityStmt',
  // Of a RowMarkClause alone.
  'strength',
  // A whole row: its type, as no column is named.
  'varattno 0 :vartype',
].join('|')

/** Types of values, whatever the field is called; only those that users can have made: they have five digits. */
const typeKeys = '[a-zA-Z_]*type|[a-z_]*typeid|typeId|typid|coltypes|funccoltypes'

/**
 * A call of nextval or current_setting (both forms) whose first argument is a constant of the type regclass or text, up to the
 * bytes of that. The server takes the longest match, JavaScript the first.
 */
const namingCall =
  '(?:1574|2077|3294) [^({]*:args [(][{]CONST :consttype (?:25|2205) [^[{}]*:constvalue [0-9]+ [[][0-9 -]*'

/** Means the same to PostgreSQL and to JavaScript. */
const pattern = `[ ]:(?:(funcid) (${namingCall})|(${keys}) ((?:[(]o )?[0-9]+(?: [0-9]+)*|[{])|(${typeKeys}) ((?:[(]o )?(?:[0-9]+ )*[0-9]{5,}(?: [0-9]+)*))`

/** One row with what `storedUseSql` looks for, once for all of them: the text has to stay short enough to be checked. */
export const storedUsePattern = `(VALUES ('${pattern}'::pg_catalog.text)) AS stored(pattern)`

/** The same of a piece of a stored tree that is here already. */
export function storedUseTokens(tree: string): readonly string[] {
  return Array.from(tree.matchAll(new RegExp(pattern, 'g')), ([, ...groups]) =>
    // Of each pair of groups two say nothing.
    groups.filter(Boolean).join(' '),
  )
}
