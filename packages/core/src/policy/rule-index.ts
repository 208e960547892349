import type { Duty } from '../model/effect.js'
import type { Resource, ResourcePattern } from './resource-pattern.js'
import { anySegment } from './resource-pattern.js'
import type { Scope } from './rules.js'

/** A rule whose duty and resource fit an effect. */
export interface Candidate<Rule> {
  readonly rule: Rule
  /** Whether the rule names the resource itself, without a wildcard. */
  readonly literal: boolean
}

interface Node<Rule> {
  readonly named: Map<string, Node<Rule>>
  any: Node<Rule> | undefined
  /** Rules whose pattern ends here. */
  readonly here: Candidate<Rule>[]
  /** Rules whose pattern goes on with `**` from here. */
  readonly below: Candidate<Rule>[]
}

interface DutyRules<Rule> {
  readonly everyResource: Candidate<Rule>[]
  readonly kinds: Map<string, Node<Rule>>
}

/** Rules by duty and resource: finding those that fit takes as many steps as the resource has segments. */
export class RuleIndex<Rule extends Scope> {
  readonly #duties = new Map<Duty, DutyRules<Rule>>()

  constructor(rules: readonly Rule[]) {
    for (const rule of rules) for (const duty of rule.duties) this.#add(rule, this.#dutyRules(duty))
  }

  /** Adds to `found` every rule whose duty and resource fit. A resource that could not be parsed fits no pattern. */
  collect(duty: Duty, resource: Resource | undefined, found: Candidate<Rule>[]): void {
    const rules = this.#duties.get(duty)
    if (rules === undefined) return
    for (const candidate of rules.everyResource) found.push(candidate)
    const root = resource === undefined ? undefined : rules.kinds.get(resource.kind)
    if (root !== undefined && resource !== undefined) descend(root, resource.segments, 0, found)
  }

  #dutyRules(duty: Duty): DutyRules<Rule> {
    return getOrAdd(this.#duties, duty, () => ({ everyResource: [], kinds: new Map() }))
  }

  #add(rule: Rule, rules: DutyRules<Rule>): void {
    if (rule.resources === undefined) rules.everyResource.push({ rule, literal: false })
    for (const pattern of rule.resources ?? []) {
      const node = nodeFor(getOrAdd(rules.kinds, pattern.kind, emptyNode<Rule>), pattern)
      const candidates = pattern.rest ? node.below : node.here
      candidates.push({ rule, literal: pattern.literal })
    }
  }
}

function nodeFor<Rule>(root: Node<Rule>, pattern: ResourcePattern): Node<Rule> {
  let node = root
  for (const segment of pattern.segments) {
    node = segment === anySegment ? (node.any ??= emptyNode<Rule>()) : getOrAdd(node.named, segment, emptyNode<Rule>)
  }
  return node
}

function descend<Rule>(node: Node<Rule>, segments: readonly string[], depth: number, found: Candidate<Rule>[]): void {
  const segment = segments[depth]
  if (segment === undefined) {
    for (const candidate of node.here) found.push(candidate)
    return
  }
  for (const candidate of node.below) found.push(candidate)
  const named = node.named.get(segment)
  if (named !== undefined) descend(named, segments, depth + 1, found)
  if (node.any !== undefined) descend(node.any, segments, depth + 1, found)
}

function emptyNode<Rule>(): Node<Rule> {
  return { named: new Map(), any: undefined, here: [], below: [] }
}

function getOrAdd<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
