import { ColumnSources } from './column-sources.js'
import { derived, listed, type MadeColumn, Making, once, type Range, together } from './made-columns.js'
import {
  fieldOf,
  isStoredList,
  isStoredNode,
  nodesOf,
  nothing,
  numberOf,
  storedValues,
  type StoredNode,
  type StoredValue,
  truthOf,
  unreadable,
} from './node-tree.js'
import { isConstant, isTotalNode, type TotalityJudge } from './total-nodes.js'

/** Where the values go that the query of a view reads. */
export interface StoredQuery {
  /** Its columns in their order: that of number 1 first. */
  readonly columns: readonly MadeColumn[]
  /** What chooses, orders, groups or counts rows, may raise an error, or is passed to a function in FROM. */
  readonly elsewhere: ColumnSources
  /** Whether nothing in it raises an error or locks rows, whichever of its columns are read. */
  readonly total: boolean
  /** Every column that it names. */
  readonly read: ColumnSources
}

/**
 * Reads the stored query of a view (`pg_rewrite.ev_action`): there every column stands by the number of its item of FROM and
 * its own, so that no name has to be looked up and none can mislead.
 *
 * Throws a SyntaxError for what is no such query, a RangeError for one that takes too long or is nested too deep.
 */
export function storedQuery(tree: string, judge: TotalityJudge): StoredQuery {
  const [queries, ...others] = storedValues(tree)
  const [query] = isStoredList(queries) ? queries : []
  if (!isStoredNode(query) || others.length > 0 || (isStoredList(queries) && queries.length !== 1)) throw unreadable()
  const reader = new QueryReader(judge)
  const columns = reader.query(query, undefined)
  const { sources, total } = reader.elsewhere
  return { columns, elsewhere: sources, total, read: reader.read }
}

/** One level of a query; those inside see it by how many levels it is above them. */
interface Level {
  readonly parent: Level | undefined
  readonly ranges: Range[]
  readonly commonTables: Map<string, Range>
  /** What each window is divided and ordered by, by the number that calls have for it. */
  readonly windows: Map<number, Making>
}

const maxSteps = 500_000

class QueryReader {
  readonly elsewhere = new Making()
  readonly read = new ColumnSources()
  readonly #judge: TotalityJudge
  #steps = 0

  constructor(judge: TotalityJudge) {
    this.#judge = judge
  }

  /** The columns that a query gives. Everything else in it goes elsewhere. */
  query(node: StoredNode, parent: Level | undefined): readonly MadeColumn[] {
    if (node.type !== 'QUERY' || numberOf(node, 'commandType') !== selectCommand) throw unreadable()
    const level: Level = { parent, ranges: [], commonTables: new Map(), windows: new Map() }
    for (const table of nodesOf(node, 'cteList')) this.#defineCommonTable(table, level)
    for (const range of nodesOf(node, 'rtable')) level.ranges.push(this.#range(range, level))
    for (const [field, values] of node.fields) {
      if (!ownFields.has(field)) for (const value of values) this.#visit(value, level, this.elsewhere)
    }
    for (const limit of ['limitOffset', 'limitCount'])
      if (!isConstant(fieldOf(node, limit))) this.elsewhere.total = false
    if (nodesOf(node, 'rowMarks').length > 0) this.elsewhere.total = false
    return this.#outputs(node, level)
  }

  #outputs(node: StoredNode, level: Level): readonly MadeColumn[] {
    const targets = nodesOf(node, 'targetList').map((entry) => ({
      reference: numberOf(entry, 'ressortgroupref'),
      junk: truthOf(entry, 'resjunk'),
      number: numberOf(entry, 'resno'),
      // Windows are made of items of this list, and calls in others name the windows.
      made: once(() => this.#made(fieldOf(entry, 'expr'), level)),
    }))
    const sorted = (owner: StoredNode, clause: string): Making => {
      const making = new Making()
      for (const reference of nodesOf(owner, clause).map((each) => numberOf(each, 'tleSortGroupRef'))) {
        const target = targets.find((each) => each.reference === reference)
        if (target === undefined) throw unreadable()
        making.take(target.made())
      }
      return making
    }
    for (const clause of nodesOf(node, 'windowClause')) {
      const window = new Making()
      for (const part of ['partitionClause', 'orderClause']) window.take(sorted(clause, part))
      for (const part of ['startOffset', 'endOffset']) this.#visit(fieldOf(clause, part), level, window)
      this.elsewhere.take(window)
      level.windows.set(numberOf(clause, 'winref'), window)
    }
    for (const clause of ['groupClause', 'distinctClause', 'sortClause']) this.elsewhere.take(sorted(node, clause))
    for (const { made } of targets) if (!made().total) this.elsewhere.take(made())
    const columns = targets.filter(({ junk }) => !junk)
    if (columns.some(({ number }, index) => number !== index + 1)) throw unreadable()
    const isSorted = nodesOf(node, 'sortClause').length > 0
    return this.#united(
      fieldOf(node, 'setOperations'),
      columns.map(({ made }) => made()),
      level,
      isSorted,
    )
  }

  /** The columns of a set operation: of each place of all its arms. Only UNION ALL gives every row of theirs. */
  #united(
    operations: StoredValue,
    columns: readonly MadeColumn[],
    level: Level,
    sorted: boolean,
  ): readonly MadeColumn[] {
    if (operations === nothing) return columns
    const arms: Range[] = []
    let all = true
    const gather = (value: StoredValue): void => {
      if (!isStoredNode(value)) throw unreadable()
      if (value.type === 'SETOPERATIONSTMT') {
        all &&= numberOf(value, 'op') === union && truthOf(value, 'all')
        gather(fieldOf(value, 'larg'))
        gather(fieldOf(value, 'rarg'))
      } else arms.push(rangeAt(level, numberOf(value, 'rtindex')))
    }
    gather(operations)
    return columns.map((column, index) => {
      const making = new Making()
      making.take(column)
      for (const arm of arms) making.take(arm(index + 1))
      if (!all || sorted) this.elsewhere.take(making)
      return derived(making)
    })
  }

  #made(expression: StoredValue, level: Level): MadeColumn {
    if (isStoredNode(expression) && expression.type === 'VAR') return this.#variable(expression, level)
    const making = new Making()
    this.#visit(expression, level, making)
    return derived(making)
  }

  #variable(node: StoredNode, from: Level): MadeColumn {
    let level: Level | undefined = from
    for (let above = numberOf(node, 'varlevelsup'); above > 0; above -= 1) level = level?.parent
    if (level === undefined) throw unreadable()
    return rangeAt(level, numberOf(node, 'varno'))(numberOf(node, 'varattno'))
  }

  #visit(value: StoredValue, level: Level, making: Making): void {
    this.#steps += 1
    if (this.#steps > maxSteps) throw new RangeError('A stored query of the catalog is too large')
    if (isStoredList(value)) for (const item of value) this.#visit(item, level, making)
    if (!isStoredNode(value)) return
    if (value.type === 'VAR') {
      making.take(this.#variable(value, level))
      return
    }
    if (value.type === 'QUERY') {
      for (const column of this.query(value, level)) making.take(column)
      return
    }
    if (!isTotalNode(value, this.#judge)) making.total = false
    this.#visitParts(value, level, making)
    if (value.type === 'AGGREF' || value.type === 'WINDOWFUNC') this.#visitRows(value, level, making)
  }

  #visitParts(node: StoredNode, level: Level, making: Making): void {
    for (const values of node.fields.values()) {
      for (const value of values) this.#visit(value, level, making)
    }
  }

  /** What decides which rows an aggregate or window function sees. One that sorts them itself is not total. */
  #visitRows(node: StoredNode, level: Level, making: Making): void {
    this.#visit(fieldOf(node, 'aggfilter'), level, this.elsewhere)
    if (node.type === 'AGGREF') return
    const window = level.windows.get(numberOf(node, 'winref'))
    if (window === undefined) throw unreadable()
    making.take(window)
  }

  #range(node: StoredNode, level: Level): Range {
    // Arguments of functions may be columns of items before it, those of a join are of any item.
    switch (numberOf(node, 'rtekind')) {
      case rangeKinds.relation:
        return this.#relation(node, level)
      case rangeKinds.subquery: {
        const query = fieldOf(node, 'subquery')
        if (!isStoredNode(query)) throw unreadable()
        const columns = this.query(query, level)
        return listed(() => columns)
      }
      case rangeKinds.join:
        return this.#listedExpressions(node, 'joinaliasvars', level)
      case rangeKinds.group:
        return this.#listedExpressions(node, 'groupexprs', level)
      case rangeKinds.function:
        return this.#called(fieldOf(node, 'functions'), level)
      case rangeKinds.tableFunction:
        return this.#called(fieldOf(node, 'tablefunc'), level)
      case rangeKinds.values:
        return this.#rows(fieldOf(node, 'values_lists'), level)
      case rangeKinds.commonTable: {
        let above: Level | undefined = level
        for (let levels = numberOf(node, 'ctelevelsup'); levels > 0; levels -= 1) above = above?.parent
        const table = above?.commonTables.get(nameOf(node))
        if (table === undefined) throw unreadable()
        return table
      }
      case rangeKinds.result:
        return listed(() => [])
      default:
        throw unreadable()
    }
  }

  #relation(node: StoredNode, level: Level): Range {
    const relation = numberOf(node, 'relid')
    for (const part of ['tablesample', 'securityQuals']) this.#visit(fieldOf(node, part), level, this.elsewhere)
    return (column) => {
      const sources = new ColumnSources()
      sources.add(relation, column)
      this.read.add(relation, column)
      return { sources, plain: column > 0, total: this.#judge.column(relation, column) }
    }
  }

  #listedExpressions(node: StoredNode, field: string, level: Level): Range {
    const list = fieldOf(node, field)
    if (list !== nothing && !isStoredList(list)) throw unreadable()
    return listed(once(() => (list === nothing ? [] : list).map((expression) => this.#made(expression, level))))
  }

  /** Any column of what a function in FROM gives. How many rows there are depends on the arguments. */
  #called(functions: StoredValue, level: Level): Range {
    const made = this.#made(functions, level)
    this.elsewhere.take(made)
    return () => made
  }

  #rows(lists: StoredValue, level: Level): Range {
    if (!isStoredList(lists)) throw unreadable()
    const columns: Making[] = []
    for (const list of lists) {
      if (!isStoredList(list)) throw unreadable()
      list.forEach((expression, index) => this.#visit(expression, level, (columns[index] ??= new Making())))
    }
    for (const column of columns) if (!column.total) this.elsewhere.take(column)
    return listed(() => columns.map(derived))
  }

  /** A query of WITH, which those behind it name. */
  #defineCommonTable(node: StoredNode, level: Level): void {
    const query = fieldOf(node, 'ctequery')
    if (!isStoredNode(query)) throw unreadable()
    const adds = ['search_clause', 'cycle_clause'].some(
      (clause) => (node.fields.get(clause)?.[0] ?? nothing) !== nothing,
    )
    const columns = truthOf(node, 'cterecursive')
      ? this.#recursive(query, nameOf(node), level)
      : this.query(query, level)
    // SEARCH and CYCLE (PostgreSQL 14) add columns that are made of any of them; CYCLE ends where values come again.
    const whole = together(columns)
    if (adds) this.elsewhere.take(whole)
    const range = listed(() => columns)
    level.commonTables.set(nameOf(node), adds ? (column) => (column > columns.length ? whole : range(column)) : range)
  }

  /** A query of WITH that names itself: read until nothing more comes of it. */
  #recursive(query: StoredNode, name: string, level: Level): readonly MadeColumn[] {
    const grown: Making[] = []
    const at = (column: number): Making => {
      for (let index = grown.length; index < column; index += 1) grown.push(new Making())
      return grown[column - 1] ?? new Making()
    }
    level.commonTables.set(name, (column) => (column > 0 ? derived(at(column)) : together(grown.map(derived))))
    let known = -1
    let count = 0
    for (let size = 0; size > known;) {
      known = size
      const columns = this.query(query, level)
      count = columns.length
      columns.forEach((column, index) => at(index + 1).take(column))
      size = 1 + grown.reduce((sum, { sources, total }) => sum + sources.size + (total ? 0 : 1), 0)
    }
    return grown.slice(0, count).map(derived)
  }
}

function rangeAt(level: Level, number: number): Range {
  const range = level.ranges[number - 1]
  if (range === undefined) throw unreadable()
  return range
}

/** The name of a query of WITH, as the tree writes it. */
function nameOf(node: StoredNode): string {
  const name = fieldOf(node, 'ctename')
  if (typeof name !== 'string') throw unreadable()
  return name
}

/** CmdType, SetOperation and RTEKind of nodes.h and parsenodes.h. */
const selectCommand = 1
const union = 1
const rangeKinds = {
  relation: 0,
  subquery: 1,
  join: 2,
  function: 3,
  tableFunction: 4,
  values: 5,
  commonTable: 6,
  result: 8,
  group: 9,
} as const

/** Fields of a query that are read for themselves, and those that say again what others say. */
const ownFields: ReadonlySet<string> = new Set(
  `cteList rtable rteperminfos targetList groupClause distinctClause sortClause windowClause setOperations constraintDeps
   rowMarks`.split(/\s+/),
)
