import { counted } from '../duties/claim-names.js'

/** Whether a key holds what rules count, of which one session can make any number. */
export function isCounted(key: string): boolean {
  return counted.some((name) => key.startsWith(`${name}/`))
}

/** How much of a ledger is not for what rules count. */
export function keptFree(maxEntries: number): number {
  return Math.min(10_000, Math.floor(maxEntries / 8))
}
