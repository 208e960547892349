import { approvals, core } from './approval-tests.mjs'

const tests = core('model-check/takeover-model-check')

/** Guards of what is taken over that the exhaustive model check alone must miss; `only` names the scenario. */
export const modelCheckTakeoverGuards = [
  [
    'requests that another process has',
    'request-ledger',
    'plan(this.#isElsewhere(stored) ? undefined : stored, entries)',
    'plan(stored, entries)',
    'one process that hung',
  ],
  ['signs of life', 'lookout', '    await this.#request.ledger.renew(leaseMs)\n', '', 'one person'],
  [
    'yeses that were counted before',
    'stored-request',
    'submitted: [...counted, ...request.submitted], holder',
    'submitted: request.submitted, holder',
    'two people',
  ],
  ['the age of yeses', 'vote-intake', 'submitted?.elapsedMs', 'undefined', 'two people'],
  ['the age of requests', 'expiry', 'since?.elapsedMs ?? 0', '0', 'two people'],
  ['evidence that proves nothing any more', 'vote-box', 'await this.provenAgain(vote)', 'vote.approver', 'one person'],
].map(([what, file, find, replace, only]) => ({
  name: `the model check of takeovers misses ${what}`,
  file: approvals(file),
  find,
  replace,
  tests,
  only,
}))
