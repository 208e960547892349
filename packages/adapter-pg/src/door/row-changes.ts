import type { Analysis } from '../analyzer/analysis.js'

/** How many transactions are remembered. The oldest give way, and count as unknown then. */
const maxTransactions = 4_096

const rowCommands: ReadonlySet<string> = new Set(['delete', 'insert', 'merge', 'update'])
const rowDuties: ReadonlySet<string> = new Set(['delete', 'read', 'write'])

/**
 * The transactions of a target's connections that change rows of tables and nothing else, by their ids (`xid8` as text):
 * when one of them ends, the catalog is the same as before.
 */
export class RowChanges {
  readonly #transactions = new Set<string>()

  has(transaction: string): boolean {
    return this.#transactions.has(transaction)
  }

  add(transaction: string): void {
    if (this.#transactions.size >= maxTransactions) {
      for (const oldest of this.#transactions) {
        this.#transactions.delete(oldest)
        if (this.#transactions.size <= maxTransactions / 2) break
      }
    }
    this.#transactions.add(transaction)
  }

  /** It is about to do something else. Must be called before that is sent. */
  delete(transaction: string): void {
    this.#transactions.delete(transaction)
  }
}

/**
 * Whether a text does nothing but change rows of plain tables, with nothing of a user's own behind it: no function,
 * trigger or rule, nothing that is not understood, no table of another server.
 */
export function changesRowsAlone({ changesCatalog, description, settingFree }: Analysis): boolean {
  if (changesCatalog || !settingFree || !rowCommands.has(description.operation)) return false
  return description.effects.every(({ attributes, duty, resource }) => {
    if (!rowDuties.has(duty)) return false
    return duty === 'read' || (resource.startsWith('table:') && attributes['kind'] === undefined)
  })
}
