import type { Duty, Effect } from '../model/effect.js'
import { getOrAdd } from './get-or-add.js'
import type { Resource, ResourcePattern } from './resource-pattern.js'
import { anySegment } from './resource-pattern.js'
import { RuleBucket } from './rule-bucket.js'
import type { Candidate } from './rule-bucket.js'
import type { Scope } from './rules.js'

interface Node<Rule extends Scope> {
  readonly named: Map<string, Node<Rule>>
  any: Node<Rule> | undefined
  /** Rules whose pattern ends here. */
  readonly here: RuleBucket<Rule>
  /** Rules whose pattern goes on with `**` from here. */
  readonly below: RuleBucket<Rule>
}

interface DutyRules<Rule extends Scope> {
  readonly everyResource: RuleBucket<Rule>
  readonly kinds: Map<string, Node<Rule>>
}

/** Rules by duty and resource: finding those that fit takes as many steps as the resource has segments. */
export class RuleIndex<Rule extends Scope> {
  readonly #duties = new Map<Duty, DutyRules<Rule>>()

  constructor(rules: readonly Rule[]) {
    for (const rule of rules) for (const duty of rule.duties) this.#add(rule, this.#dutyRules(duty))
  }

  /**
   * Adds to `found` every rule whose duty and resource fit and that may fit the attributes; some of them more than once.
   * A resource that could not be parsed fits no pattern.
   */
  collect(effect: Effect, resource: Resource | undefined, found: Candidate<Rule>[]): void {
    const rules = this.#duties.get(effect.duty)
    if (rules === undefined) return
    rules.everyResource.collect(effect, found)
    const root = resource === undefined ? undefined : rules.kinds.get(resource.kind)
    if (root !== undefined && resource !== undefined) descend(root, resource.segments, 0, effect, found)
  }

  #dutyRules(duty: Duty): DutyRules<Rule> {
    return getOrAdd(this.#duties, duty, () => ({ everyResource: new RuleBucket(), kinds: new Map() }))
  }

  #add(rule: Rule, rules: DutyRules<Rule>): void {
    if (rule.resources === undefined) rules.everyResource.add({ rule, literal: false })
    for (const pattern of rule.resources ?? []) {
      const node = nodeFor(getOrAdd(rules.kinds, pattern.kind, emptyNode<Rule>), pattern)
      const bucket = pattern.rest ? node.below : node.here
      bucket.add({ rule, literal: pattern.literal })
    }
  }
}

function nodeFor<Rule extends Scope>(root: Node<Rule>, pattern: ResourcePattern): Node<Rule> {
  let node = root
  for (const segment of pattern.segments) {
    node = segment === anySegment ? (node.any ??= emptyNode<Rule>()) : getOrAdd(node.named, segment, emptyNode<Rule>)
  }
  return node
}

function descend<Rule extends Scope>(
  node: Node<Rule>,
  segments: readonly string[],
  depth: number,
  effect: Effect,
  found: Candidate<Rule>[],
): void {
  const segment = segments[depth]
  if (segment === undefined) return node.here.collect(effect, found)
  node.below.collect(effect, found)
  const named = node.named.get(segment)
  if (named !== undefined) descend(named, segments, depth + 1, effect, found)
  if (node.any !== undefined) descend(node.any, segments, depth + 1, effect, found)
}

function emptyNode<Rule extends Scope>(): Node<Rule> {
  return { named: new Map(), any: undefined, here: new RuleBucket(), below: new RuleBucket() }
}
