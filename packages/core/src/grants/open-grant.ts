import type { HeldAction } from '../approvals/request.js'
import type { Expiry } from '../approvals/expiry.js'
import type { Principal } from '../model/principal.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { Duty } from '../model/effect.js'
import type { GrantEntry } from './grant-ledger.js'
import type { CheckedGrantOptions } from './grant-options.js'

/** A grant in the hands of whoever asked for it. */
export interface Grant {
  /** Names it, for example to revoke it. */
  readonly id: string
  /** Whether it still lets something through. */
  readonly open: boolean
  /** How many uses are left, as far as this process knows. */
  readonly usesLeft: number
  /**
   * Gives it back: it lets nothing through from this call on. Idempotent. It never rejects: what could not be noted is
   * observed as a failure.
   */
  giveBack(): Promise<void>
}

/** Why a grant lets nothing through any more. `void`: the policy, the people or the ledger's entry are not what they were. */
export type GrantEnd = 'given-back' | 'revoked' | 'expired' | 'used-up' | 'session-ended' | 'void'

/** What a grant lets through, for whoever keeps an eye on it. Frozen; no use is taken and nothing ended by it. */
export interface OpenGrant {
  /** Names it. */
  readonly id: string
  /** The session that has it. */
  readonly session: string
  /** Who asked for it. */
  readonly requester: Principal
  /** Where it is good. */
  readonly target: string
  /** What it lets be done. */
  readonly duties: readonly Duty[]
  /** On which resources, as patterns. */
  readonly resources: readonly string[]
  /** Attributes that each effect must have. */
  readonly when: Readonly<Record<string, string | number | boolean>>
  /** The most rows that each action may change. Undefined: any number. */
  readonly maxAffected: number | undefined
  /** What whoever asked wrote. */
  readonly reason: string
  /** The hold rules that people were asked under. */
  readonly rules: readonly string[]
  /** How many actions it was given for. */
  readonly uses: number
  /** As far as this process knows. */
  readonly usesLeft: number
  /** When it is over at the latest, in the ledger's time. */
  readonly expiresAt: Date
}

/** A grant that lets actions of one session through, at one place. */
export interface LiveGrant {
  readonly entry: GrantEntry
  readonly options: CheckedGrantOptions
  /** Who asked, as they stood then. */
  readonly requester: Principal
  /** Where the target ended when people were asked. */
  readonly identity: string
  /** Every hold rule that people were asked under. */
  readonly rules: ReadonlySet<string>
  /** The policy that people were asked under. */
  readonly policy: CompiledPolicy
  /** The approval that gave it. */
  readonly approval: HeldAction
  /** Its time by the clocks of this process. */
  readonly expiry: Expiry
  /** The latest time that the ledger told. */
  latestMs: number
  /** How many uses were taken for certain. */
  used: number
  /** Undefined: it lets something through. */
  end: GrantEnd | undefined
  /** Done when the end is on record. */
  noted: Promise<void>
}

/** One use of a grant: what lets one action through. */
export interface GrantUse {
  readonly grant: LiveGrant
  /** From 1. */
  readonly number: number
}

/** A grant as its watchers see it. */
export function openGrant({ entry, options, requester, rules, used }: LiveGrant): OpenGrant {
  const { duties, maxAffected, reason, resources, target, when } = options
  const { id, session, untilMs, uses } = entry
  return Object.freeze({
    id,
    session,
    requester,
    target,
    duties,
    resources,
    when,
    maxAffected,
    reason,
    rules: Object.freeze([...rules]),
    uses,
    usesLeft: uses - used,
    expiresAt: new Date(untilMs),
  })
}
