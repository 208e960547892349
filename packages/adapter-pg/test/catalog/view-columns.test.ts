import { describe, expect, it } from 'vitest'
import { storedUseTokens } from '../../src/catalog/stored-use-sql.js'
import { storedQuery } from '../../src/catalog/view-columns.js'
import { viewCatalog } from './support/view-catalogs.js'
import { viewLine, viewsOf } from './support/view-lines.js'
import { viewCases } from './view-cases.js'

const catalogs = { 15: viewCatalog(15), 18: viewCatalog(18) } as const
const everySafe = { call: () => true, column: () => true }

function treeOf(name: string): string {
  return catalogs[18].relation('public', name)?.queryTree ?? ''
}

describe.each([15, 18] as const)('the stored query of a view of PostgreSQL %s', (version) => {
  const catalog = catalogs[version]
  const named = new Map(viewsOf(catalog).map((view) => [view.name, view]))

  it.each(Object.entries(viewCases))('tells where the columns of %s come from', (name, line) => {
    const view = named.get(name)
    expect(view === undefined ? undefined : viewLine(catalog, view)).toBe(line)
  })

  it('has a case for each view', () => {
    const cases = new Set([...Object.keys(viewCases), 'v_stats', 'v_catalog'])
    expect([...named.keys()].filter((name) => !cases.has(name))).toEqual([])
  })

  it('sends what raises an error elsewhere, too', () => {
    const line = (name: string, unsafe: string): string => {
      const view = named.get(name)
      return view === undefined ? '' : viewLine(catalog, view, [unsafe])
    }
    expect(line('v_fails', 'int4div')).toContain('| people.grp')
    expect(line('v_expression', 'upper')).toBe(
      'id = people.id, e ~ people.called people.email, n ~ people.called !, one ~ | people.called',
    )
    expect(line('v_over_stored', 'upper')).toContain('| m_plain.name')
  })

  it('is total where nothing in it raises an error, whichever column is read', () => {
    const total = (name: string): boolean => storedQuery(named.get(name)?.queryTree ?? '', everySafe).total
    expect(['v_plain', 'v_where', 'v_with', 'v_case', 'v_window'].map(total)).toEqual(Array(5).fill(true))
    // What gives rows of its own, locks them, makes values of a domain, or takes its number of rows from values.
    expect(['v_function', 'v_set_returning', 'v_locked', 'v_domain', 'v_limit'].map(total)).toEqual(
      Array(5).fill(false),
    )
    // An array of all rows.
    expect(total('v_array')).toBe(false)
  })

  it('is total where its columns are', () => {
    const tree = named.get('v_expression')?.queryTree ?? ''
    const email = catalog.relation('public', 'people')?.columns.get('email')?.number
    const { columns, elsewhere, total } = storedQuery(tree, { ...everySafe, column: (_, column) => column !== email })
    expect(columns.map((column) => column.total)).toEqual([true, false, true, true])
    expect(total).toBe(false)
    expect(elsewhere.size).toBe(2)
  })
})

describe('a stored query', () => {
  it('tells what it reads, where no column of it is given', () => {
    const [people] = [...storedQuery(treeOf('v_nothing'), everySafe).read]
    expect(people?.[0]).toBe(catalogs[18].relation('public', 'people')?.id)
  })

  it.each([
    ['nothing', ''],
    ['no list', '{QUERY :commandType 1}'],
    ['two queries', '({QUERY :commandType 1} {QUERY :commandType 1})'],
    ['a list without a query', '(i 1)'],
    ['more than a list', `${treeOf('v_plain')} ()`],
    ['an end that is missing', treeOf('v_plain').slice(0, -2)],
    ['an end too many', `${treeOf('v_plain')})`],
    ['a value before any field', '({QUERY 1 :commandType 1})'],
    ['a node without a type', '({:commandType 1})'],
    ['another command', treeOf('v_plain').replace(':commandType 1', ':commandType 3')],
    ['another node', treeOf('v_plain').replace('{QUERY', '{QUERIES')],
    ['a field that is missing', treeOf('v_plain').replace(':targetList', ':targets')],
    ['a field twice', treeOf('v_plain').replace(':hasAggs', ':hasSubLinks')],
    ['a number that is none', treeOf('v_plain').replace(':varno 1', ':varno one')],
    ['an item that is not there', treeOf('v_plain').replace(':varno 1', ':varno 9')],
    ['a level that is not there', treeOf('v_plain').replace(':varlevelsup 0', ':varlevelsup 1')],
    ['a column that is not there', treeOf('v_subquery').replaceAll(':varno 1 :varattno 2', ':varno 1 :varattno 3')],
    ['columns out of order', treeOf('v_plain').replace(':resno 1 ', ':resno 7 ')],
    ['an item of FROM that is not known', treeOf('v_plain').replace(':rtekind 0', ':rtekind 12')],
    ['a query of WITH that is not there', treeOf('v_with').replace(':ctename t', ':ctename u')],
    ['a clause for an item that is not there', treeOf('v_order').replace(':tleSortGroupRef 1', ':tleSortGroupRef 5')],
    ['a window that is not there', treeOf('v_window').replaceAll(':winref 1 :winstar', ':winref 5 :winstar')],
  ])('is refused: %s', (_, tree) => {
    expect(() => storedQuery(tree, everySafe)).toThrow(SyntaxError)
  })

  it('is refused where reading it takes long or too much stack', () => {
    const deep = `${'('.repeat(100_000)}${')'.repeat(100_000)}`
    expect(() => storedQuery(deep, everySafe)).toThrow(RangeError)
    const wide = treeOf('v_plain').replace(':jointree ', `:more (${'{CONST :a 1} '.repeat(600_000)}) :jointree `)
    expect(() => storedQuery(wide, everySafe)).toThrow(RangeError)
  })

  it('counts a field that it does not know as one that chooses rows', () => {
    const tree = treeOf('v_plain').replace(
      ':havingQual <>',
      ':havingQual <> :qualify {VAR :varno 1 :varattno 6 :vartype 23 :varlevelsup 0}',
    )
    expect(storedQuery(tree, everySafe).elsewhere.size).toBe(1)
    expect(storedQuery(treeOf('v_plain'), everySafe).elsewhere.size).toBe(0)
  })

  it('is not misled by names that look like fields', () => {
    const named = storedUseTokens(treeOf('v_odd')).filter((token) => token.startsWith('relid'))
    expect(new Set(named).size).toBe(1)
  })

  it('raises an error where it makes an array of arrays', () => {
    const made = (tree: string): boolean | undefined => storedQuery(tree, everySafe).columns[1]?.total
    expect(made(treeOf('v_row'))).toBe(true)
    expect(made(treeOf('v_row').replace(':multidims false', ':multidims true'))).toBe(false)
  })
})
