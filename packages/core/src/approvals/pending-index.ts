import { BothKeysError } from '../errors.js'
import type { Ledger, LedgerEntry } from '../ledger/ledger.js'
import { sha256 } from '../model/digest.js'
import type { SnapshotValue } from '../model/snapshot.js'
import { ledgerTime } from '../ledger/ledger-time.js'
import { updateLedger } from '../ledger/update.js'
import type { StoredRequest } from './stored-request.js'
import { holderOf, parseStored, stateOf } from './stored-request.js'

/** How long the ledger keeps a spent request after its time is over, so that a second use still finds it spent. */
const keptAfterMs = 60 * 60_000

/** What a new request takes a place with. */
export interface Place {
  readonly id: string
  /** Names the waiting caller, so that nobody else's commit counts. */
  readonly holder: string
  /** What whoever asks shares with others: everybody who shares one of it has so many places together. */
  readonly sharedWith: readonly string[]
  /** An HMAC over requester and action: one pending request per content. */
  readonly contentId: string
  readonly ttlMs: number
  /** The entry, given when it is made and until when it is kept. */
  readonly value: (enteredAtMs: number, keptUntilMs: number) => SnapshotValue
  /** What stands in its place and is over or was left behind. */
  readonly replaces?: LeftBehind | undefined
}

/** The caps on pending requests, kept in the ledger so that processes share them (RULES 21). */
export interface PendingCaps {
  readonly perClosure: number
  readonly overall: number
}

/** The ledger's key of one request. */
export function requestKey(id: string): string {
  return `approval/request/${id}`
}

/** A request for the same action of the same requester, which somebody may still wait for. */
export interface LeftBehind {
  readonly id: string
  /** Undefined when only its place is left. */
  readonly stored: StoredRequest | undefined
  readonly nowMs: number
}

/** Looks for what may have been left behind in the place of a content. Whoever acts on it has to look again in that step. */
export async function leftBehind(
  ledger: Ledger,
  deadlineMs: number,
  contentId: string,
): Promise<LeftBehind | undefined> {
  const content = contentKey(contentId)
  const id = await updateLedger(ledger, deadlineMs, [content], (entries) => read(entries.get(content)?.value))
  if (typeof id !== 'string') return undefined
  const key = requestKey(id)
  const stored = await updateLedger(ledger, deadlineMs, [key], (entries) => read(parseStored(entries.get(key)?.value)))
  const nowMs = await ledgerTime(ledger, deadlineMs)
  return { id, stored, nowMs }
}

/** Whether somebody waits for a request. */
function isHeld(stored: StoredRequest | undefined, nowMs: number): boolean {
  return stored !== undefined && stateOf(stored) === 'pending' && !(stored.heldUntilMs <= nowMs)
}

function read<T>(result: T): { readonly write: readonly []; readonly result: T } {
  return { write: [], result }
}

/**
 * Enters a request into the ledger, in one commit with its place below the caps. Answers until when the entry is kept.
 * Throws ERR_LIMIT_EXCEEDED when a cap is reached or the same requester already waits for the same action.
 */
export async function enter(ledger: Ledger, deadlineMs: number, place: Place, caps: PendingCaps): Promise<number> {
  const nowMs = await ledgerTime(ledger, deadlineMs)
  const keys = indexKeys(place)
  const expiresAtMs = nowMs + place.ttlMs
  const keptUntilMs = expiresAtMs + keptAfterMs
  const old = place.replaces && requestKey(place.replaces.id)
  const involved = [requestKey(place.id), keys.content, ...keys.lists, ...(old === undefined ? [] : [old])]
  await updateLedger(ledger, deadlineMs, involved, (entries) => {
    const standing = entries.get(keys.content)?.value
    const before = old === undefined ? undefined : parseStored(entries.get(old)?.value)
    if (standing !== undefined && (standing !== place.replaces?.id || isHeld(before, nowMs))) throw alreadyWaiting()
    const lists = keys.lists.map((key) => ({ key, waiting: othersIn(entries.get(key), place.replaces?.id, nowMs) }))
    for (const { key, waiting } of lists) {
      if (key === allWaiting && countOf(waiting) >= caps.overall)
        throw capReached(`${String(caps.overall)} actions wait for approval`)
      if (key !== allWaiting && countOf(waiting) >= caps.perClosure)
        throw capReached(`${String(caps.perClosure)} actions of this account, person, run or key wait for approval`)
    }
    return {
      write: [
        ...(old === undefined || before?.end === 'consumed' ? [] : [{ key: old, value: undefined }]),
        { key: requestKey(place.id), value: place.value(nowMs, keptUntilMs), expiresAtMs: keptUntilMs },
        { key: keys.content, value: place.id, expiresAtMs },
        ...lists.map(({ key, waiting }) => ({ key, ...listed([...waiting, place.id, expiresAtMs]) })),
      ],
      result: undefined,
    }
  })
  return keptUntilMs
}

/**
 * Gives the place of an ended request back. A spent request stays in the ledger for a while; every other one is removed,
 * so that asking and giving up in a loop fills nothing.
 */
export async function leave(ledger: Ledger, deadlineMs: number, place: Place, spent: boolean): Promise<void> {
  const keys = indexKeys(place)
  const key = requestKey(place.id)
  await updateLedger(ledger, deadlineMs, [key, keys.content, ...keys.lists], (entries) => {
    const holder = holderOf(entries.get(key)?.value)
    // Whoever holds it now gives the place back.
    if (holder !== undefined && holder !== place.holder) return { write: [], result: undefined }
    const without = keys.lists.map((key) => {
      const rest = othersIn(entries.get(key), place.id, 0)
      if (rest.length === 0) return { key, value: undefined }
      return { key, ...listed(rest) }
    })
    const isOwn = entries.get(keys.content)?.value === place.id
    const gone = [...(isOwn ? [keys.content] : []), ...(spent ? [] : [key])]
    return { write: [...gone.map((key) => ({ key, value: undefined })), ...without], result: undefined }
  })
}

const allWaiting = 'approval/waiting/all'

function indexKeys(place: Place): { readonly content: string; readonly lists: readonly string[] } {
  return { content: contentKey(place.contentId), lists: waitingKeys(place.sharedWith) }
}

const namesOfLists = new WeakMap<readonly string[], readonly string[]>()

/** Named once for each request, which enters them and leaves them. */
function waitingKeys(sharedWith: readonly string[]): readonly string[] {
  const known = namesOfLists.get(sharedWith)
  if (known !== undefined) return known
  const shared = sharedWith.map((what) => `approval/waiting/${sha256(what)}`)
  const names = [...new Set(shared), allWaiting]
  // What cannot change any more has one answer.
  if (Object.isFrozen(sharedWith)) namesOfLists.set(sharedWith, names)
  return names
}

function contentKey(contentId: string): string {
  return `approval/content/${contentId}`
}

/** Ids and expiries by turns: an object with a key for each id would get a shape of its own each time. */
type Waiting = readonly (string | number)[]

/** What waits besides one of them. */
function othersIn(entry: LedgerEntry | undefined, without: string | undefined, nowMs: number): Waiting {
  const value = entry?.value
  if (value === undefined) return []
  if (!isList(value)) throw notPending()
  const others: (string | number)[] = []
  for (let at = 0; at < value.length; at += 2) {
    const id = value[at]
    const expiresAtMs = value[at + 1]
    if (typeof id !== 'string' || typeof expiresAtMs !== 'number') throw notPending()
    if (expiresAtMs > nowMs && id !== without) others.push(id, expiresAtMs)
  }
  return others
}

function countOf(waiting: Waiting): number {
  return waiting.length / 2
}

/** As the ledger keeps it: as long as the last of them. */
function listed(waiting: Waiting) {
  let expiresAtMs = -Infinity
  for (const each of waiting) if (typeof each === 'number' && each > expiresAtMs) expiresAtMs = each
  return { value: waiting, expiresAtMs }
}

function isList(value: SnapshotValue): value is readonly SnapshotValue[] {
  return Array.isArray(value)
}

function notPending(): BothKeysError {
  return new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger holds something else than pending approvals')
}

/** Somebody else waits, or has just begun to. */
export function alreadyWaiting(): BothKeysError {
  return capReached('the same action of the same requester is waiting for approval already')
}

function capReached(what: string): BothKeysError {
  return new BothKeysError('ERR_LIMIT_EXCEEDED', `refused: ${what}`, {
    hint: 'wait until the pending approvals are decided, or withdraw them',
  })
}
