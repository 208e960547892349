import { approvals, core } from './approval-tests.mjs'

/** Approvers of a process that lost its request tell nobody that it is over. */
export const carriedOnGuards = [
  ['looks who holds it', 'pending-request', "    if (stored === 'elsewhere') return this.#end(carriedOn)\n", ''],
  [
    'waits for the ledger before it tells an end',
    'pending-request',
    "if (ending.end === 'consumed' || this.#on.leaseMs === undefined) this",
    'this',
  ],
  [
    'tells no end of what another process holds',
    'request-ledger',
    "      if (this.#isElsewhere(stored)) return unchanged('elsewhere')\n",
    '',
  ],
  ['tells an end that it has', 'pending-request', '      this.#asking.abort(endReason(state))\n', ''],
  ['tells that it is over here', 'pending-request', '    this.#asking.abort(over)\n', ''],
].map(([which, file, find, replace]) => ({
  name: `a process that may have lost its request ${which}`,
  file: approvals(file),
  find,
  replace,
  tests: core('approvals/takeover'),
}))
