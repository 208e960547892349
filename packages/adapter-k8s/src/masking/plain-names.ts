/** What the name of a member means to masks, as a number. */
export const meanings = {
  none: 0,
  kind: 1,
  metadata: 2,
  annotations: 3,
  value: 4,
  name: 5,
  key: 6,
  words: 7,
  managedFields: 8,
  items: 9,
  /** Those of metadata that say which object it is, and when it was made. */
  identifier: 10,
  time: 11,
} as const

const known: ReadonlyMap<string, number> = new Map([
  ['kind', meanings.kind],
  ['metadata', meanings.metadata],
  ['annotations', meanings.annotations],
  ['value', meanings.value],
  ['name', meanings.name],
  ['key', meanings.key],
  ['args', meanings.words],
  ['command', meanings.words],
  ['managedFields', meanings.managedFields],
  ['items', meanings.items],
  ...['generateName', 'namespace', 'uid', 'resourceVersion'].map((name) => [name, meanings.identifier] as const),
  ...['creationTimestamp', 'deletionTimestamp'].map((name) => [name, meanings.time] as const),
])

/** What a name means. */
export function meaningOf(name: string): number {
  return known.get(name) ?? meanings.none
}

/** Members that are masked whatever they hold, or that JavaScript puts in another place or takes for something else. */
export function isPlainName(name: string): boolean {
  return !/^(?:\d|stringData$|__proto__$|kubectl\.kubernetes\.io\/last-applied-configuration$)/.test(name)
}

/** Kinds of objects that are not masked by what they are. */
export function isPlainKind(kind: string): boolean {
  return /^[\w./:-]{1,253}$/.test(kind) && !/^(?:Status|Table|Secret|ConfigMap)$|List$/.test(kind)
}
