import type { Admitted } from './admitted.js'
import type { Authentication, AuthenticationStep } from './authentication.js'
import type { Frame } from './frames.js'
import { BodyReader, code, cString, int32, message } from './messages.js'
import type { DoorRefusal } from './refusal-response.js'
import type { ScramVerifier } from './scram.js'
import { ScramExchange } from './scram.js'

const mechanism = 'SCRAM-SHA-256'

/** One answer for a wrong password and for every malformed message, so that nothing can be learned from it. */
const failed: DoorRefusal = {
  code: 'ERR_TOKEN_INVALID',
  message: 'password authentication failed',
  rules: [],
  hint: 'set PGPASSFILE to the passfile of the loopback door, and connect with its url',
  sqlState: '28P01',
}

/** The SASL messages of one login (PostgreSQL documentation, "SASL Authentication") around a SCRAM exchange. */
export class ScramAuthentication implements Authentication {
  readonly maxMessageBytes: number = 10_000
  readonly #exchange: ScramExchange
  readonly #admitted: Admitted
  #first = true

  /** Whoever knows the password is let in as this. */
  constructor(verifier: ScramVerifier, admitted: Admitted) {
    this.#exchange = new ScramExchange(verifier)
    this.#admitted = admitted
  }

  begin(): Buffer {
    return authentication(10, Buffer.concat([cString(mechanism), cString('')]))
  }

  step(frame: Frame): AuthenticationStep {
    if (frame.type !== code('p')) return { kind: 'refused', refusal: failed }
    const first = this.#first
    this.#first = false
    const data = first ? initialResponse(frame.bytes) : frame.bytes.subarray(5)
    if (data === undefined) return { kind: 'refused', refusal: failed }
    const reply = first ? this.#exchange.first(data) : this.#exchange.final(data)
    if (reply === undefined) return { kind: 'refused', refusal: failed }
    return first
      ? { kind: 'continue', reply: authentication(11, reply) }
      : { kind: 'accepted', reply: authentication(12, reply), admitted: this.#admitted }
  }
}

/** The SCRAM message inside a SASLInitialResponse, or undefined when it is malformed or names another mechanism. */
function initialResponse(bytes: Buffer): Buffer | undefined {
  try {
    const body = new BodyReader(bytes)
    const chosen = body.cBytes().toString('latin1')
    const data = body.take(body.int32())
    body.end()
    return chosen === mechanism ? data : undefined
  } catch {
    return undefined
  }
}

/** An authentication request of the given kind. */
function authentication(kind: number, data: Buffer): Buffer {
  return message('R', Buffer.concat([int32(kind), data]))
}
