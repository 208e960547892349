import { counted } from '../duties/claim-names.js'

/**
 * How many entries a ledger with room for `maxEntries` may have when these keys come to it. What rules count, of which one
 * session can make any number, leaves the last eighth free, 10,000 at most, so that approvals and revocations find room.
 */
export function ledgerRoom(maxEntries: number, newKeys: readonly string[]): number {
  return newKeys.some(isCounted) ? maxEntries - keptFree(maxEntries) : maxEntries
}

/** How much of a ledger is not for what rules count. */
export function keptFree(maxEntries: number): number {
  return Math.min(10_000, Math.floor(maxEntries / 8))
}

function isCounted(key: string): boolean {
  return counted.some((name) => key.startsWith(`${name}/`))
}
