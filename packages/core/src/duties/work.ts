import type { ApprovalLevel, IndependenceDimension } from '../model/decision.js'
import { approvalLevels } from '../model/decision.js'
import { sha256 } from '../model/digest.js'
import type { DutyScope } from '../model/duty-rules.js'
import { membersOf, textsOf } from '../model/members.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { IndependentParty } from './independence.js'
import { parseParty, partyValue } from './party-value.js'

/** One action that a chain wants reviewed: whose it is, and what it is about. */
export interface DoneAction {
  /** The work that it belongs to. */
  readonly id: string
  /** The id of the chain. */
  readonly chain: string
  readonly session: string
  readonly target: string
  /** What the chain counts on, and which one of these it is. */
  readonly per: DutyScope
  readonly thing: string
  readonly doer: IndependentParty
  /** Everybody who said yes to it. */
  readonly approvers: readonly IndependentParty[]
  /** In what a reviewer has to differ from all of them, besides subject, person, run and key. */
  readonly over: readonly IndependenceDimension[]
  readonly review: { readonly role: string; readonly level: ApprovalLevel }
  readonly withinMs: number
}

/** What one session did about one thing of a chain since somebody independent looked at it last. */
export interface UnreviewedWork extends Omit<DoneAction, 'target' | 'withinMs'> {
  readonly targets: readonly string[]
  /** How many actions it is. */
  readonly actions: number
  /** Times in the ledger's time, in ISO 8601. */
  readonly firstAt: string
  readonly lastAt: string
  readonly reviewBy: string
}

/** More people than these never approved what is reviewed together. */
export const mostApprovers = 100

/** The name of what one session does about one thing of a chain. */
export function workId(chain: string, session: string, thing: string): string {
  return sha256('bothkeys.work-id.v1\0', JSON.stringify([chain, session, thing])).slice(0, 32)
}

/** The work with one more action, which begins it where there is none. Pure. */
export function withAction(before: UnreviewedWork | undefined, action: DoneAction, atMs: number): UnreviewedWork {
  const { target, withinMs, ...work } = action
  const at = new Date(atMs).toISOString()
  if (before === undefined)
    return {
      ...work,
      approvers: onceEach(work.approvers),
      targets: [target],
      actions: 1,
      firstAt: at,
      lastAt: at,
      reviewBy: new Date(atMs + withinMs).toISOString(),
    }
  return {
    ...before,
    approvers: onceEach([...before.approvers, ...work.approvers]),
    over: [...new Set([...before.over, ...work.over])],
    targets: [...new Set([...before.targets, target])],
    actions: before.actions + 1,
    // Time may go backwards where the ledger was rebuilt.
    lastAt: at > before.lastAt ? at : before.lastAt,
  }
}

/** The work as a ledger keeps it, and as its digest covers it. */
export function workValue(work: UnreviewedWork): { readonly [key: string]: SnapshotValue } {
  const { approvers, doer, over, review, targets, ...others } = work
  return {
    ...others,
    approvers: approvers.map(partyValue),
    doer: partyValue(doer),
    over: [...over],
    review: { role: review.role, level: review.level },
    targets: [...targets],
  }
}

/** Reads work of a ledger. Undefined when it is none: the caller must not take that for nothing. */
export function parseWork(value: unknown): UnreviewedWork | undefined {
  const { actions, approvers, chain, doer, firstAt, id, lastAt, over, per, review, reviewBy, session, targets, thing } =
    membersOf(value)
  const { level, role } = membersOf(review)
  const own = parseParty(doer)
  const people = Array.isArray(approvers) ? approvers.map(parseParty) : [undefined]
  const known = people.filter((each) => each !== undefined)
  const scope = scopes.find((each) => each === per)
  const proof = approvalLevels.find((each) => each === level)
  const dimensions = textsOf(over)?.flatMap((name) => ties.find((each) => each === name) ?? [])
  const places = textsOf(targets)
  if (own === undefined || known.length < people.length || scope === undefined || proof === undefined) return undefined
  if (dimensions?.length !== textsOf(over)?.length || dimensions === undefined || places === undefined) return undefined
  if (!isText(id) || !isText(chain) || !isText(session) || !isText(thing) || !isText(role)) return undefined
  if (!isTime(firstAt) || !isTime(lastAt) || !isTime(reviewBy)) return undefined
  if (typeof actions !== 'number' || !Number.isSafeInteger(actions) || actions < 1) return undefined
  return Object.freeze({
    id,
    chain,
    session,
    targets: places,
    per: scope,
    thing,
    doer: own,
    approvers: known,
    over: dimensions,
    review: Object.freeze({ role, level: proof }),
    actions,
    firstAt,
    lastAt,
    reviewBy,
  })
}

const scopes: readonly DutyScope[] = ['target', 'object', 'run', 'change']
const ties: readonly IndependenceDimension[] = ['subject', 'person', 'run', 'key', 'agentClass']

/** Two that are the same in everything that counts are one. */
function onceEach(parties: readonly IndependentParty[]): readonly IndependentParty[] {
  return [...new Map(parties.map((party) => [JSON.stringify(partyValue(party)), party])).values()]
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTime(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value))
}
