import type { JsonValue } from '../json.js'

/** Names that the API server gives or checks, and that clients need as they are. */
const identifying: ReadonlySet<string> = new Set(['name', 'generateName', 'namespace', 'uid', 'resourceVersion'])
const times: ReadonlySet<string> = new Set(['creationTimestamp', 'deletionTimestamp'])

/** Whether a value may be a kind, a version, a name or a type: not a text in which anything could stand. */
export function isIdentifier(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value.length <= 253 && /^[\w./:-]*$/.test(value)
}

/** Whether a member of metadata says which object it is, and has the form for that. */
export function identifies(key: string, value: JsonValue): boolean {
  if (identifying.has(key)) return isIdentifier(value)
  if (times.has(key)) return value === null || (typeof value === 'string' && /^[\d:TZ.+-]{1,40}$/.test(value))
  // Where the next page begins; the server made it.
  return key === 'continue' && typeof value === 'string' && /^[\w=-]{0,4096}$/.test(value)
}
