const file = (name) => `packages/adapter-pg/src/${name}.ts`
const lineage = ['packages/adapter-pg/test/lineage/lineage.test.ts']
const server = ['packages/adapter-pg/test/catalog/keys.int.test.ts']
const oneRow = file('analyzer/one-row')

const guard = (tests, path, name, find, replace) => ({ name, file: path, find, replace, tests })
const inCatalog = (name, find) => guard(server, file('catalog/keys-sql'), name, find, '')

/** Queries for a value that a key chooses. */
export const lineageOneRowGuards = [
  guard(lineage, oneRow, 'a key is compared whole', 'key.every(', 'key.some('),
  guard(lineage, oneRow, 'what is compared is a column of the table', 'own?.isOwn !== true', 'own === undefined'),
  guard(
    lineage,
    oneRow,
    'it is compared with one value for all rows',
    'referred?.isOwn === false',
    'referred !== undefined',
  ),
  guard(
    lineage,
    oneRow,
    'it is compared as its index does',
    'if (alike === undefined || (other !== unknownType && !alike.has(other))) return undefined',
    '',
  ),
  guard(lineage, oneRow, 'nothing multiplies the rows of the table', ' || others.length + otherRanges.length > 0', ''),
  guard(
    lineage,
    oneRow,
    'tables that inherit have rows of their own',
    "return kind === 'partitioned-table' || children.length === 0 || !withChildren",
    'return true',
  ),
  guard(lineage, oneRow, 'either side of OR may choose', " && textOf(conjunction, 'boolop') === 'AND_EXPR'", ''),
  guard(lineage, oneRow, 'it has to be equal', " || name[0] !== '='", ''),
  guard(
    lineage,
    file('catalog/relations'),
    'only an index that is one is a key',
    'if (isKey && columns !== null)',
    'if (columns !== null)',
  ),
  guard(
    server,
    file('catalog/relations'),
    'what an index has besides is no part of its key',
    'owner?.keys.push(columns.slice(0, keyColumns))',
    'owner?.keys.push(columns)',
  ),
  inCatalog('a deferred key may be broken for a while', ' AND i.indimmediate'),
  inCatalog('an index that could not be made holds nothing', ' AND i.indisvalid'),
  guard(
    server,
    file('catalog/keys-sql'),
    'a column of which some rows are still to be looked at may have none',
    ' AND NOT n.convalidated',
    ' AND false',
  ),
  guard(
    server,
    file('catalog/keys-sql'),
    'an index over some rows is no key',
    'i.indexprs IS NULL AND i.indpred IS NULL AND NOT',
    'i.indexprs IS NULL AND NOT',
  ),
  guard(
    server,
    file('catalog/keys-sql'),
    'an index with a class of users is no key',
    "WHERE ${isUser('o.o')}) AND NOT",
    'WHERE false) AND NOT',
  ),
  guard(
    server,
    file('catalog/keys-sql'),
    'an index under another collation is no key',
    "WHERE NOT ${isPlainCollation('o.o')})",
    'WHERE false)',
  ),
  guard(
    server,
    file('catalog/keys-sql'),
    'a column under another collation is no key',
    " AND NOT ${isPlainCollation('a.attcollation')})",
    ' AND false)',
  ),
]
