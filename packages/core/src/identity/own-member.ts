/** Reads an own member of anything; undefined when there is none. What is inherited does not count. */
export function ownMember(value: unknown, name: PropertyKey): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<PropertyKey, unknown>)[name]
}
