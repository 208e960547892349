import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

/** What a SCRAM server keeps instead of a password (RFC 5802 section 3): neither key is enough to log in. */
export interface ScramVerifier {
  readonly salt: Buffer
  readonly iterations: number
  readonly storedKey: Buffer
  readonly serverKey: Buffer
}

const derive = promisify(pbkdf2)
const minIterations = 4096
const keyBytes = 32
/** Real messages are below 300 bytes. */
const maxMessageBytes = 2048

/**
 * The verifier of a password for SCRAM-SHA-256 (RFC 7677). The password must be printable ASCII, which SASLprep leaves
 * as it is. Throws RangeError otherwise, and below 4096 iterations.
 */
export async function scramVerifier(
  password: string,
  salt: Buffer = randomBytes(16),
  iterations: number = minIterations,
): Promise<ScramVerifier> {
  if (!/^[!-~]+$/.test(password)) throw new RangeError('a SCRAM password of the door is printable ASCII')
  if (iterations < minIterations) throw new RangeError(`SCRAM-SHA-256 needs ${String(minIterations)} iterations`)
  const salted = await derive(password, salt, iterations, keyBytes, 'sha256')
  return {
    salt,
    iterations,
    storedKey: sha256(hmac(salted, 'Client Key')),
    serverKey: hmac(salted, 'Server Key'),
  }
}

/**
 * The server's side of one SCRAM-SHA-256 login: `first`, then `final`, each once. Both answer undefined when the message
 * is malformed, out of turn or wrong, and do not tell which. Channel binding is not offered, so `p=` is refused; the user
 * name is ignored, as PostgreSQL does. Never throws.
 */
export class ScramExchange {
  readonly #verifier: ScramVerifier
  readonly #serverNonce: string
  #turn: 'first' | 'final' | 'over' = 'first'
  #nonce = ''
  #channelBinding = ''
  /** The two messages so far, as they go into the proof. */
  #transcript = ''

  /** `serverNonce` is printable ASCII without a comma; other than in a test vector it is random. */
  constructor(verifier: ScramVerifier, serverNonce: string = randomBytes(18).toString('base64')) {
    this.#verifier = verifier
    this.#serverNonce = serverNonce
  }

  /** Answers the client-first-message with the server-first-message. */
  first(message: Buffer): Buffer | undefined {
    const text = this.#take('first', message)
    // gs2-header without authzid, then the user name, the nonce and extensions, which are ignored.
    const fields = /^([ny],,)(n=[^,]*,r=([!-+\--~]+)(?:,[A-Za-z]=[^,]*)*)$/.exec(text)
    const [, header, bare, clientNonce] = fields ?? []
    if (header === undefined || bare === undefined || clientNonce === undefined) return undefined
    const { salt, iterations } = this.#verifier
    this.#channelBinding = Buffer.from(header, 'latin1').toString('base64')
    this.#nonce = clientNonce + this.#serverNonce
    const reply = `r=${this.#nonce},s=${salt.toString('base64')},i=${String(iterations)}`
    this.#transcript = `${bare},${reply}`
    this.#turn = 'final'
    return Buffer.from(reply, 'latin1')
  }

  /** Answers the client-final-message with the server's own proof: the client knows the password. */
  final(message: Buffer): Buffer | undefined {
    const text = this.#take('final', message)
    const fields = /^(c=([^,]*),r=([^,]*)(?:,[A-Za-z]=[^,]*)*),p=([A-Za-z0-9+/]{43}=)$/.exec(text)
    const [, unproved, channelBinding, nonce, proof] = fields ?? []
    if (unproved === undefined || proof === undefined) return undefined
    if (channelBinding !== this.#channelBinding || nonce !== this.#nonce) return undefined
    const transcript = `${this.#transcript},${unproved}`
    const { storedKey, serverKey } = this.#verifier
    const clientKey = xor(Buffer.from(proof, 'base64'), hmac(storedKey, transcript))
    if (!timingSafeEqual(sha256(clientKey), storedKey)) return undefined
    return Buffer.from(`v=${hmac(serverKey, transcript).toString('base64')}`, 'latin1')
  }

  /** The message as text, one character per byte, or nothing that could match when it comes out of turn. */
  #take(turn: 'first' | 'final', message: Buffer): string {
    const due = this.#turn === turn
    this.#turn = 'over'
    if (!due || message.length > maxMessageBytes || message.includes(0)) return ''
    return message.toString('latin1')
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'latin1').digest()
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] ?? 0)))
}
