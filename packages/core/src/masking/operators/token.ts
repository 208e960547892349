import type { Operator } from '../operator.js'
import type { TokenVault } from '../token-vault.js'
import { guarded, plainType } from './guarded.js'
import type { Joins, MaskBinding } from './keyed.js'
import { scopeTexts } from './keyed.js'
import { macOf } from './mac-text.js'

/** How far tokens can be joined, and who can tell what they stand for. */
export interface TokenOptions {
  /** `run` unless given: another root run sees other tokens (RULES 30). */
  readonly across?: Joins
  /** Keeps what each token stands for. Without one, nobody can tell. */
  readonly vault?: TokenVault
}

/** Crockford's: no letters that are read as digits. Each character stands for five bits. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const bytesShown = 20

/**
 * Replaces a value by a token such as `email_3f9k…`: the type, and 160 bits of HMAC-SHA256 of its scope, type, domain and
 * itself, so that tables still join. When a vault is given, a token is seen only after the vault took it over; a vault that
 * throws makes it `redact`.
 */
export function token(binding: MaskBinding, { across = 'run', vault }: TokenOptions = {}): Operator {
  const scope = scopeTexts(binding, across)
  return guarded({
    name: 'token',
    deterministic: true,
    mask(value, context) {
      const { type, domain } = context
      const mac = macOf(binding.key, 'bothkeys.mask.token.v1', [...scope, type, domain, value])
      const made = `${plainType(type)}_${base32(mac.subarray(0, bytesShown))}`
      vault?.keep(made, value, context)
      return made
    },
  })
}

function base32(bytes: Uint8Array): string {
  let bits = 0n
  for (const byte of bytes) bits = (bits << 8n) | BigInt(byte)
  let text = ''
  for (let left = (bytes.length * 8) / 5; left > 0; left--) {
    text = (alphabet[Number(bits & 31n)] ?? '') + text
    bits >>= 5n
  }
  return text
}
