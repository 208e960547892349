import { BothKeysError } from '../errors.js'
import { personKey } from '../duties/person.js'
import { canonicalJson } from '../model/canonical-json.js'
import { hmacSha256, randomHex } from '../model/digest.js'
import type { HeldCall } from './request.js'

const keyBytes = 32
const contentPrefix = 'bothkeys.content.v1\0'
const noncePrefix = 'bothkeys.nonce.v1\0'

/**
 * What about requests only those know who hold the key: under which name an action waits, and the nonce in its digest. Keyed,
 * so that neither the ledger nor the record lets anybody try out what an action or its parameters were.
 */
export class RequestSecrets {
  readonly #key: Uint8Array

  /** Without a key that other processes have, one of its own. Throws ERR_CONFIG_INVALID when the key is no 32 bytes. */
  constructor(shared: Uint8Array | undefined) {
    if (shared !== undefined && !(shared instanceof Uint8Array && shared.length === keyBytes)) {
      throw new BothKeysError('ERR_CONFIG_INVALID', `takeover.key must be ${String(keyBytes)} bytes`, {
        hint: 'make one with crypto.randomBytes(32) and give it to every guard on the ledger',
      })
    }
    this.#key = Uint8Array.from(shared ?? Buffer.from(randomHex(keyBytes), 'hex'))
  }

  /** The same for the same action of the same requester, and for nothing else. */
  contentId(call: HeldCall): string {
    const { description, identity, parameters, stateEpoch, target } = call.action
    const { id, issuer } = call.requester.subject
    const effects = description.effects.map(({ attributes, duty, resource }) => ({ attributes, duty, resource }))
    const content = {
      effects,
      identity,
      operation: description.operation,
      parameters,
      stateEpoch,
      text: description.text,
    }
    const text = canonicalJson({ ...content, requester: personKey(issuer, id), target: target.name })
    return hmacSha256(this.#key, contentPrefix + text)
  }

  /** 128 bits for the digest of a request. */
  nonceOf(requestId: string): string {
    return hmacSha256(this.#key, noncePrefix + requestId).slice(0, 32)
  }
}
