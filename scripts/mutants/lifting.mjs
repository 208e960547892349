const source = (name) => `packages/core/src/${name}.ts`
const lift = 'packages/core/test/enforce/lift.test.ts'
const kept = 'packages/core/test/enforce/revocations-kept.test.ts'

/** Lifting a revocation: nobody lifts their own, and what is revoked again stays. */
export const liftingGuards = [
  ['by a signature', 'reviews/lifting', "if (!isAtLeast(level, 'signed')) return { reason: 'level-too-low' }", ''],
  [
    'by evidence',
    'guard-revocations',
    "if (typeof ownMember(decision, 'evidence') !== 'string') return { reason: 'malformed' }",
    '',
  ],
  ['by a yes', 'guard-revocations', "if (said.verdict !== 'justified') return { reason: 'denied', who }", ''],
  ['by who saw it in rows', 'reviews/lifting', "inRows(lines).join('\\n')", "lines.join('\\n')"],
  ['by who may change the policy', 'reviews/lifting', "return { reason: 'no-policy-duty' }", 'void 0'],
  [
    'by who may change it for the target',
    'reviews/lifting',
    'isKnown ? [what.id] : [...policy.targets.keys()]',
    '[...policy.targets.keys()]',
  ],
  [
    'by who may change it everywhere',
    'reviews/lifting',
    'isKnown ? [what.id] : [...policy.targets.keys()]',
    '[...policy.targets.keys()].slice(0, 1)',
  ],
  [
    'by nobody behind the account',
    'reviews/lifting',
    'own.known.some((name) => people.has(name))',
    'own.known.length === 0',
  ],
  [
    'by no other account of an owner',
    'reviews/lifting',
    '...namesOf(account, record), ...owners.flat()',
    '...namesOf(account, record), ...record.owners.map(({ id, issuer }) => `${issuer}#${id}`)',
  ],
  [
    'by nobody where nobody knows the account',
    'reviews/lifting',
    "what.kind === 'person' ? new Set(namesOf(account, undefined)) : undefined",
    'new Set(namesOf(account, undefined))',
  ],
  [
    'by nobody whom it stops',
    'guard-revocations',
    "const but = what.kind === 'everything' ? ids : undefined",
    'const but = ids',
  ],
  [
    'also where it stops everybody',
    'guard-revocations',
    "const but = what.kind === 'everything' ? ids : undefined",
    'const but = undefined',
  ],
  [
    'never where it is a run',
    'reviews/lifting',
    "if (!('issuer' in what)) return { reason: 'not-liftable' }",
    "if (!('issuer' in what)) return undefined",
  ],
  [
    'on record',
    'guard-revocations',
    "    await record(on, { type: 'revocation.lifted'",
    "    void record(on, { type: 'revocation.lifted'",
  ],
  ['where it was revoked', 'revocations', ' || this.#isLifted(own)', ''],
  ['only where the ledger had it', 'revocations', '!this.#told.has(own.id) || ', ''],
  ['as it was looked at', 'guard-revocations', 'if (!isSame(alike, on.revocations.alike(revocation)))', 'if (false)'],
  ['by who saw what is lifted with it', 'reviews/lifting', 'what: { ...what }, also }', 'what: { ...what } }'],
  [
    'by who read what is lifted with it',
    'reviews/lifting',
    '    ...others.map((other) => `  also       ${lasting(other.untilMs)}: ${visible(other.reason)}`),\n',
    '',
  ],
  [
    'and not what came since',
    'revocations',
    'for (const { id } of decided) this.#disown(id)',
    'for (const id of this.#own.keys()) this.#disown(id)',
  ],
  [
    'and not what others revoked since',
    'stored-revocations',
    'inForce: stored.inForce.filter(({ id }) => !ids.has(id))',
    'inForce: []',
  ],
  [
    'and not what others revoked since for no longer',
    'revocation',
    'return [...revocations',
    'return revocations.some((older) => covers(older, newer)) ? revocations : [...revocations',
  ],
  [
    'with what it took the place of',
    'revocations',
    '    for (const own of this.#own.values()) this.#goWith(own)\n',
    '',
  ],
  [
    'with what it took the place of, after a restart',
    'replayed-revocations',
    'withNewer(this.#inForce, replayedRevocation(event))',
    '[...this.#inForce, replayedRevocation(event)]',
  ],
  [
    'after a restart',
    'replayed-revocations',
    "this.#lift(new Set(textsOf(event['revocations'])))",
    'this.#lift(new Set())',
  ],
  ['and nothing else, after a restart', 'replayed-revocations', '!ids.has(id)', "id === ''"],
  ['and forgotten after its time', 'stored-revocations', 'Math.min(untilMs, nowMs + toldMs)', 'nowMs + toldMs', kept],
  ['and forgotten after a day', 'stored-revocations', 'Math.min(untilMs, nowMs + toldMs)', 'untilMs', kept],
  [
    'and forgotten in the end',
    'stored-revocations',
    'lifted: lifted.filter(({ untilMs }) => !isOver(untilMs, nowMs)),',
    'lifted,',
    kept,
  ],
  ['and the oldest are forgotten first', 'stored-revocations', '.slice(-maxLifted)', '', kept],
].map(([name, file, find, replace, test = lift]) => ({
  name: `a revocation is lifted ${name}`,
  file: source(file),
  find,
  replace,
  tests: [test],
}))
