import { EngineRefusal } from './engine-error.js'
import type { DeskEnd } from './desk.js'

/** What an engine made of one answer. */
export type EngineReceipt =
  | { readonly n: number; readonly counted: true }
  | { readonly n: number; readonly counted: false; readonly reason: string }

const ends: readonly DeskEnd[] = ['consumed', 'denied', 'expired', 'withdrawn', 'void', 'unavailable']
const mostReceipts = 64
const longestReason = 512

/** Reads `{ "state": … }`. Throws EngineRefusal. */
export function parseEnd({ state, ...others }: Readonly<Record<string, unknown>>): DeskEnd {
  const end = ends.find((known) => known === state)
  if (end === undefined || Object.keys(others).length > 0) throw wrong('its state is none that is known')
  return end
}

/** Reads `{ "receipts": [{ "n": 1, "counted": true }] }`. Throws EngineRefusal. */
export function parseReceipts({ receipts, ...others }: Readonly<Record<string, unknown>>): readonly EngineReceipt[] {
  if (!Array.isArray(receipts) || receipts.length > mostReceipts || Object.keys(others).length > 0) {
    throw wrong('it has no list of receipts')
  }
  return receipts.map(receiptOf)
}

function receiptOf(value: unknown): EngineReceipt {
  const { counted, n, reason } = Object(value) as Readonly<Record<string, unknown>>
  if (typeof n !== 'number' || !Number.isSafeInteger(n) || n < 1) throw wrong('a receipt is for no answer')
  if (counted === true && reason === undefined) return { n, counted }
  if (counted === false && typeof reason === 'string' && reason !== '' && reason.length <= longestReason) {
    return { n, counted, reason }
  }
  throw wrong('a receipt does not say whether the answer was counted, or why not')
}

function wrong(why: string): EngineRefusal {
  return new EngineRefusal(400, 'ERR_REQUEST_INVALID', 'malformed', [why, 'see docs/relay.md for the messages'])
}
