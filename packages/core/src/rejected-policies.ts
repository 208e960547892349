import { BothKeysError } from './errors.js'
import { sha256 } from './model/digest.js'
import { engineSession } from './record/event.js'
import type { Journal } from './record/journal.js'

/**
 * Records policies that were refused. Of the same cause one after the other, the 1st, 2nd, 4th, 8th … are written (RULES 21), so
 * that what is tried again for days costs the journal a logarithm of it.
 */
export class RejectedPolicies {
  #last = { cause: '', count: 0 }

  /** Records one. A journal that fails refuses every action by itself. Never rejects. */
  async record(journal: Journal | undefined, inForce: string, refused: RefusedPolicy): Promise<void> {
    const cause = causeOf(inForce, refused)
    const count = this.#last.cause === cause ? this.#last.count + 1 : 1
    this.#last = { cause, count }
    if ((count & (count - 1)) !== 0) return
    const body = { code: codeOf(refused.error), count, digest: refused.digest, inForce }
    try {
      await journal?.append({ type: 'policy.rejected', session: engineSession, body }, 'written')
    } catch {
      // The rejection was observed.
    }
  }

  /** What comes after a policy that was loaded is told anew. */
  forget(): void {
    this.#last = { cause: '', count: 0 }
  }
}

/** What was refused, and why. */
interface RefusedPolicy {
  readonly error: unknown
  /** Of the policy, where it could be read. */
  readonly digest: string | undefined
}

/** Messages of ours say the same of the same; others may not. */
function causeOf(inForce: string, { digest = '', error }: RefusedPolicy): string {
  const message = error instanceof BothKeysError ? error.message : ''
  return sha256(JSON.stringify([codeOf(error), digest, inForce, message]))
}

function codeOf(error: unknown): string {
  return error instanceof BothKeysError ? error.code : 'ERR_INTERNAL'
}
