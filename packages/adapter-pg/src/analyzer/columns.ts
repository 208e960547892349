import { callAttribute } from './function-calls.js'
import { followColumn, readColumn } from './range-values.js'
import type { Scope } from './scope.js'
import { columnOf } from './system-columns.js'
import { hasRoom } from './totality.js'
import { bodyOf, listOf, textOf } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** `a`, `t.a`, `s.t.a`, `t.*`, `*`: notes which columns of which relations are read. */
export const columnReference: Handler = (walk, body, scope) => {
  if (!walk.afford(scope.reach)) return
  const fields = listOf(body, 'fields')
  const star = bodyOf(fields.at(-1), 'A_Star') !== undefined
  const names = fields.map((field) => textOf(bodyOf(field, 'String') ?? {}, 'sval'))
  if (star) readAll(walk, scope, names.slice(0, -1))
  else if (names.length === 1) readUnqualified(walk, scope, names[0] ?? '')
  else readQualified(walk, scope, names)
}

/** Reads every column of the items that `*` or `name.*` stands for. */
function readAll(walk: Walk, scope: Scope, qualifier: readonly string[]): void {
  const name = qualifier.at(-1)
  if (name === undefined) {
    for (const range of scope.ranges) if (!range.hidden) readColumn(walk, range, '*')
    return
  }
  const range = scope.range(name, qualifier.at(-2))
  if (range === undefined) readEverywhere(walk, scope, '*')
  else readColumn(walk, range, '*')
}

function readUnqualified(walk: Walk, scope: Scope, name: string): void {
  let isFollowed = false
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    let found = false
    for (const range of level.ranges) {
      if (range.hidden) continue
      const column = columnOf(range, name)
      // Of a join with new names for columns that are not known, any may be meant.
      if (column !== undefined || range.columns === undefined) range.read?.add(column ?? name)
      // A query may have columns whose names are not worked out.
      if (!isFollowed && (column !== undefined || range.relation === undefined))
        followColumn(walk, range, column ?? name)
      found ||= column !== undefined
    }
    if (found) return
    isFollowed ||= level.ranges.some((range) => !range.hidden && range.values.has(name))
  }
  if (isFollowed) walk.flows.ignore(() => readOther(walk, scope, name))
  else readOther(walk, scope, name)
}

/** What is no column that is known. */
function readOther(walk: Walk, scope: Scope, name: string): void {
  // A table's own name stands for its whole row.
  const whole = scope.range(name)
  if (whole === undefined) return readEverywhere(walk, scope, name)
  const before = walk.flows.counted
  readColumn(walk, whole, '*')
  if (walk.flows.isJudged && !hasRoom(walk.flows, before)) walk.flows.mayFail()
}

function readQualified(walk: Walk, scope: Scope, names: readonly string[]): void {
  const column = names.at(-1) ?? ''
  const range = scope.range(names.at(-2) ?? '', names.at(-3))
  if (range === undefined) {
    readEverywhere(walk, scope, column)
    callAttribute(walk, column, 'value')
    return
  }
  const own = columnOf(range, column)
  if (own !== undefined) readColumn(walk, range, own)
  else {
    // `t.f` is also a call of f with the row of t, or with the value of a function called t.
    range.read?.add(range.columns === undefined ? column : '*')
    const isColumn = range.values.has(column)
    followColumn(walk, range, isColumn || range.columns === undefined ? column : '*')
    const call = (): void => callAttribute(walk, column, range.mayBeValue ? 'value' : 'row')
    if (isColumn) walk.flows.ignore(call)
    else call()
  }
}

/** The catalog does not say whose column it is: every item could have it. */
function readEverywhere(walk: Walk, scope: Scope, name: string): void {
  walk.flows.mayFail()
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    for (const range of level.ranges) {
      range.read?.add(name)
      followColumn(walk, range, '*')
    }
  }
}
