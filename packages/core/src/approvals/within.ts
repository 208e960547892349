export { within } from '../ledger/within.js'
