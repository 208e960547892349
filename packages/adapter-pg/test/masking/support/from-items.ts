import type { Choices } from './choices.js'
import type { Expressions } from './expressions.js'
import type { NamedColumn, Place, Range } from './place.js'
import { generated, relations, type WorldRelation } from './world.js'

/** A part of FROM and what it brings. */
export interface FromItem {
  readonly sql: string
  readonly ranges: readonly Range[]
}

/** A query with the columns that it gives. */
export interface MadeQuery {
  readonly sql: string
  readonly columns: readonly NamedColumn[]
}

/** A WITH query that may be named. */
export interface Common {
  readonly name: string
  readonly columns: readonly NamedColumn[]
}

export interface FromOptions {
  readonly choices: Choices
  readonly expressions: Expressions
  readonly alias: () => string
  readonly commons: readonly Common[]
  readonly select: (outer: Place | undefined, depth: number) => MadeQuery
}

/** Makes FROM of up to three items with joins of all kinds. */
export function fromItems(options: FromOptions, outer: Place | undefined, depth: number): FromItem {
  const { choices } = options
  let made = item(options, { ranges: [], outer }, depth)
  for (let more = choices.of([0, 0, 0, 1, 1, 2]); more > 0; more -= 1) made = joined(options, made, outer, depth)
  return made
}

function joined(options: FromOptions, left: FromItem, outer: Place | undefined, depth: number): FromItem {
  const { choices, expressions } = options
  const kind = choices.of([
    'join',
    'left join',
    'right join',
    'full join',
    'cross join',
    ', lateral',
    'natural',
    'using',
    'join',
    'left join',
  ])
  const lateral = kind === ', lateral' ? { ranges: left.ranges, outer } : { ranges: [], outer }
  const right = item(options, lateral, depth, kind === ', lateral')
  const ranges = [...left.ranges, ...right.ranges]
  switch (kind) {
    case 'cross join':
      return { sql: `${left.sql} cross join ${right.sql}`, ranges }
    case ', lateral':
      return { sql: `${left.sql} cross join ${right.sql}`, ranges }
    case 'natural':
    case 'using': {
      const common = sharedColumns(expressions, left, right)
      const isOne = left.ranges.length === 1 && right.ranges.length === 1
      if (!isOne || common.length === 0) break
      // Only what both have under the same name and of the same kind may be joined by name.
      if ([left, right].some((side) => hides(side, common)) && kind === 'natural') expressions.touched += 1
      if (kind === 'natural' && common.length === sameNames(left, right) && choices.percent(70)) return { sql: `${left.sql} natural ${choices.of(['join', 'left join', 'full join'])} ${right.sql}`, ranges } // prettier-ignore
      const column = choices.of(common)
      if ([left, right].some((side) => hides(side, [column]))) expressions.touched += 1
      return {
        sql: `${left.sql} ${choices.of(['join', 'left join', 'full join'])} ${right.sql} using (${column})`,
        ranges,
      }
    }
    default:
  }
  const condition = expressions.within(expressions.elsewhere, () =>
    on(options, left, right, outer, kind === 'full join'),
  )
  return { sql: `${left.sql} ${/join/.test(kind) ? kind : 'join'} ${right.sql} on ${condition}`, ranges }
}

function on(options: FromOptions, left: FromItem, right: FromItem, outer: Place | undefined, isFull: boolean): string {
  const { choices, expressions } = options
  const [a, b] = [{ ranges: left.ranges }, { ranges: right.ranges }]
  const kind = choices.of(['int', 'int', 'int', 'text'] as const)
  const [x, y] = [expressions.column(kind, a), expressions.column(kind, b)]
  // The server joins FULL by equality alone.
  if (x !== undefined && y !== undefined && (isFull || choices.percent(75))) return `${x} = ${y}`
  if (isFull) return 'true'
  return expressions.make('bool', { ranges: [...left.ranges, ...right.ranges], outer }, 2)
}

function sharedColumns(expressions: Expressions, left: FromItem, right: FromItem): readonly string[] {
  const theirs = right.ranges.flatMap(({ columns }) => columns)
  const may = ({ isProtected }: NamedColumn): boolean => !isProtected || (expressions.allowed && expressions.elsewhere)
  return left.ranges
    .flatMap(({ columns }) => columns)
    .filter((column) => may(column) && theirs.some((other) => other.name === column.name && other.kind === column.kind && may(other)))
    .map(({ name }) => name) // prettier-ignore
}

function hides({ ranges }: FromItem, names: readonly string[]): boolean {
  return ranges.some(({ columns }) => columns.some(({ name, isProtected }) => isProtected && names.includes(name)))
}

function sameNames(left: FromItem, right: FromItem): number {
  const names = new Set(right.ranges.flatMap(({ columns }) => columns.map(({ name }) => name)))
  return left.ranges.flatMap(({ columns }) => columns).filter(({ name }) => names.has(name)).length
}

function item(options: FromOptions, around: Place, depth: number, isLateral = false): FromItem {
  const { choices, expressions, commons } = options
  const alias = options.alias()
  if (isLateral || choices.percent(8)) return setReturning(options, around, alias, depth, isLateral)
  if (commons.length > 0 && choices.percent(40)) {
    const common = choices.of(commons)
    return { sql: `${common.name} ${alias}`, ranges: [{ alias, columns: common.columns, hasRow: true }] }
  }
  if (depth > 0 && choices.percent(22)) {
    const { sql, columns } = options.select(undefined, depth - 1)
    return { sql: `(${sql}) as ${alias}`, ranges: [{ alias, columns, hasRow: true }] }
  }
  const usable = expressions.allowed ? relations : relations.filter(isOpen)
  const preferred = choices.percent(45) ? usable.filter(({ name }) => name.startsWith('user')) : usable
  return ofRelation(choices, choices.of(preferred.length > 0 ? preferred : usable), alias, options)
}

function isOpen({ name }: WorldRelation): boolean {
  // Of these, protected columns choose the rows.
  return !['user_mat', 'rich', 'notes'].includes(name)
}

function ofRelation(choices: Choices, relation: WorldRelation, alias: string, { alias: next }: FromOptions): FromItem {
  const { name, columns, sampled } = relation
  const range: Range = { alias, columns, hasRow: true, isUsers: name === 'users' }
  if (choices.percent(5)) {
    const renamed = columns.filter(isFirst).map((column) => ({ ...column, name: `${next()}_${column.name}` }))
    // Columns that the grammar has no expressions for come last and keep their names.
    return {
      sql: `${name} as ${alias} (${renamed.map(({ name: to }) => to).join(', ')})`,
      ranges: [{ alias, columns: renamed, hasRow: true }],
    }
  }
  const only = ['people', 'visits_north'].includes(name) && choices.percent(20) ? 'only ' : ''
  const sample = sampled && choices.percent(6) ? choices.of([' tablesample system (100) repeatable (3)', ' tablesample bernoulli (60) repeatable (5)']) : '' // prettier-ignore
  return { sql: `${only}${name} as ${alias}${sample}`, ranges: [range] }
}

/** Other columns lie between this one and the rest. */
function isFirst({ name }: NamedColumn): boolean {
  return name !== generated
}

function setReturning(options: FromOptions, around: Place, alias: string, depth: number, isLateral: boolean): FromItem {
  const { choices, expressions } = options
  const column = options.alias()
  const of = (kind: NamedColumn['kind'], isProtected: boolean): Range => ({ alias, columns: [{ name: column, kind, isProtected }], hasRow: false }) // prettier-ignore
  const make = (kind: NamedColumn['kind']): string => expressions.make(kind, isLateral ? around : { ranges: [] }, 2)
  // The number of rows tells of what a function is given.
  return expressions.within(expressions.elsewhere, () => {
    const before = expressions.touched
    const secret = (): boolean => expressions.touched > before
    switch (choices.upTo(isLateral ? 11 : 5)) {
      case 0:
        return { sql: `generate_series(1, least(3, ${make('int')})) as ${alias} (${column})`, ranges: [of('int', secret())] }
      case 1:
        return { sql: `unnest(${make('texts')}) as ${alias} (${column})`, ranges: [of('text', secret())] }
      case 2:
        return { sql: `unnest(${make('ints')}) with ordinality as ${alias} (${column}, n)`, ranges: [of('int', secret())] }
      case 3:
        return { sql: `regexp_split_to_table(${make('text')}, '[qx]') as ${alias} (${column})`, ranges: [of('text', secret())] }
      case 4: {
        const rows = choices.times(2, () => `(${make('int')}, ${make('text')})`)
        const other = options.alias()
        const both = of('int', secret())
        return { sql: `(values ${rows.join(', ')}) as ${alias} (${column}, ${other})`, ranges: [{ ...both, hasRow: true, columns: [...both.columns, { name: other, kind: 'text', isProtected: secret() }] }] } // prettier-ignore
      }
      case 5:
        return { sql: `rows from (unnest(${make('texts')}), generate_series(1, 2)) as ${alias} (${column}, n)`, ranges: [of('text', secret())] }
      case 6:
        return { sql: `jsonb_array_elements_text(jsonb_build_array(${make('text')}, ${make('jsonb')})) as ${alias} (${column})`, ranges: [of('text', secret())] }
      case 7:
        return { sql: `jsonb_each_text(jsonb_build_object('k', ${make('text')})) as ${alias} (k, ${column})`, ranges: [of('text', secret())] }
      case 8:
        return expressions.version >= 17
          ? { sql: `json_table(${make('jsonb')}, '$' columns (o for ordinality, ${column} text path '$.code')) as ${alias}`, ranges: [of('text', secret())] }
          : { sql: `jsonb_to_record(jsonb_build_object('${column}', ${make('text')})) as ${alias} (${column} text)`, ranges: [of('text', secret())] }
      case 9:
        return { sql: `xmltable('/e' passing xmlelement(name e, ${make('text')}) columns ${column} text path '.') as ${alias}`, ranges: [of('text', secret())] }
      default: {
        const { sql, columns } = options.select(around, depth - 1)
        return { sql: `lateral (${sql}) as ${alias}`, ranges: [{ alias, columns, hasRow: true }] }
      }
    }
  }) // prettier-ignore
}
