import { BothKeysError } from '../errors.js'
import { membersOf, textsOf } from '../model/members.js'
import type { SnapshotValue } from '../model/snapshot.js'
import type { DoneAction, UnreviewedWork } from './work.js'
import { mostApprovers, parseWork, withAction, workValue } from './work.js'

/** The ledger's key of all work that waits for a review. */
export const workQueueKey = 'work'

/** More work than this never waits, and of those who share a tie no more than half of it (RULES 21). */
export const mostWork = 1_000
export const mostWorkOfOne = mostWork / 2

/** The ledger's key of one piece of work. */
export function workKey(id: string): string {
  return `work/${id}`
}

/** An action's place in the queue: which work it belongs to, and what ties whoever does it to others. */
export interface QueuedAction extends Pick<DoneAction, 'id' | 'chain' | 'withinMs'> {
  readonly ties: readonly string[]
}

/** Why nothing more may be done: a review is missing, or too many are. */
export interface Unreviewed {
  readonly outcome: 'unreviewed'
  readonly rule: { readonly id: string }
  /** The work whose review is missing. Undefined: there is no room for more. */
  readonly work: string | undefined
}

/** What counting an action comes to. */
export type WorkOutcome =
  | Unreviewed
  | { readonly outcome: 'held' }
  | { readonly outcome: 'reserved'; readonly value: SnapshotValue; readonly expiresAtMs: undefined }

interface Waiting {
  readonly chain: string
  /** When the review has to be there, in the ledger's time. */
  readonly dueMs: number
  readonly ties: readonly string[]
}

/**
 * Judges whether actions may be done by what waits for a review, and puts their work into the queue. Pure. Throws
 * ERR_LEDGER_UNAVAILABLE for what cannot be read: it might have refused them.
 */
export function judgeQueue(
  actions: readonly QueuedAction[],
  value: SnapshotValue | undefined,
  nowMs: number,
): WorkOutcome {
  const queue = queueIn(value)
  const late = lateWork(queue, nowMs)
  for (const { chain, ties } of actions) {
    const work = ties.map((tie) => late.get(tieIn(chain, tie))).find((id) => id !== undefined)
    if (work !== undefined) return { outcome: 'unreviewed', rule: { id: chain }, work }
  }
  const after = queued(actions, queue, nowMs)
  const [first] = actions
  if (first !== undefined && after.size > queue.size && (after.size > mostWork || isMostOfOne(after, actions)))
    return { outcome: 'unreviewed', rule: { id: first.chain }, work: undefined }
  return after.size === queue.size ? { outcome: 'held' } : reserved(queueValue(after))
}

/** Work that is late, by its chain and each of its ties: one walk, however many actions are looked at. */
function lateWork(queue: ReadonlyMap<string, Waiting>, nowMs: number): ReadonlyMap<string, string> {
  const late = new Map<string, string>()
  for (const [id, { chain, dueMs, ties }] of queue)
    if (nowMs > dueMs) for (const tie of ties) late.set(tieIn(chain, tie), id)
  return late
}

/** Whether those who share something with whoever acts have more than their share of the places. */
function isMostOfOne(queue: ReadonlyMap<string, Waiting>, actions: readonly QueuedAction[]): boolean {
  const counts = new Map(actions.flatMap(({ ties }) => ties.map((tie) => [tie, 0])))
  for (const { ties } of queue.values())
    for (const tie of ties) {
      const count = counts.get(tie)
      if (count !== undefined) counts.set(tie, count + 1)
    }
  return [...counts.values()].some((count) => count > mostWorkOfOne)
}

/** JSON, so that no name runs into the next one. */
function tieIn(chain: string, tie: string): string {
  return JSON.stringify([chain, tie])
}

/** The queue after actions whatever it says: for what ran already. */
export function recallQueue(
  actions: readonly QueuedAction[],
  value: SnapshotValue | undefined,
  atMs: number,
): WorkOutcome {
  const queue = queueIn(value)
  const after = queued(actions, queue, atMs)
  return after.size === queue.size ? { outcome: 'held' } : reserved(queueValue(after))
}

/** Judges whether an action fits into its work, and adds it. Pure. Throws as `judgeQueue`. */
export function judgeWork(action: DoneAction, value: SnapshotValue | undefined, nowMs: number): WorkOutcome {
  const after = withAction(workIn(value), action, nowMs)
  if (after.approvers.length > mostApprovers)
    return { outcome: 'unreviewed', rule: { id: action.chain }, work: action.id }
  return reserved(workValue(after))
}

/** The work after an action whatever it says. */
export function recallWork(action: DoneAction, value: SnapshotValue | undefined, atMs: number): WorkOutcome {
  return reserved(workValue(withAction(workIn(value), action, atMs)))
}

/** The ids of everything that waits, oldest first. Throws ERR_LEDGER_UNAVAILABLE for what cannot be read. */
export function waitingIn(value: SnapshotValue | undefined): readonly string[] {
  return [...queueIn(value).keys()]
}

/** The queue without work that somebody found justified; undefined when nothing waits any more. */
export function withoutWork(value: SnapshotValue | undefined, id: string): SnapshotValue | undefined {
  const queue = new Map(queueIn(value))
  queue.delete(id)
  return queue.size === 0 ? undefined : queueValue(queue)
}

/** The queue where work that somebody found unjustified is as good as late. */
export function withLate(value: SnapshotValue | undefined, id: string): SnapshotValue | undefined {
  const queue = new Map(queueIn(value))
  const found = queue.get(id)
  if (found !== undefined) queue.set(id, { ...found, dueMs: 0 })
  return queue.size === 0 ? undefined : queueValue(queue)
}

/** Reads one piece of work. Throws ERR_LEDGER_UNAVAILABLE for what is none. */
export function workIn(value: SnapshotValue | undefined): UnreviewedWork | undefined {
  if (value === undefined) return undefined
  const work = parseWork(value)
  if (work === undefined) throw unreadable()
  return work
}

function queued(
  actions: readonly QueuedAction[],
  queue: ReadonlyMap<string, Waiting>,
  atMs: number,
): ReadonlyMap<string, Waiting> {
  const after = new Map(queue)
  for (const { chain, id, ties, withinMs } of actions)
    if (!after.has(id)) after.set(id, { chain, dueMs: atMs + withinMs, ties })
  return after
}

function reserved(value: SnapshotValue): WorkOutcome {
  return { outcome: 'reserved', value, expiresAtMs: undefined }
}

/** A list, so that the order stays. */
function queueValue(queue: ReadonlyMap<string, Waiting>): SnapshotValue {
  return [...queue].map(([id, { chain, dueMs, ties }]) => ({ id, chain, dueMs, ties: [...ties] }))
}

function queueIn(value: SnapshotValue | undefined): ReadonlyMap<string, Waiting> {
  const queue = new Map<string, Waiting>()
  if (value === undefined) return queue
  if (!Array.isArray(value)) throw unreadable()
  for (const each of value as readonly SnapshotValue[]) {
    const { chain, dueMs, id, ties: given } = membersOf(each)
    const ties = textsOf(given)
    if (typeof id !== 'string' || typeof chain !== 'string' || typeof dueMs !== 'number' || ties === undefined)
      throw unreadable()
    queue.set(id, { chain, dueMs, ties })
  }
  return queue
}

function unreadable(): BothKeysError {
  return new BothKeysError(
    'ERR_LEDGER_UNAVAILABLE',
    'the ledger holds something else than work that waits for a review, so nothing ran',
    { hint: 'have the ledger of bothkeys looked at' },
  )
}
