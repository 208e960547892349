import { BothKeysError } from '../errors.js'
import type { Ledger, LedgerEntry } from '../ledger/ledger.js'
import { sha256 } from '../model/digest.js'
import type { SnapshotValue } from '../model/snapshot.js'
import { updateLedger } from '../ledger/update.js'
import { within } from '../ledger/within.js'

/** How long the ledger keeps a spent request after its time is over, so that a second use still finds it spent. */
const keptAfterMs = 60 * 60_000

/** What a new request takes a place with. */
export interface Place {
  readonly id: string
  readonly runRoot: string
  /** An HMAC over requester and action: one pending request per content. */
  readonly contentId: string
  readonly ttlMs: number
  /** The entry, given until when it is kept. */
  readonly value: (keptUntilMs: number) => SnapshotValue
}

/** The caps on pending requests, kept in the ledger so that processes share them (RULES 21). */
export interface PendingCaps {
  readonly perRun: number
  readonly overall: number
}

/** The ledger's key of one request. */
export function requestKey(id: string): string {
  return `approval/request/${id}`
}

/**
 * Enters a request into the ledger, in one commit with its place below the caps. Answers until when the entry is kept.
 * Throws ERR_LIMIT_EXCEEDED when a cap is reached or the same requester already waits for the same action.
 */
export async function enter(ledger: Ledger, deadlineMs: number, place: Place, caps: PendingCaps): Promise<number> {
  const nowMs = await within(deadlineMs, 'the ledger', 'ERR_LEDGER_UNAVAILABLE', () => ledger.nowMs())
  const keys = indexKeys(place)
  const expiresAtMs = nowMs + place.ttlMs
  const keptUntilMs = expiresAtMs + keptAfterMs
  await updateLedger(ledger, deadlineMs, [requestKey(place.id), keys.content, keys.run, keys.all], (entries) => {
    if (entries.get(keys.content)?.value !== undefined) {
      throw capReached('the same action of the same requester is waiting for approval already')
    }
    const run = pendingIn(entries.get(keys.run), nowMs)
    const all = pendingIn(entries.get(keys.all), nowMs)
    if (run.length >= caps.perRun) throw capReached(`${String(caps.perRun)} actions of this run wait for approval`)
    if (all.length >= caps.overall) throw capReached(`${String(caps.overall)} actions wait for approval`)
    const own: readonly [string, number] = [place.id, expiresAtMs]
    return {
      write: [
        { key: requestKey(place.id), value: place.value(keptUntilMs), expiresAtMs: keptUntilMs },
        { key: keys.content, value: place.id, expiresAtMs },
        { key: keys.run, value: Object.fromEntries([...run, own]), expiresAtMs: latest([...run, own]) },
        { key: keys.all, value: Object.fromEntries([...all, own]), expiresAtMs: latest([...all, own]) },
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
  await updateLedger(ledger, deadlineMs, [requestKey(place.id), keys.content, keys.run, keys.all], (entries) => {
    const without = [keys.run, keys.all].map((key) => {
      const rest = pendingIn(entries.get(key), 0).filter(([id]) => id !== place.id)
      if (rest.length === 0) return { key, value: undefined }
      return { key, value: Object.fromEntries(rest), expiresAtMs: latest(rest) }
    })
    const isOwn = entries.get(keys.content)?.value === place.id
    const gone = [...(isOwn ? [keys.content] : []), ...(spent ? [] : [requestKey(place.id)])]
    return { write: [...gone.map((key) => ({ key, value: undefined })), ...without], result: undefined }
  })
}

function indexKeys(place: Place): { readonly content: string; readonly run: string; readonly all: string } {
  return {
    content: `approval/content/${place.contentId}`,
    run: `approval/pending/run/${sha256(place.runRoot)}`,
    all: 'approval/pending/all',
  }
}

function pendingIn(entry: LedgerEntry | undefined, nowMs: number): readonly (readonly [string, number])[] {
  const value = entry?.value
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BothKeysError('ERR_LEDGER_UNAVAILABLE', 'the ledger holds something else than pending approvals')
  }
  return Object.entries(value).flatMap(([id, expiresAtMs]) =>
    typeof expiresAtMs === 'number' && expiresAtMs > nowMs ? [[id, expiresAtMs] as const] : [],
  )
}

function latest(pending: readonly (readonly [string, number])[]): number {
  return Math.max(...pending.map(([, expiresAtMs]) => expiresAtMs))
}

function capReached(what: string): BothKeysError {
  return new BothKeysError('ERR_LIMIT_EXCEEDED', `refused: ${what}`, {
    hint: 'wait until the pending approvals are decided, or withdraw them',
  })
}
