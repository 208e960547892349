/**
 * SQL that lists what a stored expression or query uses, as `key value` texts. The server stores trees as text in which
 * every function, operator and relation stands by object id; blanks inside names are escaped there, so that no name can
 * look like a key. A constant for each argument, which is SQL of ours.
 */
export function storedUseSql(tree: string): string {
  return `(SELECT pg_catalog.json_agg(DISTINCT pg_catalog.concat(m.m[1], ' ', m.m[2])) FROM pg_catalog.regexp_matches((${tree})::pg_catalog.text, '${pattern}', 'g') AS m(m))`
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
  'resulttype',
  'consttype',
  'funcresulttype',
  'tsmhandler',
  'startInRangeFunc',
  'endInRangeFunc',
  'commandType',
  'utilityStmt',
].join('|')

const pattern = `[ ]:(${keys}) ((?:[(]o )?[0-9]+(?: [0-9]+)*|[{])`
