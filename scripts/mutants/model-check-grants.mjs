import { core } from './approval-tests.mjs'

const source = (name) => `packages/core/src/${name}.ts`
const tests = core('model-check/grants-model-check')
const givers = 'who gives it'
const reach = 'what it lets through'

/** Guards of grants that the exhaustive model check alone must miss; `only` names the universe in which it does. */
export const modelCheckGrantGuards = [
  ['grants by agents', 'request-grant', "from: 'humans', ", '', givers],
  ['grants by owners', 'request-grant', ', ownerMayApprove: false', '', givers],
  [
    'grants by whoever has the key of the requester',
    'duties/independence',
    "['subject', 'person', 'run', 'key'])",
    "['subject', 'person', 'run'])",
    givers,
  ],
  ['more uses than were given', 'grants/grant-ledger', 'used >= entry.uses', 'used < 0', reach],
  [
    'uses that the ledger is not told of',
    'grants/grant-ledger',
    'return { write: written(entry, used + 1, false) }',
    'return { write: written(entry, used, false) }',
    reach,
  ],
  ['time that is over here', 'grants/grant-keeper', 'expiry.expired() || ', '', reach],
  ['time that is over in the ledger', 'grants/grant-ledger', ' || nowMs >= entry.untilMs', '', reach],
  [
    'roles that were lost after the yes to a grant',
    'grants/grant-keeper',
    "    if (!(await this.#context.stands(grant.approval))) return this.#refuse(grant, 'void')\n",
    '',
    reach,
  ],
  [
    'roles that whoever has the grant lost',
    'approvals/still-approved',
    'lostRole(hold.requester, requester) !== undefined || ',
    '',
    reach,
  ],
  [
    'owners that whoever has the grant got',
    'approvals/still-approved',
    '  if (accountableFor(requester) !== accountableFor(hold.requester)) return false\n',
    '',
    reach,
  ],
  [
    'revoked people who said yes to a grant',
    'grants/grant-keeper',
    "    if (this.#context.isRevoked(approval)) return 'revoked'\n",
    '',
    reach,
  ],
  [
    'grants that another process took back',
    'grants/grant-keeper',
    '      found = (await this.#stored.revoke(id)) || found\n',
    '',
    reach,
  ],
  [
    'grants on a target that is revoked',
    'grants/grant-keeper',
    "isTargetRevoked(options.target) ? 'revoked' : undefined",
    'isTargetRevoked(options.target) ? undefined : undefined',
    reach,
  ],
  [
    'policies that changed since a grant',
    'grants/grant-keeper',
    "    if (this.#context.policyNow() !== policy) return 'void'\n",
    '',
    reach,
  ],
  [
    'policies that come back',
    'grants/grant-keeper',
    "    if (this.#context.policyNow() !== policy) return 'void'\n",
    "    if (this.#context.policyNow().digest !== policy.digest) return 'void'\n",
    reach,
  ],
  [
    'grants of other sessions',
    'grants/grant-keeper',
    '[...(this.#live.get(session) ?? [])].find(',
    '[...[...this.#live.values()].flatMap((each) => [...each])].find(',
    reach,
  ],
  [
    'grants of sessions that ended',
    'grants/grant-keeper',
    "    signal.addEventListener('abort', () => void this.#end(grant, 'session-ended'), { once: true })\n",
    '',
    reach,
  ],
].map(([what, file, find, replace, only]) => ({
  name: `the model check of grants misses the guard against ${what}`,
  file: source(file),
  find,
  replace,
  tests,
  only,
}))
