import type { Description, Refusal } from '@bothkeys/core/adapter'

/** A refusal of what nobody understands because the target does not list its group: there, no rule helps. */
export function saidOfGroup(refusal: Refusal, { effects: [effect] }: Description): Refusal {
  if (refusal.code !== 'ERR_DENIED' || refusal.rules.length > 0 || effect?.duty !== 'opaque') return refusal
  const { group, subresource } = effect.attributes
  if (typeof group !== 'string' || subresource !== undefined) return refusal
  return {
    ...refusal,
    message: `${refusal.message}; the target does not list the API group ${group}`,
    hint: `have it listed where the target is made: kubernetes(…, { groups: ['${group}'] })`,
  }
}
