export type { LedgerPlan } from '../ledger/update.js'
export { updateLedger } from '../ledger/update.js'
