import type { Standing } from '../identity/standing.js'
import type { Duty } from '../model/effect.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import { quoteSegment } from '../policy/resource-pattern.js'

/** Whether the policy gives somebody a duty of the guard's own on a target that it knows. */
export function hasOwnDuty(
  policy: CompiledPolicy,
  duty: Extract<Duty, 'audit' | 'policy'>,
  name: string,
  { principal, roles }: Standing,
): boolean {
  const target = policy.targets.get(name)
  if (target === undefined) return false
  const decision = policy.decide({
    roles,
    restrictingRoles: principal.restrictingRoles,
    level: principal.level,
    target: { name, kind: target.kind, labels: target.labels },
    operation: duty,
    text: '',
    effects: [{ duty, resource: `target:${quoteSegment(name)}`, attributes: {} }],
  })
  return decision.effect === 'allow'
}
