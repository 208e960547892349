import type { JWTPayload, JWTVerifyGetKey } from 'jose'

type KeyQuestion = Parameters<JWTVerifyGetKey>
type Key = Awaited<ReturnType<JWTVerifyGetKey>>

interface Verified {
  readonly question: KeyQuestion
  readonly key: Key
  readonly payload: JWTPayload
}

/** How many texts are remembered, each of 16 KiB at most. */
const remembered = 128

/**
 * Remembers which texts a key has signed, since the same signature of the same key over the same text never comes out
 * differently. Whoever asks again has the keys asked again, and nothing is remembered of a key that they do not answer any
 * more. The latest 128 texts are kept. What changes with time is not remembered: the caller checks it each time.
 */
export class VerifiedTexts {
  readonly #keys: JWTVerifyGetKey
  readonly #verified = new Map<string, Verified>()

  constructor(keys: JWTVerifyGetKey) {
    this.#keys = keys
  }

  /** What a text says that the key which is there now has signed; undefined when that is not known. Rejects as the keys do. */
  async get(text: string): Promise<JWTPayload | undefined> {
    const known = this.#verified.get(text)
    if (known === undefined) return undefined
    if ((await this.#keys(...known.question)) === known.key) return known.payload
    this.#verified.delete(text)
    return undefined
  }

  /** Has a text verified with the keys, and remembers it. Rejects as `verify` does, and then nothing is remembered. */
  async add(
    text: string,
    verify: (keys: JWTVerifyGetKey) => Promise<{ readonly payload: JWTPayload }>,
  ): Promise<JWTPayload> {
    let used: Pick<Verified, 'question' | 'key'> | undefined
    const { payload } = await verify(async (...question) => {
      const key = await this.#keys(...question)
      used = { question, key }
      return key
    })
    if (used !== undefined) this.#verified.set(text, { ...used, payload })
    const [oldest] = this.#verified.keys()
    if (oldest !== undefined && this.#verified.size > remembered) this.#verified.delete(oldest)
    return payload
  }
}
