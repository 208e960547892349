import type { JWTVerifyGetKey } from 'jose'
import { quick } from './algorithms.js'
import { refused } from './identifier.js'
import { isSignedQuickly } from './quick-signature.js'
import type { UnverifiedParts } from './token-form.js'

type KeyQuestion = Parameters<JWTVerifyGetKey>
type Key = Awaited<ReturnType<JWTVerifyGetKey>>

interface Verified {
  readonly question: KeyQuestion
  readonly key: Key
  readonly claims: UnverifiedParts['claims']
}

/** How many texts are remembered, each of 16 KiB at most. */
const remembered = 128

/**
 * Checks and remembers which texts a key has signed, since the same signature of the same key over the same text never comes
 * out differently. Whoever asks again has the keys asked again, and nothing is remembered of a key that they do not answer
 * any more. The latest 128 texts are kept. What else a text says the caller checks each time.
 */
export class VerifiedTexts {
  readonly #keys: JWTVerifyGetKey
  readonly #verified = new Map<string, Verified>()

  constructor(keys: JWTVerifyGetKey) {
    this.#keys = keys
  }

  /** What a text says that the key which is there now has signed; undefined when that is not known. Rejects as the keys do. */
  async get(text: unknown): Promise<UnverifiedParts['claims'] | undefined> {
    const known = typeof text === 'string' ? this.#verified.get(text) : undefined
    if (typeof text !== 'string' || known === undefined) return undefined
    if ((await this.#keys(...known.question)) === known.key) return known.claims
    this.#verified.delete(text)
    return undefined
  }

  /**
   * What a text says when one of the keys has signed it, which is remembered. Whoever calls has checked its form and its
   * header. Rejects as the keys do, and with ERR_TOKEN_INVALID when the signature is wrong; nothing is remembered then.
   */
  async add(text: string, { claims, header }: UnverifiedParts): Promise<UnverifiedParts['claims']> {
    const [protectedHeader = '', payload = '', signature = ''] = text.split('.')
    // A header that was checked has members of the types that jose says.
    const question = [header, { protected: protectedHeader, payload, signature }] as unknown as KeyQuestion
    const key = await this.#keys(...question)
    const algorithm = quick.find((name) => name === header['alg'])
    const isSigned = algorithm !== undefined && 'algorithm' in key && isSignedQuickly(text, algorithm, key)
    if (isSigned !== true) throw refused('its signature is wrong')
    this.#verified.set(text, { question, key, claims })
    const [oldest] = this.#verified.keys()
    if (oldest !== undefined && this.#verified.size > remembered) this.#verified.delete(oldest)
    return claims
  }
}
