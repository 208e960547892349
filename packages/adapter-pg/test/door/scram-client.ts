import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

/** The client's side of SCRAM-SHA-256 (RFC 5802), written apart from the server's so that the tests compare two readings. */
export class ScramClient {
  readonly #password: string
  readonly nonce: string
  readonly #header: string
  readonly #bare: string
  #serverSignature = ''

  constructor(password: string, options: { nonce?: string; header?: string; user?: string } = {}) {
    this.#password = password
    this.nonce = options.nonce ?? randomBytes(18).toString('base64')
    this.#header = options.header ?? 'n,,'
    this.#bare = `n=${options.user ?? ''},r=${this.nonce}`
  }

  first(): Buffer {
    return Buffer.from(this.#header + this.#bare)
  }

  /** The proof for a server-first-message. `channelBinding` and `nonce` can be replaced by wrong ones. */
  final(serverFirst: Buffer, wrong: { channelBinding?: string; nonce?: string } = {}): Buffer {
    const text = serverFirst.toString()
    const fields = /^r=(.*),s=(.*),i=(\d+)$/.exec(text)
    const [, nonce = '', salt = '', iterations = ''] = fields ?? []
    const salted = pbkdf2Sync(this.#password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256')
    const channelBinding = wrong.channelBinding ?? Buffer.from(this.#header).toString('base64')
    const unproved = `c=${channelBinding},r=${wrong.nonce ?? nonce}`
    const transcript = `${this.#bare},${text},${unproved}`
    const clientKey = hmac(salted, 'Client Key')
    const signature = hmac(createHash('sha256').update(clientKey).digest(), transcript)
    const proof = clientKey.map((byte, index) => byte ^ signature[index]!)
    this.#serverSignature = hmac(hmac(salted, 'Server Key'), transcript).toString('base64')
    return Buffer.from(`${unproved},p=${Buffer.from(proof).toString('base64')}`)
  }

  /** Whether the server proved that it has the verifier. */
  trusts(serverFinal: Buffer): boolean {
    return serverFinal.toString() === `v=${this.#serverSignature}`
  }
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
