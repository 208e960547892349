import type { GuardedTarget } from './access.js'
import { BothKeysError } from './errors.js'
import type { CompiledPolicy } from './policy/compiled.js'

/**
 * Policy and code must speak of the same targets, or a rule would silently guard nothing. Throws ERR_TARGET_UNKNOWN, and
 * ERR_POLICY_UNSUPPORTED for a backstop that the target does not have.
 */
export function checkTargets(policy: CompiledPolicy, targets: readonly GuardedTarget[]): void {
  const names = new Set<string>()
  for (const target of targets) {
    if (names.has(target.name)) {
      throw new BothKeysError('ERR_TARGET_UNKNOWN', `two targets are called ${target.name}`, {
        hint: 'give each its own name',
      })
    }
    names.add(target.name)
    const known = policy.targets.get(target.name)
    if (known === undefined || known.kind !== target.kind) {
      throw new BothKeysError('ERR_TARGET_UNKNOWN', `the policy has no target ${target.name} of kind ${target.kind}`, {
        hint: `add it under targets: ${target.name}: { kind: ${target.kind} }`,
      })
    }
  }
  for (const { name, backstops } of policy.targets.values()) {
    checkBackstops(name, backstops, targets.find((target) => target.name === name)?.knownBackstops ?? [])
    if (names.has(name)) continue
    throw new BothKeysError(
      'ERR_TARGET_UNKNOWN',
      `the policy speaks of target ${name}, which createGuard was not given`,
      {
        hint: `pass it in createGuard({ targets }) or remove it from the policy`,
      },
    )
  }
}

/** A backstop that no adapter knows would be accepted and not enforced. */
function checkBackstops(target: string, asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.find((name) => !known.includes(name))
  if (unknown === undefined) return
  throw new BothKeysError(
    'ERR_POLICY_UNSUPPORTED',
    `target ${target} asks for the backstop ${unknown}, which it does not have`,
    {
      hint: known.length === 0 ? 'remove it' : `choose among ${known.join(', ')}`,
    },
  )
}
