/** The names under which claims keep what rules count: one key for each object and member of a closure, however many. */
const counted: readonly string[] = ['duty/', 'limit/', 'role/', 'wall/']

/** Whether a key holds what rules count, of which one session can make any number. */
export function isCounted(key: string): boolean {
  return counted.some((name) => key.startsWith(name))
}

/** How much of a ledger is not for what rules count. */
export function keptFree(maxEntries: number): number {
  return Math.min(10_000, Math.floor(maxEntries / 8))
}
