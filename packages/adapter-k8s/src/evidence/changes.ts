import type { EstimatedChange } from '@bothkeys/core/adapter'
import { isList, pathBelow } from '../danger/spot.js'
import type { JsonObject, JsonValue } from '../json.js'
import { isObject } from '../json-object.js'

/** What differs between two objects, as far as people can take it in. */
export interface Changes {
  readonly changes: readonly EstimatedChange[]
  /** How many more there are. */
  readonly more: number
}

const most = 40
const longestPath = 200
const longestValue = 160
/** Of all of them together, so that they fit beside the request. */
const mostCharacters = 5_000
/** Objects come from the API server, which nests them less deep. */
const deepest = 200

/** What changes from one object to the other, in the order of their fields. What is added or taken away whole is one change. */
export function changesBetween(before: JsonObject, after: JsonObject): Changes {
  const found: { readonly path: string; readonly from: JsonValue | undefined; readonly to: JsonValue | undefined }[] =
    []
  const compare = (path: string, from: JsonValue | undefined, to: JsonValue | undefined, depth: number): void => {
    if (depth > deepest) throw new Error('an object is nested too deep')
    if (isObject(from) && isObject(to)) {
      for (const key of new Set([...Object.keys(from), ...Object.keys(to)]))
        compare(pathBelow(path, key), memberOf(from, key), memberOf(to, key), depth + 1)
    } else if (isList(from) && isList(to)) {
      const length = Math.max(from.length, to.length)
      for (let index = 0; index < length; index++) compare(pathBelow(path, index), from[index], to[index], depth + 1)
    } else if (JSON.stringify(from) !== JSON.stringify(to)) found.push({ path, from, to })
  }
  compare('', before, after, 0)
  return bounded(found.map(({ from, path, to }) => ({ path, ...differing(textOf(from), textOf(to)) })))
}

/** How much is shown of what two long texts have in common before they differ. */
const shownBefore = 40

/** Two texts, from where they differ. */
function differing(before: string | null, after: string | null): Omit<EstimatedChange, 'path'> {
  if (before === null || after === null || Math.max(before.length, after.length) <= longestValue)
    return { before, after }
  let same = 0
  while (same < before.length && before[same] === after[same]) same++
  const start = same - shownBefore
  return start <= 0 ? { before, after } : { before: from(before, start), after: from(after, start) }
}

/** Half a character is none. */
function from(text: string, start: number): string {
  const rest = text.slice(start)
  return `…${rest.isWellFormed() ? rest : rest.slice(1)}`
}

/** As many as people can take in. */
export function bounded(changes: readonly EstimatedChange[]): Changes {
  const kept: EstimatedChange[] = []
  let characters = 0
  for (const { after, before, path } of changes) {
    const change = { path: cut(path, longestPath), before: cutOf(before), after: cutOf(after) }
    characters += change.path.length + (change.before?.length ?? 0) + (change.after?.length ?? 0)
    if (kept.length >= most || characters > mostCharacters) break
    kept.push(Object.freeze(change))
  }
  return { changes: Object.freeze(kept), more: changes.length - kept.length }
}

function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

function textOf(value: JsonValue | undefined): string | null {
  return value === undefined ? null : JSON.stringify(value)
}

function cutOf(text: string | null): string | null {
  return text === null ? null : cut(text, longestValue)
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text
  const start = text.slice(0, length - 1)
  // Half a character is none.
  return `${start.isWellFormed() ? start : start.slice(0, -1)}…`
}
