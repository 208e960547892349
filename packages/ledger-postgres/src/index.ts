export { ledgerSchema } from './layout.js'
export type { PostgresLedgerOptions } from './options.js'
export { postgresLedger } from './postgres-ledger.js'
