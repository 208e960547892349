import type { GrantCaps } from '../model/grant-caps.js'
import { longestGrantMs } from '../model/grant-caps.js'
import { parseTtl } from './duration.js'
import type { GrantCapsInput } from './policy-input.js'
import type { PolicyRules } from './rules.js'

/** Reads how long a grant may last, or answers in a few words what is wrong with it. */
export function parseGrantTime(text: string): number | string {
  const ms = parseTtl(text)
  return typeof ms === 'number' && ms > longestGrantMs ? 'a grant lasts 24h at most' : ms
}

/** The caps of a hold rule; undefined: nothing is ever granted under it. */
export function grantCaps(caps: GrantCapsInput | undefined): GrantCaps | undefined {
  if (caps === undefined) return undefined
  const ttlMs = parseGrantTime(caps.ttl)
  // The schema accepts nothing that does not parse; 0 is over at once.
  return Object.freeze({ uses: caps.uses, ttlMs: typeof ttlMs === 'number' ? ttlMs : 0 })
}

/** The caps by the id of the hold rule; undefined when nothing is ever granted. */
export function grantCapsOf({ hold }: PolicyRules): ReadonlyMap<string, GrantCaps> | undefined {
  const capped = hold.flatMap(({ grant, id }) => (grant === undefined ? [] : [[id, grant] as const]))
  return capped.length === 0 ? undefined : new Map(capped)
}
