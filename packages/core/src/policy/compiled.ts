import type { ApprovalLevel, Decision, DecisionInput, DutySet } from '../model/decision.js'
import type { Digest } from '../model/digest.js'
import type { DutyRules } from '../model/duty-rules.js'
import type { GlassRule } from '../model/glass-rule.js'
import type { GrantCaps } from '../model/grant-caps.js'
import type { MaskRule } from './mask-rule.js'

/** What the policy says about one target of the file. */
export interface PolicyTarget {
  /** What the policy calls it. */
  readonly name: string
  /** The kind of its adapter. */
  readonly kind: string
  /** By which rules may choose it. */
  readonly labels: Readonly<Record<string, string>>
  /** Server backstops that the policy switches on, by name; adapters say which they know. */
  readonly backstops: readonly string[]
}

/** An immutable, compiled policy. `digest` covers what the policy means: a comment changes nothing (RULES 10). */
export interface CompiledPolicy {
  /** SHA-256 of what the policy means, in hexadecimal digits. */
  readonly digest: Digest
  /** The bytes that were loaded, journaled once by digest. */
  readonly source: string
  /** By name. */
  readonly targets: ReadonlyMap<string, PolicyTarget>
  /** The names of every role that it gives something. */
  readonly roles: ReadonlySet<string>
  /** The rules that look at what happened before. Undefined when there are none: then nothing asks the ledger. */
  readonly dutyRules?: DutyRules | undefined
  /** Who may break glass, by id. Undefined when nobody may. */
  readonly glassRules?: ReadonlyMap<string, GlassRule> | undefined
  /** What may be granted, by the id of the hold rule. Undefined when nothing may. */
  readonly grantCaps?: ReadonlyMap<string, GrantCaps> | undefined
  /** What is masked, by the id of the rule. Undefined when nothing is. */
  readonly masks?: ReadonlyMap<string, MaskRule> | undefined
  /** Whether some rule holds actions for people, or has them review some. Glass is broken for what is held only. */
  readonly asksPeople: boolean
  /** Decides one action. Pure: same policy and input give the same decision. Never throws. */
  decide(input: DecisionInput): Decision
  /**
   * The duties that some allow rule gives these roles on a target, to an identity proven as `level`, or left out, to some:
   * what a read-only connection is derived from.
   */
  dutiesOf(
    roles: readonly string[],
    target: DecisionInput['target'],
    level?: ApprovalLevel,
    restrictingRoles?: readonly string[],
  ): DutySet
}
