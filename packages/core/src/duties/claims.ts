import type {
  ActionLimit,
  DatasetWall,
  DutyRules,
  HistoryChain,
  HistoryStep,
  LimitMeasure,
  SeparatedDuties,
} from '../model/duty-rules.js'
import { sha256 } from '../model/digest.js'
import type { Duty, Effect } from '../model/effect.js'
import type { Act } from './act.js'
import type { MarkRule, WorkClaim } from './claim.js'
import type { Claims } from './claim-draft.js'
import { ClaimDraft } from './claim-draft.js'
import type { ClosureMember } from './closure.js'
import { closureOf } from './closure.js'
import { excuseOf } from './mitigated.js'
import type { TallyRule } from './tally.js'
import { workId } from './work.js'
import type { QueuedAction } from './work-queue.js'
import { workKey, workQueueKey } from './work-queue.js'

const guardsOwn: ReadonlySet<Duty> = new Set<Duty>(['approve', 'policy', 'audit'])

/**
 * The ledger keys that an act reserves, with the rules that look at each: one for each rule's thing and each member of
 * the closure. Empty when no rule counts the act. Pure.
 */
export function claimsOf(rules: DutyRules, act: Act): Claims {
  const draft = new ClaimDraft(act.party)
  for (const rule of rules.separatedDuties) claimDuties(draft, rules, rule, act)
  for (const chain of rules.chains) claimStep(draft, rules, chain, act)
  if (act.kind === 'vote') return draft.claims()
  for (const wall of rules.walls) claimDatasets(draft, rules, wall, act)
  for (const { rule, values } of act.lookups ?? []) countLookups(draft, rules, rule, values)
  // What is handed out is counted when it is; an act has to find room for some of it.
  countLimits(draft, rules, act, { statements: act.statements ?? 1, rows: 0, bytes: 0 })
  return draft.claims()
}

/** How much a target hands out. */
export interface HandedOut {
  readonly rows: number
  readonly bytes: number
}

/** The limits that count what the act is handed out. Pure. */
export function measuringLimits({ limits }: DutyRules, act: Act): readonly ActionLimit[] {
  return limits.filter((limit) => limit.measure !== 'statements' && isCounted(limit, act))
}

/** The ledger keys that count what an act is handed out. Pure. */
export function handedOutClaimsOf(rules: DutyRules, act: Act, handedOut: HandedOut): Claims {
  const draft = new ClaimDraft(act.party)
  countLimits(draft, rules, act, handedOut)
  return draft.claims()
}

/**
 * The ledger keys that somebody's roles reserve when a session opens, and until `lastsMs` from then. Empty when no rule
 * separates the roles. Pure.
 */
export function roleClaimsOf(rules: DutyRules, who: Pick<Act, 'party' | 'roles'>, lastsMs: number): Claims {
  const draft = new ClaimDraft(who.party)
  const keepMs = longest(rules.separatedRoles)
  for (const rule of rules.separatedRoles) {
    const adds = who.roles.filter((role) => rule.roles.has(role))
    if (adds.length === 0) continue
    draft.mark({ about: 'role', thing: '', keepMs, lastsMs }, markRule(rules, who, rule, 'roles', rule.roles), adds)
  }
  return draft.claims()
}

function claimDuties(draft: ClaimDraft, rules: DutyRules, rule: SeparatedDuties, act: Act): void {
  if (!rule.targets.has(act.target)) return
  if (isUnnamed(rule, act) && mayExercise(rule, act)) return draft.refuseUnnamed(rule.id)
  const found = exercised(rule, act)
  if (found.size === 0) return
  const keepMs = longest(rules.separatedDuties.filter(({ per }) => per === rule.per))
  const marked = markRule(rules, act, rule, 'duties', rule.duties)
  for (const [thing, adds] of found) draft.mark({ about: `duty/${rule.per}`, thing, keepMs }, marked, [...adds])
}

const stepOf: Readonly<Record<Act['kind'], HistoryStep>> = { request: 'request', vote: 'approve', action: 'execute' }
/** With those of the people who are asked: nobody is asked in vain. */
const stepsAhead: Readonly<Record<Act['kind'], readonly HistoryStep[]>> = {
  request: ['request', 'approve'],
  vote: ['approve'],
  action: ['execute'],
}

function claimStep(draft: ClaimDraft, rules: DutyRules, chain: HistoryChain, act: Act): void {
  const step = stepOf[act.kind]
  if (!chain.targets.has(act.target)) return
  const about = effectsFor(chain, act)
  if (about.length === 0) return
  if (isUnnamed(chain, act) && stepsAhead[act.kind].some((each) => chain.steps.has(each)))
    return draft.refuseUnnamed(chain.id)
  if (!chain.steps.has(step)) return
  const things = new Set(about.map(({ resource }) => thingOf(chain, act, resource)))
  const rule = markRule(rules, act, { ...chain, max: 1 }, 'steps', chain.steps)
  for (const thing of things) {
    draft.mark({ about: 'chain', thing: JSON.stringify([chain.id, thing]), keepMs: chain.windowMs }, rule, [step])
  }
}

/** The ledger keys that reviewing something of a chain reserves: it is a step like the others. Pure. */
export function reviewClaimsOf(
  rules: DutyRules,
  { chain: id, thing }: { readonly chain: string; readonly thing: string },
  reviewer: Pick<Act, 'party'>,
): Claims {
  const draft = new ClaimDraft(reviewer.party)
  const chain = rules.chains.find((each) => each.id === id)
  if (chain?.steps.has('review') !== true) return draft.claims()
  const rule = markRule(rules, reviewer, { ...chain, max: 1 }, 'steps', chain.steps)
  draft.mark({ about: 'chain', thing: JSON.stringify([id, thing]), keepMs: chain.windowMs }, rule, ['review'])
  return draft.claims()
}

/**
 * The ledger keys that an action reserves which is about to run, where a chain has a review: its work, which somebody has to
 * look at, and a place in the queue for it. Empty when none does. Pure.
 */
export function workClaimsOf({ chains }: DutyRules, act: Act): Claims {
  const { approvers = [], kind, party, session } = act
  const works: WorkClaim[] = []
  const queue: QueuedAction[] = []
  let unknown: Claims['unknown']
  for (const chain of chains) {
    if (chain.review === undefined || session === undefined || !isReviewed(chain, kind)) continue
    const about = !chain.targets.has(act.target) ? [] : effectsFor(chain, act)
    if (about.length === 0) continue
    if (isUnnamed(chain, act)) {
      unknown ??= { rule: chain.id, what: 'change' }
      continue
    }
    const things = new Set(about.map(({ resource }) => thingOf(chain, act, resource)))
    const { members, unknown: dimensions } = closureOf(party, chain.over)
    if (dimensions.length > 0) unknown ??= { rule: chain.id, what: dimensions }
    const ties = members.map(tieOf)
    const { level, role, withinMs } = chain.review
    for (const thing of things) {
      const { id: name, over, per } = chain
      const id = workId(name, session, thing)
      const review = { role, level }
      const work = { id, chain: name, session, target: act.target, per, thing, doer: party, approvers, over, review }
      works.push({ key: workKey(id), work: { ...work, withinMs } })
      queue.push({ id, chain: name, withinMs, ties })
    }
  }
  return { claims: queue.length === 0 ? [] : [{ key: workQueueKey, queue }, ...works], unknown }
}

/** The ids of the work that an action belongs to and somebody has to review. Pure. */
export function workOf(rules: DutyRules, act: Act): readonly string[] {
  return workClaimsOf(rules, act).claims.flatMap(({ work }) => (work === undefined ? [] : [work.id]))
}

/** Whether an action is, or takes part in, a step of a chain. */
function isReviewed({ steps }: HistoryChain, kind: Act['kind']): boolean {
  return kind !== 'vote' && stepsAhead[kind].some((step) => steps.has(step))
}

/** Short, for it stands in the ledger for each piece of work that waits. */
function tieOf({ dimension, value }: ClosureMember): string {
  return sha256('bothkeys.tie.v1\0', JSON.stringify([dimension, value])).slice(0, 32)
}

/** What could not be understood may be any of the duties. */
function effectsFor({ duties }: HistoryChain, act: Act): readonly Effect[] {
  return (act.about ?? act.effects).filter(({ duty }) => duties.has(duty) || duty === 'opaque')
}

function claimDatasets(draft: ClaimDraft, rules: DutyRules, wall: DatasetWall, act: Act): void {
  const touched = wall.datasets.filter((dataset) => act.effects.some((effect) => dataset.touches(act.target, effect)))
  if (touched.length === 0) return
  const names = new Set(wall.datasets.map(({ name }) => name))
  const rule = markRule(rules, act, { ...wall, max: 1 }, 'datasets', names)
  const adds = touched.map(({ name }) => name)
  draft.mark({ about: 'wall', thing: wall.id, keepMs: wall.windowMs }, rule, adds)
}

function countLimits(
  draft: ClaimDraft,
  rules: DutyRules,
  act: Act,
  amounts: Partial<Record<LimitMeasure, number>>,
): void {
  for (const limit of rules.limits) {
    const amount = amounts[limit.measure]
    if (amount === undefined || limit.windowMs === 0 || !isCounted(limit, act)) continue
    draft.count(limit.measure === 'statements' ? 'limit' : `limit/${limit.measure}`, tallyRule(limit), amount)
  }
}

/** A rule that the policy does not have any more counts nothing. */
function countLookups(draft: ClaimDraft, { lookups }: DutyRules, rule: string, values: number): void {
  const budget = lookups.find(({ id }) => id === rule)
  if (budget === undefined) return
  const { id, most, over, windowMs } = budget
  draft.count('lookup', { id, noun: 'lookups', limit: most, windowMs, over }, values)
}

function isCounted({ duties, role, targets }: ActionLimit, act: Act): boolean {
  if (!targets.has(act.target) || !act.roles.includes(role)) return false
  return duties === undefined || act.effects.some(({ duty }) => duties.has(duty) || duty === 'opaque')
}

function tallyRule({ id, measure, most, over, windowMs }: ActionLimit): TallyRule & Pick<MarkRule, 'over'> {
  return { id, noun: measure, limit: most, windowMs, over }
}

/** The duties of the rule that the act exercises, by what they are counted on. */
function exercised(rule: SeparatedDuties, act: Act): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const effect of act.effects) {
    const thing = thingOf(rule, act, effect.resource)
    for (const duty of dutiesOf(rule, effect.duty)) {
      const known = found.get(thing)
      if (known === undefined) found.set(thing, new Set([duty]))
      else known.add(duty)
    }
  }
  return found
}

function thingOf({ per }: Pick<SeparatedDuties, 'per'>, act: Act, resource: string): string {
  switch (per) {
    case 'target':
      return act.target
    case 'object':
      return JSON.stringify([act.target, resource])
    case 'run':
      return act.root
    case 'change':
      // Whoever names none was refused before, and no change is called nothing.
      return act.change ?? ''
  }
}

/** Whether what the rule counts on is the change, and nobody named it. */
function isUnnamed({ per }: Pick<SeparatedDuties, 'per'>, { change }: Act): boolean {
  return per === 'change' && change === undefined
}

/** Whether the act, or the yes that it needs, exercises a duty of the rule. */
function mayExercise(rule: SeparatedDuties, { effects, kind }: Act): boolean {
  return (
    (kind === 'request' && rule.duties.has('approve')) || effects.some(({ duty }) => dutiesOf(rule, duty).length > 0)
  )
}

/** What cannot be understood may be anything that an adapter's action can be. */
function dutiesOf({ duties }: SeparatedDuties, duty: Duty): readonly Duty[] {
  if (duty === 'opaque') return [...duties].filter((each) => !guardsOwn.has(each))
  return duties.has(duty) ? [duty] : []
}

function markRule(
  { mitigations }: DutyRules,
  { party }: Pick<Act, 'party'>,
  rule: Pick<MarkRule, 'id' | 'max' | 'windowMs' | 'over'>,
  noun: string,
  marks: ReadonlySet<string>,
): MarkRule {
  const { id, max, over, windowMs } = rule
  const excuse = excuseOf(mitigations, id, party)
  return { id, noun, marks, max, over, windowMs, ...(excuse !== undefined && { excuse }) }
}

function longest(rules: readonly { readonly windowMs: number }[]): number {
  return Math.max(...rules.map(({ windowMs }) => windowMs))
}
