import { isObject } from './json.js'

/** What the API server writes by itself. */
const byServer: ReadonlySet<string> = new Set([
  'metadata.managedFields',
  'metadata.resourceVersion',
  'metadata.generation',
  'metadata.uid',
  'metadata.creationTimestamp',
])

/** What is different between two objects, a line for each field: `+` is new, `-` is gone, `~` has another value. */
export function objectDiff(before: unknown, after: unknown): readonly string[] {
  return [...changes(before, after, [])]
}

function* changes(before: unknown, after: unknown, path: readonly string[]): Generator<string> {
  const where = path.join('.')
  if (byServer.has(where) || path[0] === 'status') return
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)])
    for (const name of names) yield* changes(own(before, name), own(after, name), [...path, name])
    return
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let at = 0; at < Math.max(before.length, after.length); at++)
      yield* changes(before[at], after[at], [...path, String(at)])
    return
  }
  const [from, to] = [written(before), written(after)]
  if (from === to) return
  if (from === undefined) yield `+ ${where}: ${to}`
  else if (to === undefined) yield `- ${where}: ${from}`
  else yield `~ ${where}: ${from} -> ${to}`
}

function written(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value)
}

function own(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}
