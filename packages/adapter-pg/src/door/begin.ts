import type { TransactionControl } from '../analyzer/analysis.js'

const isolations: ReadonlySet<string> = new Set([
  'serializable',
  'repeatable read',
  'read committed',
  'read uncommitted',
])

/** BEGIN as a read-only session sends it: its own isolation level, and READ ONLY (RULES 25). */
export function readOnlyBegin(transaction: TransactionControl): string {
  const modes = ['READ ONLY']
  const { isolation } = transaction
  if (isolation !== undefined && isolations.has(isolation)) modes.unshift(`ISOLATION LEVEL ${isolation.toUpperCase()}`)
  if (transaction.deferrable !== undefined) modes.push(transaction.deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE')
  return `BEGIN ${modes.join(', ')}`
}
