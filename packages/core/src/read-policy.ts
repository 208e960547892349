import type { GuardedTarget } from './access.js'
import { withDeadline } from './deadline.js'
import { BothKeysError } from './errors.js'
import type { PolicyAuthority } from './identity/policy-token.js'
import { policyTokens } from './identity/policy-token.js'
import type { Clock } from './model/clock.js'
import type { CompiledPolicy } from './policy/compiled.js'
import { loadPolicy } from './policy/load.js'
import type { PolicySource } from './policy/source.js'
import { checkTargets } from './policy-targets.js'
import { unsigned } from './policy-version.js'

/** Where policies come from, and what has to be true of each. */
export interface PolicyReading {
  readonly source: PolicySource
  readonly targets: readonly GuardedTarget[]
  /** Whether a reload may widen the policy. */
  readonly dev: boolean
  /** Whose signature lets a policy widen. Then the first one has to be signed, too. */
  readonly authority: PolicyAuthority | undefined
  /** For whom a policy has to be signed. */
  readonly engine: string
  readonly clock: Clock
  readonly deadlineMs: number
  /** Throws for a policy that asks for what the guard was not given. */
  readonly assertSupported: (policy: CompiledPolicy) => void
}

export interface ReadPolicy {
  readonly policy: CompiledPolicy
  readonly signature: string | undefined
}

export async function readPolicy(options: PolicyReading, signal: AbortSignal): Promise<ReadPolicy> {
  const document = await withDeadline(options.source.load(signal), 'loading the policy', options.deadlineMs, undefined)
  const policy = loadPolicy(document)
  checkTargets(policy, options.targets)
  options.assertSupported(policy)
  return { policy, signature: document.signature }
}

/** The version that the authority signed a policy with. Throws ERR_POLICY_UNSIGNED when it did not. */
export type VersionOf = (read: ReadPolicy) => Promise<number>

export function versionsOf({ authority, clock, deadlineMs, dev, engine }: PolicyReading): VersionOf {
  if (authority === undefined) return () => Promise.reject(unsigned('there is no authority'))
  if (dev) {
    throw new BothKeysError(
      'ERR_CONFIG_INVALID',
      'dev lets everybody widen the policy, so an authority would be for show',
      {
        hint: 'leave one of the two out of createGuard({ dev, authority })',
      },
    )
  }
  const versionIn = policyTokens(authority, clock)
  return async ({ policy, signature }) => {
    if (signature === undefined) throw unsigned('it is not signed')
    try {
      return await versionIn(signature, { aud: engine, pol: policy.digest }, AbortSignal.timeout(deadlineMs))
    } catch (error) {
      throw unsigned(error instanceof BothKeysError ? error.message : 'its signature could not be checked')
    }
  }
}
