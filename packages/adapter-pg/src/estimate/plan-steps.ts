import type { EstimatedStep } from '@bothkeys/core/adapter'
import { segment } from '../analyzer/resource.js'
import type { Planned } from './reasons.js'

/** More than approvers are shown, so that a plan that is cut here is refused there. */
const maxSteps = 64

/**
 * What a plan expects: kinds of nodes, names of relations, numbers of rows. Nothing else of EXPLAIN's answer is looked at, so
 * that no value of the statement or of the data gets into it. Anything else than a plan is none. Never throws.
 */
export function planSteps(answer: string | null | undefined): Planned {
  try {
    const parsed: unknown = JSON.parse(answer ?? '')
    const steps: EstimatedStep[] = []
    return isCollected(memberOf(listOf(parsed)[0], 'Plan'), 0, steps) ? { steps } : { none: 'invalid' }
  } catch {
    return { none: 'invalid' }
  }
}

function isCollected(node: unknown, depth: number, steps: EstimatedStep[]): boolean {
  if (steps.length > maxSteps) return true
  const plans = listOf(memberOf(node, 'Plans'))
  const type = memberOf(node, 'Node Type')
  const isChange = type === 'ModifyTable'
  const name = isChange ? memberOf(node, 'Operation') : type
  const rows = isChange ? rowsToChange(plans) : memberOf(node, 'Plan Rows')
  if (typeof name !== 'string' || typeof rows !== 'number' || !(rows >= 0)) return false
  steps.push({
    depth,
    node: name,
    relation: relationOf(node),
    rows: Math.min(Math.round(rows), Number.MAX_SAFE_INTEGER),
  })
  return plans.every((each) => isCollected(each, depth + 1, steps))
}

/** A change expects no rows of itself: it changes those that the steps below it find. Queries beside it are none of these. */
function rowsToChange(plans: readonly unknown[]): number {
  const below = plans.filter((each) => /^(?:Outer|Member)$/.test(String(memberOf(each, 'Parent Relationship'))))
  return below.reduce<number>((sum, each) => sum + Number(memberOf(each, 'Plan Rows')), 0)
}

/** As resources name it: a dot within a name cannot pose as the one between two. */
function relationOf(node: unknown): string | null {
  const relation = memberOf(node, 'Relation Name')
  const schema = memberOf(node, 'Schema')
  if (typeof relation !== 'string') return null
  return typeof schema === 'string' ? `${segment(schema)}.${segment(relation)}` : segment(relation)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}
