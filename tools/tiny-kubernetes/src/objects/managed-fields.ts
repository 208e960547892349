import { isObject, type JsonObject, same } from '../json.js'
import { isSet, listKey } from './list-keys.js'

/** Who wrote which fields, and how. */
export interface Manager {
  readonly name: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly time: string
  /** Where the fields are, as conflicts name them: `.data.k`, `.spec.containers[name="main"].image`. */
  readonly fields: ReadonlySet<string>
}

/** What nobody owns. */
const nobodys = new Set([
  'kind',
  'apiVersion',
  ...['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields'].map(
    (field) => `metadata.${field}`,
  ),
  'metadata.deletionTimestamp',
  'metadata.deletionGracePeriodSeconds',
])

/** A field that has a value. */
export interface Leaf {
  readonly value: unknown
  /** The way to it: names of fields, and what tells elements of lists. */
  readonly steps: readonly Step[]
}

export type Step = string | { readonly key: string; readonly value: unknown }

/** Every field that has a value, by where it is. */
export function leavesOf(object: JsonObject): ReadonlyMap<string, Leaf> {
  const leaves = new Map<string, Leaf>()
  const visit = (value: unknown, path: string, steps: readonly Step[]): void => {
    if (nobodys.has(path.slice(1))) return
    const elements = elementsOf(value, steps.at(-1))
    if (elements !== undefined) {
      for (const [step, each] of elements) visit(each, `${path}${shown(step)}`, [...steps, step])
    } else leaves.set(path, { value, steps })
  }
  visit(object, '', [])
  return leaves
}

/** What a value is merged by, one by one; `undefined` where it is taken as a whole. */
function elementsOf(value: unknown, last: Step | undefined): readonly (readonly [Step, unknown])[] | undefined {
  if (isObject(value)) return Object.keys(value).length > 0 ? Object.entries(value) : undefined
  if (!Array.isArray(value) || value.length === 0 || typeof last !== 'string') return undefined
  const key = listKey(last, value)
  if (key !== undefined) return value.map((each: JsonObject) => [{ key, value: each[key] }, each])
  return isSet(last) ? value.map((each: unknown) => [{ key: '', value: each }, each]) : undefined
}

function shown(step: Step): string {
  return typeof step === 'string' ? `.${step}` : `[${step.key}=${JSON.stringify(step.value)}]`
}

/** Who an update is by. */
export interface Writer {
  readonly name: string
  readonly apiVersion: string
  readonly time: string
}

/** What an update leaves of everybody's fields: whoever changes one owns it, and what is gone is nobody's. */
export function afterUpdate(
  managers: readonly Manager[],
  before: JsonObject | undefined,
  now: JsonObject,
  { apiVersion, name, time }: Writer,
): readonly Manager[] {
  const old = leavesOf(before ?? {})
  const leaves = leavesOf(now)
  const changed = [...leaves].filter(([path, { value }]) => !same(old.get(path)?.value, value)).map(([path]) => path)
  const isMine = (one: Manager): boolean =>
    one.name === name && one.operation === 'Update' && one.apiVersion === apiVersion
  const mine = new Set([...(managers.find(isMine)?.fields ?? []), ...changed])
  const others = managers
    .filter((one) => !isMine(one))
    .map((one) => ({ ...one, fields: new Set([...one.fields].filter((path) => !changed.includes(path))) }))
  const all = [...others, { name, operation: 'Update' as const, apiVersion, time, fields: mine }]
  return withValues(all, leaves)
}

/** Only what there is can be somebody's. */
export function withValues(managers: readonly Manager[], leaves: ReadonlyMap<string, Leaf>): readonly Manager[] {
  return managers
    .map((one) => ({ ...one, fields: new Set([...one.fields].filter((path) => leaves.has(path))) }))
    .filter(({ fields }) => fields.size > 0)
}

/** As the metadata of an object shows it. The fields are told by where they are, not as a tree. */
export function managedFields(managers: readonly Manager[]): readonly object[] {
  return managers.map(({ apiVersion, fields, name, operation, time }) => ({
    manager: name,
    operation,
    apiVersion,
    time,
    fieldsType: 'FieldsV1',
    fieldsV1: Object.fromEntries([...fields].map((path) => [`f:${path}`, {}])),
  }))
}
