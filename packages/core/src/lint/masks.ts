import type { Duty } from '../model/effect.js'
import { viewsOf } from '../policy/compile.js'
import type { CompiledPolicy } from '../policy/compiled.js'
import type { ColumnPattern } from '../policy/column-pattern.js'
import { patternsOverlap } from '../policy/pattern-relations.js'
import { alternatives, quoted } from '../policy/problem.js'
import type { ResourcePattern } from '../policy/resource-pattern.js'
import type { AllowRule, SelectedMask } from '../policy/rules.js'
import type { Finding } from './finding.js'
import { findingAt } from './finding.js'

/**
 * Masks that are alike across runs in columns that somebody may write: whoever writes a value there sees what it looks like, and
 * finds out what others are (RULES 30). And masks of what nobody may read.
 */
export function maskFindings(policy: CompiledPolicy): readonly Finding[] {
  const { masks, roles } = viewsOf(policy).rules
  const allows = [...roles.values()].flat()
  return masks.flatMap((mask) => [...joinable(policy, mask, allows), ...idle(policy, mask, allows)])
}

function joinable(policy: CompiledPolicy, mask: SelectedMask, allows: readonly AllowRule[]): readonly Finding[] {
  const { operator, path } = mask
  if (!('across' in operator) || operator.across !== 'runs') return []
  const writers = new Set(allows.filter((allow) => reaches(allow, 'write', mask)).map(({ role }) => role))
  if (writers.size === 0) return []
  const message = `it masks alike across runs, and ${alternatives([...writers].map(quoted))} may write there and try values until one looks the same; leave across out, or take the duty write away`
  return [findingAt(policy, 'mask-tells-writers', [...path, 'with'], message, [])]
}

function idle(policy: CompiledPolicy, mask: SelectedMask, allows: readonly AllowRule[]): readonly Finding[] {
  if (allows.some((allow) => !mask.except.has(allow.role) && reaches(allow, 'read', mask))) return []
  const message = 'nobody may read what it masks, but for those who see it in clear, so it masks nothing'
  return [findingAt(policy, 'mask-for-nobody', mask.path, message, [])]
}

/** Whether a rule gives a duty on something that a mask is about. What is found may be anywhere. */
function reaches({ duties, resources, targets }: AllowRule, duty: Duty, mask: SelectedMask): boolean {
  if (!duties.has(duty) || ![...mask.targets].some((target) => targets.has(target))) return false
  if (resources === undefined || mask.columns.length === 0) return true
  return resources.some((pattern) =>
    mask.columns.some((column) => patternsOverlap(pattern, relationOf(pattern, column))),
  )
}

/** The relation of a column, of the kind that a rule is about: a mask is about each of them. */
function relationOf({ kind }: ResourcePattern, { literal, schema, table }: ColumnPattern): ResourcePattern {
  return { kind, segments: [schema, table], rest: false, literal, text: '' }
}
