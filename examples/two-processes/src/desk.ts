import { generateKeyPairSync } from 'node:crypto'
import { signApproval } from '@bothkeys/core/signing'
import { type Asked, deskIssuer } from './orders.js'

/** Where people decide: in no process of an agent. A real one has logged them in, and shows them the request. */
export class Desk {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })

  /** What agents' processes have of it. */
  get jwks(): { readonly keys: readonly object[] } {
    return { keys: [{ ...this.#keys.publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] }
  }

  /** What somebody decided about a request: worth something for this request alone, wherever it is kept. */
  decided(person: string, dec: 'allow' | 'deny', { subject }: Asked): Promise<string> {
    const key = this.#keys.privateKey
    return signApproval(
      { ...subject, dec },
      { issuer: deskIssuer, subject: { issuer: 'unverified', id: person }, level: 'signed', key, algorithm: 'ES256' },
    )
  }
}
