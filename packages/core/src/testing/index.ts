export type { ContractCase, ContractHarness } from './adapter-contract.js'
export { adapterContract } from './adapter-contract.js'
export { memoryJournal } from '../record/memory-journal.js'
