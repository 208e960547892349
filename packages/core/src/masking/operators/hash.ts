import type { Operator } from '../operator.js'
import { guarded } from './guarded.js'
import type { Joins, MaskBinding } from './keyed.js'
import { scopeTexts } from './keyed.js'
import { macOf } from './mac-text.js'

/** How far equal values stay equal. */
export interface HashOptions {
  /** `run` unless given: another root run sees other hashes (RULES 30). */
  readonly across?: Joins
}

/**
 * Replaces a value by 64 hexadecimal digits, HMAC-SHA256 of its scope, type, domain and itself: the same for the same value,
 * and nobody without the key can try values out. The length does not tell.
 */
export function hash(binding: MaskBinding, { across = 'run' }: HashOptions = {}): Operator {
  const scope = scopeTexts(binding, across)
  return guarded({
    name: 'hash',
    deterministic: true,
    mask(value, { type, domain }) {
      const mac = macOf(binding.key, 'bothkeys.mask.hash.v1', [...scope, type, domain, value])
      return Array.from(mac, (byte) => byte.toString(16).padStart(2, '0')).join('')
    },
  })
}
