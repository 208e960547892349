import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { inspect } from 'node:util'

const prefix = 'bk_'
const idBytes = 8
const secretBytes = 32
const idCharacters = idBytes * 2
const secretCharacters = 43

/** The form of a capability: what names it and what proves it. */
const form = new RegExp(`^${prefix}[0-9a-f]{${String(idCharacters)}}_[A-Za-z0-9_-]{${String(secretCharacters)}}$`)

/** Whether a password means to be a capability. Anything else is taken for a token. */
export function looksLikeCapability(password: string): boolean {
  return password.startsWith(prefix)
}

/** How long a capability waits for its first use, in milliseconds (RULES 31). */
export const firstUseMs = 60_000

interface Kept<Holder> {
  readonly target: string
  readonly holder: Holder
  readonly hash: Buffer
  /** Until when it has to be used first. Undefined: it was. */
  unusedUntilMs: number | undefined
}

/**
 * The capabilities that are out: each opens one target for one session. A capability is 32 random bytes behind a name;
 * kept of it is the name and the SHA-256 of the bytes alone, which are compared in constant time.
 */
export class Capabilities<Holder extends object> {
  readonly #kept = new Map<string, Kept<Holder>>()
  readonly #byHolder = new Map<Holder, Set<string>>()
  readonly #monotonicMs: () => number

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
  }

  /** A new one. It is good for connections of this holder to this target, until the holder is dropped. */
  issue(holder: Holder, target: string): string {
    const id = randomBytes(idBytes).toString('hex')
    const secret = randomBytes(secretBytes).toString('base64url')
    this.#kept.set(id, { target, holder, hash: sha256(secret), unusedUntilMs: this.#monotonicMs() + firstUseMs })
    const ids = this.#byHolder.get(holder) ?? new Set()
    this.#byHolder.set(holder, ids.add(id))
    return `${prefix}${id}_${secret}`
  }

  /**
   * Who may use it on a target, and what to call when that came to something: a login that fails is no use. Undefined for what is
   * none, for another target, and for one that was used too late.
   */
  use(capability: string, target: string): { readonly holder: Holder; readonly used: () => void } | undefined {
    const kept = this.#find(capability)
    if (kept === undefined || kept.target !== target) return undefined
    if (kept.unusedUntilMs !== undefined && this.#monotonicMs() >= kept.unusedUntilMs) return undefined
    const used = (): void => {
      kept.unusedUntilMs = undefined
    }
    return { holder: kept.holder, used }
  }

  /** Whose it is, used or not, wherever it leads. For ending what it belongs to. */
  holderOf(capability: string): Holder | undefined {
    return this.#find(capability)?.holder
  }

  /** Takes back all of one holder. */
  drop(holder: Holder): void {
    for (const id of this.#byHolder.get(holder) ?? []) this.#kept.delete(id)
    this.#byHolder.delete(holder)
  }

  /** Whether none of a holder's was used and none can be any more. */
  lapsed(holder: Holder): boolean {
    const now = this.#monotonicMs()
    const all = [...(this.#byHolder.get(holder) ?? [])].flatMap((id) => this.#kept.get(id) ?? [])
    return all.every(({ unusedUntilMs }) => unusedUntilMs !== undefined && now >= unusedUntilMs)
  }

  /** How many there are. */
  get size(): number {
    return this.#kept.size
  }

  /** What inspecting shows: how many there are, and no capability. */
  [inspect.custom](): string {
    return `Capabilities { ${String(this.#kept.size)} }`
  }

  #find(capability: string): Kept<Holder> | undefined {
    if (!form.test(capability)) return undefined
    const kept = this.#kept.get(capability.slice(prefix.length, prefix.length + idCharacters))
    if (kept === undefined) return undefined
    const given = sha256(capability.slice(prefix.length + idCharacters + 1))
    return timingSafeEqual(given, kept.hash) ? kept : undefined
  }
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
