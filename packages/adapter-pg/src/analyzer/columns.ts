import { callAttribute } from './function-calls.js'
import type { Scope } from './scope.js'
import { columnOf } from './system-columns.js'
import { bodyOf, listOf, textOf } from './tree.js'
import type { Handler, Walk } from './walk.js'

/** `a`, `t.a`, `s.t.a`, `t.*`, `*`: notes which columns of which relations are read. */
export const columnReference: Handler = (walk, body, scope) => {
  if (!walk.afford(scope.reach)) return
  const fields = listOf(body, 'fields')
  const star = bodyOf(fields.at(-1), 'A_Star') !== undefined
  const names = fields.map((field) => textOf(bodyOf(field, 'String') ?? {}, 'sval'))
  if (star) readAll(scope, names.slice(0, -1))
  else if (names.length === 1) readUnqualified(scope, names[0] ?? '')
  else readQualified(walk, scope, names)
}

/** Reads every column of the items that `*` or `name.*` stands for. */
function readAll(scope: Scope, qualifier: readonly string[]): void {
  const name = qualifier.at(-1)
  if (name === undefined) {
    for (const range of scope.ranges) if (!range.hidden) range.read?.add('*')
    return
  }
  const range = scope.range(name, qualifier.at(-2))
  if (range === undefined) readEverywhere(scope, '*')
  else range.read?.add('*')
}

function readUnqualified(scope: Scope, name: string): void {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    let found = false
    for (const range of level.ranges) {
      if (range.hidden) continue
      const column = columnOf(range, name)
      // Of a join with new names for columns that are not known, any may be meant.
      if (column !== undefined || range.columns === undefined) range.read?.add(column ?? name)
      found ||= column !== undefined
    }
    if (found) return
  }
  // A table's own name stands for its whole row.
  const whole = scope.range(name)
  if (whole !== undefined) whole.read?.add('*')
  else readEverywhere(scope, name)
}

function readQualified(walk: Walk, scope: Scope, names: readonly string[]): void {
  const column = names.at(-1) ?? ''
  const range = scope.range(names.at(-2) ?? '', names.at(-3))
  if (range === undefined) {
    readEverywhere(scope, column)
    callAttribute(walk, column, 'value')
    return
  }
  const own = columnOf(range, column)
  if (own !== undefined) range.read?.add(own)
  else {
    // `t.f` is also a call of f with the row of t, or with the value of a function called t.
    range.read?.add(range.columns === undefined ? column : '*')
    callAttribute(walk, column, range.mayBeValue ? 'value' : 'row')
  }
}

/** The catalog does not say whose column it is: every item could have it. */
function readEverywhere(scope: Scope, name: string): void {
  for (let level: Scope | undefined = scope; level !== undefined; level = level.parent) {
    for (const range of level.ranges) range.read?.add(name)
  }
}
