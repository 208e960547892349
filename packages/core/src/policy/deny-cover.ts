import type { AttributeValue, Effect } from '../model/effect.js'
import { coversBytes, coversCorner } from './coverage.js'
import type { Corner } from './coverage.js'
import type { Resource, ResourcePattern } from './resource-pattern.js'
import { anySegment } from './resource-pattern.js'
import type { Candidate } from './rule-bucket.js'
import { RuleIndex } from './rule-index.js'
import type { DenyRule, Restriction, Scope } from './rules.js'

/** Whose and which part of a rule is looked at. */
export interface Covered {
  readonly scope: Scope
  /** Undefined: everybody. */
  readonly who: ReadonlySet<string> | undefined
  readonly bytes: Partial<Pick<Restriction, 'text' | 'argv'>>
}

/** Finds deny rules that take a whole corner of another rule, without looking at every pair of rules. */
export class DenyCover {
  readonly #byText: readonly DenyRule[]
  readonly #index: RuleIndex<DenyRule>

  constructor(denies: readonly DenyRule[]) {
    this.#byText = denies.filter((rule) => !rule.aboutEffects)
    this.#index = new RuleIndex(denies.filter((rule) => rule.aboutEffects))
  }

  /** The first deny rule for which `counts` holds and that finds everything in the corner. */
  find(corner: Corner, { scope, who, bytes }: Covered, counts: (rule: DenyRule) => boolean): DenyRule | undefined {
    const found: Candidate<DenyRule>[] = []
    this.#index.collect(typicalEffect(corner, scope), corner.resource && typicalResource(corner.resource), found)
    return [...this.#byText, ...found.map(({ rule }) => rule)].find(
      (rule) => counts(rule) && coversCorner(rule, corner, scope, who) && coversBytes(rule, bytes),
    )
  }
}

/** A resource that a pattern matches only if it covers the given one: no rule names the segments that stand for any. */
function typicalResource(pattern: ResourcePattern): Resource {
  const segments = pattern.segments.map((segment) => (segment === anySegment ? unnamed : segment))
  return { kind: pattern.kind, segments: pattern.rest ? [...segments, unnamed] : segments }
}

/** No text from a policy is ill-formed, so no pattern contains this. */
const unnamed = '\uD800'

function typicalEffect({ duty }: Corner, scope: Scope): Effect {
  const attributes = scope.when.map(({ attribute, values }): [string, AttributeValue] => [
    attribute,
    [...values][0] ?? '',
  ])
  return { duty, resource: '', attributes: Object.fromEntries(attributes) }
}
