import { describe, expect, it } from 'vitest'
import { columnOrigins, readOrigins } from '../../src/analyzer/column-origins.js'
import { type RelationColumn, viewLineage } from '../../src/analyzer/view-lineage.js'
import type { CatalogSnapshot, Relation } from '../../src/catalog/snapshot.js'
import { viewCatalog } from '../catalog/support/view-catalogs.js'

const catalog = viewCatalog(18)

function relation(name: string, of: CatalogSnapshot = catalog): Relation {
  const found = of.relation('public', name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

function words(sources: readonly RelationColumn[], of: CatalogSnapshot = catalog): string {
  return sources
    .map(({ relation: id, column }) => `${of.relations.get(id)?.name ?? '*'}.${column}`)
    .toSorted()
    .join(' ')
}

function origins(name: string, column: string, of: CatalogSnapshot = catalog): string {
  const { plain, sources } = columnOrigins(of, relation(name, of), column)
  return `${plain ? '=' : '~'} ${words(sources, of)}`
}

describe('the origins of a column', () => {
  it.each([
    ['people', 'email', '= people.email'],
    ['v_plain', 'email', '= people.email v_plain.email'],
    ['v_nested', 'e', '= people.email v_nested.e v_renamed_columns.a'],
    ['v_nested', 'j', '~ people.id v_nested.j v_renamed_columns.b'],
    ['v_moved_on', 'contact', '= people.email v_moved_on.contact'],
    ['v_expression', 'e', '~ people.called people.email v_expression.e'],
    ['v_union_all', 'email', '~ people.email purchases.note v_union_all.email'],
    // Rows of relations below, and names in those above; not those beside.
    ['log', 'email', '= log.email log_1.email log_2.email'],
    ['log_1', 'email', '= log.email log_1.email'],
    ['v_partition', 'email', '= log.email log_1.email v_partition.email'],
    ['animals', 'name', '= animals.name cats.name dogs.name other_animals.name'],
    ['cats', 'name', '= animals.name cats.name'],
    ['cats', 'lives', '= cats.lives'],
    [
      'v_whole_row',
      'person',
      '~ people.* people.boss people.called people.doc people.email people.grp people.id v_whole_row.person',
    ],
    [
      'v_dogs',
      'dog',
      '~ animals.id animals.name dogs.* dogs.id dogs.name dogs.owner other_animals.name other_animals.owner v_dogs.dog',
    ],
    ['people', '*', '~ people.* people.boss people.called people.doc people.email people.grp people.id'],
    // What is generated is made of what its expression names.
    ['made', 'short', '~ made.email made.short'],
    ['v_generated', 'pos', '~ made.email made.pos v_generated.pos'],
    ['computed', 'k', '~ *.* computed.email computed.k'],
    // Which partition a row is in tells of the key.
    [
      'parted',
      'tableoid',
      '~ parted.email parted.id parted.region parted.tableoid parted_a.region parted_b.email parted_b.id parted_b.region parted_b1.email parted_b1.id parted_b1.region',
    ],
    ['log', 'ctid', '~ log.at log.ctid log_1.at log_2.at'],
    ['people', 'ctid', '~ people.ctid'],
    ['v_region', 'id', '= parted.id parted_a.id parted_b.id parted_b1.id v_region.id'],
    // A materialised view keeps what came of its query.
    ['m_plain', 'email', '= m_plain.email people.email'],
    ['v_over_stored', 'email', '= m_plain.email people.email v_over_stored.email'],
    ['v_over_stored', 'n', '~ m_plain.name people.called v_over_stored.n'],
    // What runs unknown code, or text, or shows statistics may tell anything.
    ['v_calls', 'id', '~ *.* v_calls.id'],
    ['v_over_calls', 'id', '~ *.* v_calls.id v_over_calls.id'],
    ['v_text', 'id', '~ *.* v_text.id'],
    ['v_domain', 'd', '~ *.* v_domain.d'],
    ['v_stats', 'v', '~ *.* pg_stats.most_common_vals v_stats.v'],
    ['v_catalog', 'relname', '= pg_class.relname v_catalog.relname'],
  ])('%s.%s', (name, column, expected) => {
    const [kind = '', ...sources] = expected.split(' ')
    expect(origins(name, column)).toBe(`${kind} ${sources.toSorted().join(' ')}`)
  })

  it('leaves out children where only the relation itself is read', () => {
    expect(words(columnOrigins(catalog, relation('animals'), 'name', { only: true }).sources)).toBe('animals.name')
    expect(words(columnOrigins(catalog, relation('animals'), 'name').sources)).toContain('cats.name')
  })

  it('starts with the column itself', () => {
    expect(columnOrigins(catalog, relation('v_nested'), 'e').sources[0]).toEqual({
      relation: relation('v_nested').id,
      column: 'e',
    })
  })

  it('says where making a value may fail', () => {
    const total = (name: string, column: string): boolean => columnOrigins(catalog, relation(name), column).total
    expect(total('v_fails', 'f')).toBe(false)
    expect(total('v_fails', 'boss')).toBe(true)
    expect(total('v_case', 'c')).toBe(true)
    expect(total('v_domain', 'd')).toBe(false)
    expect(total('people', '*')).toBe(true)
    expect(total('v_plain', '*')).toBe(false)
    expect(total('made', 'short')).toBe(true)
    expect(total('m_fails', 'f')).toBe(true)
  })

  it('knows what collation the texts are under that a view hands to a function', () => {
    const under = (collation: number): CatalogSnapshot =>
      viewCatalog(18, (text) => text.replaceAll('inputcollid 100 ', `inputcollid ${String(collation)} `))
    const isTotal = (of: CatalogSnapshot): boolean => columnOrigins(of, relation('v_expression', of), 'n').total
    expect([100, 950, 951].map((collation) => isTotal(under(collation)))).toEqual([true, true, true])
    // None is known, or a user made it.
    expect([0, 16_400].map((collation) => isTotal(under(collation)))).toEqual([false, false])
    expect(words(readOrigins(catalog, relation('v_expression')).elsewhere)).toBe('')
    expect(words(readOrigins(under(0), relation('v_expression', under(0))).elsewhere, under(0))).toBe('people.called')
    expect(isTotalCase(under(100))).toBe(true)
    expect(isTotalCase(under(0))).toBe(false)
  })

  it('knows that a virtual column is made when it is read', () => {
    const virtual = viewCatalog(18, (text) => text.replaceAll(/"short", 3, 25, "s"/g, '"short", 3, 25, "v"'))
    expect(relation('made', virtual).columns.get('short')?.virtual).toBe(true)
    expect(columnOrigins(virtual, relation('made', virtual), 'short').total).toBe(false)
    expect(columnOrigins(virtual, relation('made', virtual), '*').total).toBe(false)
    expect(columnOrigins(virtual, relation('v_generated', virtual), 'short').total).toBe(false)
    expect(columnOrigins(virtual, relation('v_generated', virtual), 'id').total).toBe(true)
    expect(words(readOrigins(virtual, relation('v_generated', virtual)).elsewhere, virtual)).toBe(
      'made.email made.short',
    )
  })
})

/** `CASE name WHEN 'a'` compares texts by an operator. */
function isTotalCase(of: CatalogSnapshot): boolean {
  return columnOrigins(of, relation('v_case_of', of), 'c').total
}

describe('the origins of rows', () => {
  const elsewhere = (name: string, of: CatalogSnapshot = catalog): string =>
    words(readOrigins(of, relation(name, of)).elsewhere, of)

  it('are what chose them in the view and in those behind it', () => {
    expect(elsewhere('people')).toBe('')
    expect(elsewhere('v_plain')).toBe('')
    expect(elsewhere('v_where')).toBe('people.email')
    expect(elsewhere('v_nested')).toBe('people.email people.id v_renamed_columns.a v_renamed_columns.b')
    expect(elsewhere('v_nested_join')).toBe('people.grp people.id v_count.grp v_plain.id')
    expect(elsewhere('m_plain')).toBe('people.grp')
    expect(elsewhere('v_over_stored')).toContain('people.grp')
    expect(elsewhere('v_over_calls')).toBe('*.* v_calls.id')
    expect(elsewhere('v_fails')).toBe('people.grp')
  })

  it('are the columns by which the rows of a partition came there', () => {
    expect(elsewhere('log')).toBe('')
    expect(elsewhere('log_1')).toBe('log.at log_1.at')
    expect(words(readOrigins(catalog, relation('log_1')).read)).toBe('log.at log_1.at')
    expect(elsewhere('v_partition')).toBe('log.at log_1.at')
    expect(elsewhere('v_partitioned')).toBe('')
    expect(elsewhere('cats')).toBe('')
    // By an expression, and by the table above.
    expect(elsewhere('parted_b1')).toBe(
      'parted.email parted.id parted.region parted_b.email parted_b.id parted_b.region parted_b1.email parted_b1.id parted_b1.region',
    )
  })

  it('may fail where a view behind it may, but not where rows are stored', () => {
    const total = (name: string, of: CatalogSnapshot = catalog): boolean => readOrigins(of, relation(name, of)).total
    expect(total('people')).toBe(true)
    expect(total('v_plain')).toBe(true)
    expect(total('v_fails')).toBe(false)
    expect(total('m_plain')).toBe(true)
    const people = String(relation('people').id)
    const secured = viewCatalog(18, (text) =>
      text.replace(new RegExp(`(\\[${people}, \\d+, "people", "r", "p", \\d+, )false`), '$1true'),
    )
    expect(relation('people', secured).rowSecurity).toBe(true)
    expect(total('v_plain', secured)).toBe(false)
    expect(total('m_plain', secured)).toBe(true)
  })

  it('are with everything that is read', () => {
    expect(words(readOrigins(catalog, relation('v_nested')).read)).toBe(
      'people.email people.id v_renamed_columns.a v_renamed_columns.b',
    )
    expect(words(readOrigins(catalog, relation('v_exists')).read)).toBe('people.email purchases.id purchases.note')
  })
})

describe('a view whose query cannot be read', () => {
  it('gives everything that it names in each column, and all of it chooses rows', () => {
    const v = relation('v_join')
    const lineage = viewLineage(catalog, { ...v, queryTree: undefined })
    expect(words(lineage.columns.get('id')?.sources ?? [])).toBe(
      'people.email people.id purchases.note purchases.person',
    )
    expect(lineage.columns.get('id')).toMatchObject({ plain: false, total: false })
    expect(words(lineage.elsewhere)).toBe('people.email people.id purchases.note purchases.person')
    expect(lineage.total).toBe(false)
    expect(words(viewLineage(catalog, { ...v, queryTree: '({QUERY' }).elsewhere)).toBe(words(lineage.elsewhere))
    expect(words(viewLineage(catalog, { ...relation('v_whole_row'), queryTree: undefined }).elsewhere)).toBe(
      'people.* purchases.id purchases.person',
    )
  })

  it('gives anything where not even that is known', () => {
    const lineage = viewLineage(catalog, { ...relation('v_join'), query: undefined })
    expect(words(lineage.columns.get('id')?.sources ?? [])).toBe('*.*')
    expect(words(lineage.elsewhere)).toBe('*.*')
  })

  it('gives everything in all where it has a column that its query does not have', () => {
    const v = relation('v_join')
    const added = {
      name: 'more',
      number: 9,
      type: 25,
      generated: false,
      generatedFrom: [],
      notNull: false,
      virtual: false,
    }
    const lineage = viewLineage(catalog, { ...v, columns: new Map([...v.columns, ['more', added]]) })
    expect(words(lineage.columns.get('more')?.sources ?? [])).toContain('people.email')
    expect(words(lineage.elsewhere)).toContain('people.email')
  })

  it('comes back from views that are behind each other', () => {
    const one = relation('v_nested')
    const other = relation('v_renamed_columns')
    const relations = new Map(catalog.relations)
    const turned = (view: Relation): Relation => ({
      ...view,
      queryTree: view.queryTree?.replaceAll(`:relid ${String(relation('people').id)} `, `:relid ${String(one.id)} `),
    })
    relations.set(other.id, turned(other))
    const circle: CatalogSnapshot = { ...catalog, relations }
    expect(words(columnOrigins(circle, one, 'j').sources)).toContain('v_renamed_columns.b')
    expect(readOrigins(circle, one).elsewhere.length).toBeGreaterThan(0)
  })
})

describe('too many sources', () => {
  it('may be any', () => {
    const log = relation('log')
    const partition = relation('log_1')
    const relations = new Map(catalog.relations)
    const children = Array.from({ length: 20_001 }, (_, index) => 1_000_000 + index)
    for (const id of children) relations.set(id, { ...partition, id, parents: [log.id] })
    const parent = { ...log, children }
    relations.set(log.id, parent)
    const many: CatalogSnapshot = { ...catalog, relations }
    expect(words(columnOrigins(many, parent, 'email').sources, many)).toBe('*.*')
    expect(words(columnOrigins(many, parent, 'email', { only: true }).sources, many)).toBe('log.email')
  })
})
