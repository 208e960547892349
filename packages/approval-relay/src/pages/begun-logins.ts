import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { BothKeysError } from '@bothkeys/core'
import type { RelayClock } from '../relay-clock.js'

/** A login that a browser began and has not finished. */
export interface BegunLogin {
  readonly method: string
  /** What the login method wants back. */
  readonly state: string
  /** The page that the person wanted. */
  readonly to: string
  /** The session that the browser had, whose cookie does not come along with the answer of every provider. */
  readonly session?: string | undefined
}

const lifetimeMs = 600_000
const maxTaken = 10_000
/** A browser keeps 4,096 bytes of a cookie, with its name and what else is said of it (RFC 6265bis section 5.6). */
const longest = 3_500
const cipher = 'aes-256-gcm'
const ivBytes = 12
const tagBytes = 16

/**
 * Logins that were begun. Each is kept by the browser that began it, sealed with a key of this process, so that nobody is logged in
 * by an answer that another one got, and so that whoever begins many, which takes no login, takes nothing of anybody else's.
 * Each is taken once. Of those that were taken the oldest are forgotten past ten thousand: a provider, too, gives an answer once.
 */
export class BegunLogins {
  readonly #clock: RelayClock
  readonly #key = randomBytes(32)
  /** What was taken, by its random part, in the order in which it was. */
  readonly #taken = new Map<string, number>()

  constructor(clock: RelayClock) {
    this.#clock = clock
  }

  static newId(): string {
    return randomBytes(32).toString('base64url')
  }

  /** What the browser keeps. Throws ERR_LIMIT_EXCEEDED when the state of the method is longer than a cookie. */
  seal({ method, session, state, to }: BegunLogin): string {
    const iv = randomBytes(ivBytes)
    const sealing = createCipheriv(cipher, this.#key, iv)
    const text = JSON.stringify([this.#clock.monotonicMs() + lifetimeMs, method, state, to, session ?? ''])
    const sealed = Buffer.concat([iv, sealing.update(text), sealing.final(), sealing.getAuthTag()]).toString(
      'base64url',
    )
    if (sealed.length <= longest) return sealed
    throw new BothKeysError('ERR_LIMIT_EXCEEDED', 'the state of a login is longer than a browser keeps')
  }

  take(sealed: string | undefined): BegunLogin | undefined {
    const bytes = Buffer.from(sealed ?? '', 'base64url')
    const text = this.#opened(bytes)
    if (text === undefined) return undefined
    // Sealed here, and nowhere else.
    const [untilMs, method, state, to, session] = JSON.parse(text) as [number, string, string, string, string]
    const name = bytes.toString('base64url', 0, ivBytes)
    if (untilMs <= this.#clock.monotonicMs() || this.#taken.has(name)) return undefined
    this.#taken.set(name, untilMs)
    this.#forget()
    return { method, state, to, session: session === '' ? undefined : session }
  }

  #opened(bytes: Buffer): string | undefined {
    if (bytes.length < ivBytes + tagBytes) return undefined
    try {
      const opening = createDecipheriv(cipher, this.#key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes })
      opening.setAuthTag(bytes.subarray(-tagBytes))
      return Buffer.concat([opening.update(bytes.subarray(ivBytes, -tagBytes)), opening.final()]).toString()
    } catch {
      return undefined
    }
  }

  #forget(): void {
    const now = this.#clock.monotonicMs()
    for (const [name, untilMs] of this.#taken) {
      if (untilMs > now && this.#taken.size <= maxTaken) return
      this.#taken.delete(name)
    }
  }
}
