import type { ApprovalLevel, Durability } from '../model/decision.js'
import type { Duty } from '../model/effect.js'
import { guardDuties } from './duty-choice.js'
import { MaskRulings } from './mask-ruling.js'
import { masksAt, masksInForce, type MaskSet } from './mask-set.js'
import { isProvenFor } from './match.js'
import { ResourceReader } from './resource-reader.js'
import { RuleIndex } from './rule-index.js'
import type { AllowRule, DenyRule, HoldRule, PolicyRules, Restriction } from './rules.js'
import { TextSearches } from './text-searches.js'

/** The rules that matter to one set of roles on one target, indexed. */
export interface View {
  readonly resources: ResourceReader
  readonly texts: TextSearches
  /** Allow rules that give one of the adapters' duties: what lets an action without effects through. */
  readonly access: readonly AllowRule[]
  readonly allow: RuleIndex<AllowRule>
  readonly deny: RuleIndex<DenyRule>
  readonly hold: RuleIndex<HoldRule>
  /** Rules that look at text and arguments alone. */
  readonly denyByText: readonly DenyRule[]
  readonly holdByText: readonly HoldRule[]
  /** The strongest durability that a rule names, by duty. */
  readonly durability: ReadonlyMap<Duty, Durability>
  /** Rules on what is masked; undefined when nothing is. */
  readonly masks: MaskRulings | undefined
  /** What is masked for some of those who may be asked about an action; undefined when nothing is. */
  readonly hides: MaskSet | undefined
  /**
   * The duties that some allow rule gives and no deny rule takes away altogether: to identities proven as `level`, or left
   * out, to some.
   */
  readonly dutiesAt: (level?: ApprovalLevel) => ReadonlySet<Duty>
}

const mostViews = 1_000

/** Makes the views of a policy when they are first asked for, and keeps them. */
export class Views {
  readonly rules: PolicyRules
  readonly texts: TextSearches = new TextSearches()
  readonly #byRoles = new Map<string, Map<string, View>>()
  /** Roles arrays are frozen and shared by all decisions of a principal, so the arrays themselves are the fastest key. */
  #byIdentity = new WeakMap<readonly string[], WeakMap<readonly string[], Map<string, View>>>()
  readonly #resources = new ResourceReader()
  #count = 0

  constructor(rules: PolicyRules) {
    this.rules = rules
  }

  /**
   * The view of a principal with these roles on a target that the policy has. Roles that it does not know mean nothing.
   * Rules that restrict one of `restricting` restrict it too.
   */
  of(roles: readonly string[], target: string, restricting = roles): View {
    const views = this.#byIdentity.get(roles)?.get(restricting) ?? this.#viewsOf(roles, restricting)
    const known = views.get(target)
    if (known !== undefined) return known
    const given = this.#knownRoles(roles)
    const restricted = this.#knownRoles([...given, ...restricting])
    const made = makeView(this.rules, given, restricted, target, { resources: this.#resources, texts: this.texts })
    views.set(target, made)
    this.#count++
    return made
  }

  #viewsOf(roles: readonly string[], restricting: readonly string[]): Map<string, View> {
    if (this.#count >= mostViews) this.#forget()
    // Roles of the policy are not empty and contain no line end, so the joined key is unambiguous.
    const key = [...this.#knownRoles(roles), '', ...this.#knownRoles(restricting)].join('\n')
    const views = this.#byRoles.get(key) ?? new Map<string, View>()
    this.#byRoles.set(key, views)
    if (Object.isFrozen(roles) && Object.isFrozen(restricting)) this.#remember(roles, restricting, views)
    return views
  }

  #remember(roles: readonly string[], restricting: readonly string[], views: Map<string, View>): void {
    const known = this.#byIdentity.get(roles)
    if (known === undefined) this.#byIdentity.set(roles, new WeakMap([[restricting, views]]))
    else known.set(restricting, views)
  }

  #knownRoles(roles: readonly string[]): readonly string[] {
    return [...new Set(roles)].filter((role) => this.rules.roles.has(role))
  }

  #forget(): void {
    this.#byRoles.clear()
    this.#byIdentity = new WeakMap()
    this.#count = 0
  }
}

function makeView(
  rules: PolicyRules,
  roles: readonly string[],
  restricted: readonly string[],
  target: string,
  shared: Pick<View, 'resources' | 'texts'>,
): View {
  const held = new Set(restricted)
  const here = <Rule extends Restriction>(rule: Rule): boolean =>
    rule.targets.has(target) && (rule.roles === undefined || [...rule.roles].some((role) => held.has(role)))
  const allow = roles.flatMap((role) => rules.roles.get(role) ?? []).filter((rule) => rule.targets.has(target))
  const deny = rules.deny.filter(here)
  const hold = rules.hold.filter(here)
  const masks = masksInForce(rules.masks, roles, target)
  return {
    ...shared,
    access: allow.filter((rule) => [...rule.duties].some((duty) => !guardDuties.has(duty))),
    allow: new RuleIndex(allow),
    deny: new RuleIndex(deny.filter((rule) => rule.aboutEffects)),
    hold: new RuleIndex(hold.filter((rule) => rule.aboutEffects)),
    denyByText: deny.filter((rule) => !rule.aboutEffects),
    holdByText: hold.filter((rule) => !rule.aboutEffects),
    durability: durabilityByDuty(rules, target),
    masks: masks && new MaskRulings(masks),
    hides: masksAt(rules.masks, target),
    dutiesAt: dutiesLeft(allow, deny),
  }
}

function durabilityByDuty(rules: PolicyRules, target: string): ReadonlyMap<Duty, Durability> {
  const strongest = new Map<Duty, Durability>()
  for (const rule of rules.record) {
    if (!rule.targets.has(target)) continue
    for (const duty of rule.duties) if (strongest.get(duty) !== 'synced') strongest.set(duty, rule.durability)
  }
  return strongest
}

function dutiesLeft(allow: readonly AllowRule[], deny: readonly DenyRule[]): View['dutiesAt'] {
  const taken = new Set(deny.filter(isUnconditional).flatMap((rule) => [...rule.duties]))
  const leftBy = (rules: readonly AllowRule[]): ReadonlySet<Duty> =>
    new Set(rules.flatMap((rule) => [...rule.duties]).filter((duty) => !taken.has(duty)))
  const all = leftBy(allow)
  if (allow.every((rule) => rule.level === undefined)) return () => all
  return (level) => (level === undefined ? all : leftBy(allow.filter((rule) => isProvenFor(rule, level))))
}

/** Whether a rule is about every effect of its duties. */
export function isUnconditional(rule: Restriction): boolean {
  return rule.resources === undefined && rule.when.length === 0 && rule.text === undefined && rule.argv === undefined
}
