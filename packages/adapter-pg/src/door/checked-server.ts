import { BothKeysError } from '@bothkeys/core/adapter'
import { refusedFindings } from './backstops.js'
import type { ServerCheck } from './server-check.js'

/** A server that is looked at once before anything connects to it, and again as long as it is not safe. */
export class CheckedServer {
  readonly #name: string
  readonly #look: () => Promise<ServerCheck>
  #check: Promise<ServerCheck> | undefined

  constructor(name: string, look: () => Promise<ServerCheck>) {
    this.#name = name
    this.#look = look
  }

  /** Throws ERR_TARGET_UNSAFE for what refuses the server, by itself or under these backstops. */
  async assertSafe(asked: readonly string[]): Promise<void> {
    this.#check ??= this.#checkOnce()
    const { findings } = await this.#check
    const refused = refusedFindings(findings, asked)
    if (refused.length === 0) return
    // Looked at again at the next connection, so that a server that was mended is no dead end.
    this.#check = undefined
    throw new BothKeysError(
      'ERR_TARGET_UNSAFE',
      `target ${this.#name} is refused: ${refused.map((each) => each.message).join('; ')}`,
      { hint: refused.map((each) => each.hint).join('; ') },
    )
  }

  /** A check that failed is tried again at the next connection. */
  async #checkOnce(): Promise<ServerCheck> {
    try {
      return await this.#look()
    } catch (error) {
      this.#check = undefined
      throw error
    }
  }
}
