import type { CryptoKey } from 'jose'
import type { JwtAlgorithm } from './algorithms.js'
import { loadJose } from './load-jose.js'
import { proofRefused } from './proof-refused.js'
import { isSignedQuickly } from './quick-signature.js'
import { assertCompactForm, unverifiedParts } from './token-form.js'

/** The longest proof that is looked at. An RSA key of 8192 bits fits. */
const maxProofLength = 8 * 1024

/** Headers with which a proof would choose how it is checked (RFC 7515 section 4.1, RFC 7797). */
const refusedNames = ['jku', 'x5u', 'x5c', 'crit', 'b64', 'cty', 'enc', 'zip'] as const

/** A proof of the right form, of which nobody has checked the signature. */
export interface UncheckedProof {
  readonly text: string
  readonly algorithm: JwtAlgorithm
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * Reads a proof of possession of one type, as strictly as a token: one form, one meaning, an algorithm of the list.
 * Throws ERR_PROOF_INVALID.
 */
export function uncheckedProof(text: unknown, typ: string, algorithms: readonly JwtAlgorithm[]): UncheckedProof {
  if (typeof text !== 'string' || text === '') throw proofRefused('there is none', 'pass { token, proof }')
  if (text.length > maxProofLength) throw proofRefused('it is longer than 8 KiB')
  assertCompactForm(text, proofRefused)
  const { claims, header } = unverifiedParts(text, proofRefused)
  for (const name of refusedNames) {
    if (Object.hasOwn(header, name))
      throw proofRefused(`its header has ${name}, with which a proof would say how to check it`)
  }
  if (header['typ'] !== typ) throw proofRefused(`its typ is not ${typ}`)
  const algorithm = algorithms.find((name) => name === header['alg'])
  if (algorithm === undefined) throw proofRefused('its algorithm is not one of those accepted')
  return { text, algorithm, header, claims }
}

/** Checks the signature. Throws ERR_PROOF_INVALID, whatever goes wrong. */
export async function assertSignedWith({ algorithm, text }: UncheckedProof, key: CryptoKey): Promise<void> {
  try {
    const isSigned = isSignedQuickly(text, algorithm, key)
    if (isSigned === true) return
    if (isSigned === undefined) {
      const { compactVerify } = await loadJose()
      await compactVerify(text, key, { algorithms: [algorithm] })
      return
    }
  } catch {
    // Whatever went wrong, the proof proves nothing.
  }
  throw proofRefused('its signature is wrong')
}
