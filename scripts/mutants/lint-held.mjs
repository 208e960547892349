const source = (name) => `packages/core/src/${name}.ts`
const held = ['packages/core/test/lint/simulate-held.test.ts']
const found = ['packages/core/test/lint/duties-and-glass.test.ts']

/** What is said of held actions, of glass and of history chains before it matters. */
export const lintHeldGuards = [
  ['a simulated grant is of the session', held, 'simulate-for', 'requester.sessionId, { action', "'', { action"],
  [
    'a simulated grant is for what it is about',
    held,
    'grants/grant-keeper',
    '.filter((grant) => covers(grant, held))',
    '.filter((grant) => grant.used >= 0 || covers(grant, held))',
  ],
  [
    'a simulated grant has not ended here',
    held,
    'grants/grant-keeper',
    'if (this.#overNow(grant) !== undefined || !(await',
    'if (!(await',
  ],
  [
    'a simulated grant is of people who could give it now',
    held,
    'grants/grant-keeper',
    'this.#overNow(grant) !== undefined || !(await this.#context.stands(grant.approval))',
    'this.#overNow(grant) !== undefined',
  ],
  [
    'a simulated grant has a use left in the ledger',
    held,
    'grants/grant-keeper',
    'if (await this.#stored.hasUse(grant.entry, grant)) return grant',
    'return grant',
  ],
  [
    'nothing is granted for what is refused',
    held,
    'lint/simulate',
    'held === undefined || isRefused ? undefined',
    'held === null ? undefined',
  ],
  [
    'approvers are those whom nothing that happened bars',
    held,
    'simulate-for',
    'policy.dutyRules && barredBy(duties, policy.dutyRules)',
    'undefined',
  ],
  [
    'what bars an approver is only looked at',
    held,
    'duty-reservation',
    "typeof roles === 'object' ? roles : await this.look(rules, act)",
    "typeof roles === 'object' ? roles : await this.reserve(rules, act)",
  ],
  [
    'glass is broken by those whom the directory gives the role',
    held,
    'lint/possible-glass',
    'who.roles().filter((role) => live.includes(role))',
    'who.roles()',
  ],
  [
    'glass is broken for what is held',
    held,
    'lint/possible-glass',
    "  if (policy.decide(input).effect !== 'hold') return false\n",
    '',
  ],
  [
    'glass is broken for what it lifts',
    held,
    'lint/possible-glass',
    'return liftsHolds(rule, policy, { ...action, input }, { kind, roles: who.roles() })',
    'return true',
  ],
  ['glass that nobody can break is found', found, 'lint/glass', 'if (breakers.length === 0)', 'if (breakers === null)'],
  ['glass is reviewed by people', found, 'lint/glass', "member.principal.kind === 'human' && ", ''],
  [
    'each who could break glass needs a reviewer',
    found,
    'lint/glass',
    'unreviewed.length === 0 ?',
    'unreviewed.length < breakers.length ?',
  ],
  [
    'the steps of a chain are taken by closures',
    found,
    'lint/chains',
    '![...one.ties].some((tie) => other.ties.has(tie))',
    'one.subject !== other.subject',
  ],
  [
    'one step keeps nobody apart',
    found,
    'lint/chains',
    'if (this.#steps.size < 2) return undefined',
    'if (this.#steps.size < 0) return undefined',
  ],
  [
    'a chain is about its duties',
    found,
    'lint/chains',
    'this.#policy, rules, this.#chain.duties, {',
    "this.#policy, rules, new Set(['write', ...this.#chain.duties]), {",
  ],
].map(([name, tests, file, find, replace]) => ({ name, file: source(file), find, replace, tests }))
