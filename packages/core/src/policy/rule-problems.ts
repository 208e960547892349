import type { Duty } from '../model/effect.js'
import { neverGranted } from '../model/grant-caps.js'
import { listedDuties } from './duty-choice.js'
import type { HoldRuleInput } from './policy-input.js'
import type { OneOrMany } from './selector-input.js'
import type { PolicyPath, Problem } from './problem.js'
import { invalid, quoted } from './problem.js'

/** The duties that a rule with a bound may be about. */
const boundable: ReadonlySet<Duty> = new Set<Duty>(['read', 'write', 'delete'])

/** Only writes and deletes change rows that can be counted, so a bound on anything else would refuse it. */
export function boundProblems(
  rule: { readonly duty?: OneOrMany<Duty> | '*'; readonly maxAffected?: number },
  path: PolicyPath,
): readonly Problem[] {
  if (rule.maxAffected === undefined) return []
  const listed = rule.duty === '*' ? [] : listedDuties(rule.duty)
  if (listed.length > 0 && listed.every((duty) => boundable.has(duty)) && listed.some((duty) => duty !== 'read'))
    return []
  return [
    invalid(
      [...path, 'maxAffected'],
      'only write and delete change rows that can be counted: the rule has to list one or both of them as its duty, beside read at most',
    ),
  ]
}

/** An owner who may approve and whom every stage shuts out never can. */
export function ownerProblems({ require, requester }: HoldRuleInput, path: PolicyPath): readonly Problem[] {
  if (requester?.ownerMayApprove !== true) return []
  if (!require.every(({ independent }) => independent?.includes('person') === true)) return []
  return [
    invalid(
      [...path, 'requester', 'ownerMayApprove'],
      'every stage asks for another person than the owner, so no owner could ever approve; leave person out of a stage',
    ),
  ]
}

/** Nothing is lifted by text, and nothing that cannot be granted. */
export function grantProblems(rule: HoldRuleInput, path: PolicyPath): readonly Problem[] {
  if (rule.grant === undefined) return []
  const problems: Problem[] = []
  if (rule.text !== undefined || rule.argv !== undefined)
    problems.push(
      invalid(
        [...path, 'grant'],
        'a grant is never about text; describe what may be granted by duty, resource and when',
      ),
    )
  const duties = listedDuties(rule.duty)
  if (duties.length > 0 && duties.every((duty) => neverGranted.has(duty)))
    problems.push(invalid([...path, 'grant'], `nothing of ${duties.map(quoted).join(', ')} is ever granted`))
  return problems
}
