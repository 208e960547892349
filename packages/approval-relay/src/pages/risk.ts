import type { Effect } from '@bothkeys/core'

const grave: Partial<Readonly<Record<Effect['duty'], string>>> = {
  approve: 'it approves something else',
  audit: 'it reads the record',
  define: 'it changes definitions',
  grant: 'it changes who may do what',
  opaque: 'part of it could not be understood',
  policy: 'it changes the policy',
  transfer: 'it moves data in or out',
}

/** Why an action is grave, each reason once; none when it is not. What is grave is approved by typing its digest, not by a click. */
export function gravity(effects: readonly Effect[]): readonly string[] {
  const reasons = effects.flatMap(({ attributes, duty, resource }) => [
    grave[duty],
    attributes['unbounded'] === true && duty !== 'read' ? 'it can reach every row' : undefined,
    duty === 'delete' && resource.startsWith('destroy:') ? 'more goes than what is named' : undefined,
    attributes['payload'] === 'unbound' ? 'its data is not shown' : undefined,
  ])
  return [...new Set(reasons)].filter((reason) => reason !== undefined)
}
