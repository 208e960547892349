const core = (name) => `packages/core/src/${name}.ts`
const delegation = ['packages/core/test/delegation/delegation.test.ts']
const properties = ['packages/core/test/delegation/delegation-properties.test.ts']
const roles = ['packages/core/test/delegation/requester-roles.test.ts']
const approving = ['packages/core/test/delegation/approving.test.ts']
const actors = ['packages/core/test/identity/actors.test.ts']
const hostile = ['packages/core/test/identity/hostile-tokens.test.ts']
const independence = ['packages/core/test/duties/independence.test.ts']

const guard = (tests, file, name, find, replace = '') => ({ name, file: core(file), find, replace, tests })

/** What a session may give away, and that nothing is won by giving it away. */
export const delegationGuards = [
  guard(
    approving,
    'approvals/eligibility',
    'rules for roles of the delegator restrict a sub-agent that approves',
    'return { roles, delegatorRoles, target:',
    'return { roles, target:',
  ),
  guard(
    delegation,
    'delegation',
    'a role that the session lacks is not given',
    'if (missing.length > 0)',
    'if (missing.length > 99)',
  ),
  guard(
    delegation,
    'session-keeper',
    'roles that are kept apart by now are not given together',
    '    await this.#admitRoles(id, child, options.ttlMs)\n',
  ),
  guard(
    delegation,
    'delegation',
    'nothing is given for longer than it is had',
    'if (expiresAtMs > principal.expiresAt.getTime())',
    'if (Number.isNaN(expiresAtMs))',
  ),
  guard(
    delegation,
    'delegation',
    'a person delegates nothing',
    "if (principal.kind === 'human')",
    "if (String(principal.kind) === '')",
  ),
  guard(
    delegation,
    'delegation',
    'a chain of delegations ends',
    'if (principal.delegation.length >= maxDepth)',
    'if (principal.delegation.length > 99)',
  ),
  guard(
    delegation,
    'delegation',
    'an option that is not known is refused',
    'if (!optionNames.has(name)) throw',
    "if (name === '') throw",
  ),
  guard(
    delegation,
    'delegation',
    'a time to live is a whole number',
    'if (!Number.isSafeInteger(ttlMs) || ttlMs < 1) throw',
    'if (ttlMs === -1) throw',
  ),
  guard(
    delegation,
    'delegation',
    'a key is a thumbprint',
    'if (key !== undefined && !isThumbprint(key)) throw',
    "if (key === '') throw",
  ),
  guard(
    delegation,
    'identity/make-principal',
    'what is unknown stays unknown',
    "if (value === undefined || dimension === 'unknown') return dimension",
    'if (value === undefined) return dimension',
  ),
  guard(
    properties,
    'identity/make-principal',
    'a sub-agent keeps the keys and classes',
    "return known([...(dimension === 'none' ? [] : dimension.known), identifier(value, field, 256)])",
    'return known([identifier(value, field, 256)])',
  ),
  guard(
    properties,
    'identity/make-principal',
    'a sub-agent keeps the root of the run',
    '      root: parent.run.root,\n      parent:',
    '      root: facts.runId,\n      parent:',
  ),
  guard(
    delegation,
    'session-keeper',
    'sub-agents end with their session',
    "[...children].map((child) => this.#end(child, 'its delegator ended'))",
    '[...children].map(() => undefined)',
  ),
  guard(
    delegation,
    'session-keeper',
    'a session that ended delegates nothing',
    '    assertLive(parent)\n    join(live)\n',
    '    join(live)\n',
  ),
  guard(
    delegation,
    'session-keeper',
    'a session that ends leaves no sub-agent behind',
    '    assertLive(live)\n    return this.#start',
    '    return this.#start',
  ),
  guard(
    delegation,
    'session-keeper',
    'delegating is on record first',
    '      await this.#record(live, { session: parent.session.id, depth: child.delegation.length })\n',
    '',
  ),
  guard(
    delegation,
    'session-keeper',
    'delegating counts for the budget',
    '    live.requester.spend(sessionCharacters + 2 * live.requester.principalRecord.text.length)\n',
  ),
  guard(
    delegation,
    'session-keeper',
    'an opening that failed takes no place',
    '      leave(live)\n      throw error',
    '      throw error',
  ),
  guard(
    delegation,
    'live-session',
    'a session has only so many sub-agents',
    'children.size < maxChildren && tree',
    'tree',
  ),
  guard(
    delegation,
    'live-session',
    'a credential has only so many sub-agents',
    ' && tree.size < maxTree) return',
    ') return',
  ),
  guard(
    delegation,
    'session-requester',
    'what a sub-agent writes counts for its session',
    '      parent?.spend(characters)\n',
  ),
  guard(
    roles,
    'session-requester',
    'a role that a session loses its sub-agents lose',
    'shared(principal.roles, parent.roles())',
    'principal.roles',
  ),
  guard(
    roles,
    'session-requester',
    'restrictions of a session hold for its sub-agents',
    '() => [...given, ...parent.roles()]',
    '() => parent.roles()',
  ),
  guard(
    delegation,
    'enforce',
    'a sub-agent is decided with the restrictions of its session',
    '    delegatorRoles: requester.delegatorRoles(),\n',
  ),
  guard(
    delegation,
    'access',
    'a sub-agent is shown the restrictions of its session',
    '      delegatorRoles: this.#requester.delegatorRoles(),\n',
  ),
  guard(
    delegation,
    'policy/view',
    'a rule restricts what was delegated without the role',
    '[...given, ...delegatorRoles]',
    'given',
  ),
  guard(
    delegation,
    'policy/view',
    'a delegated session has a view of its own',
    '(isDelegated ? undefined : this.#byIdentity.get(roles))',
    'this.#byIdentity.get(roles)',
  ),
  guard(
    actors,
    'identity/actors',
    'a token names only so many actors',
    'if (actors.length === maxActors) throw',
    'if (actors.length === 99) throw',
  ),
  guard(
    hostile,
    'identity/actors',
    'an actor is an object',
    "if (Object.prototype.toString.call(actor) !== '[object Object]') throw",
    'if (actor === undefined) throw',
  ),
  guard(
    actors,
    'identity/jwt-verifier',
    'a token that somebody acts with is no person',
    "if (facts.kind === 'human' && actors.length > 0) throw",
    "if (facts.kind === 'human' && actors.length > 99) throw",
  ),
  guard(
    [...actors, ...independence],
    'duties/independence',
    'whoever acts is a conflict',
    '[...accountsOf(party), ...party.actors]',
    'accountsOf(party)',
  ),
  guard(
    delegation,
    'duties/revoked',
    'whoever acts can be revoked',
    '[...accountsOf(principal), ...principal.actors]',
    'accountsOf(principal)',
  ),
]
