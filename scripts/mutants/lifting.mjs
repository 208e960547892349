const source = (name) => `packages/core/src/${name}.ts`
const tests = ['packages/core/test/enforce/lift.test.ts']

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
    "const but = what.kind === 'everything' ? alike : undefined",
    'const but = alike',
  ],
  [
    'also where it stops everybody',
    'guard-revocations',
    "const but = what.kind === 'everything' ? alike : undefined",
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
  ['where it was revoked', 'revocations', 'this.#drop(liftedIn(lifted), told)', 'void told'],
  ['only where the ledger had it', 'revocations', '!told.has(id) || ', ''],
  ['as it was looked at', 'guard-revocations', 'if (!isSame(alike, on.revocations.alike(revocation)))', 'if (false)'],
  ['and not what was needless until then', 'revocations', 'const left = [...stored, ...again]', 'const left = stored'],
  ['and not what came since', 'revocations', 'this.#drop([what], decided)', 'this.#drop([what], this.#told)'],
  ['and not what others revoked since', 'revocations', '!decided.has(other.id) || ', ''],
  ['until it is revoked again', 'revocations', '...(lifted.length < before.length ? [again] : [])', ''],
  [
    'after a restart',
    'record/replay-state',
    "    if (event.type === 'revocation.lifted') lift(revocations, event)\n",
    '',
  ],
  [
    'and nothing else, after a restart',
    'record/replay-state',
    "!isDeepStrictEqual(what, event['what'])",
    'what === undefined',
  ],
].map(([name, file, find, replace]) => ({
  name: `a revocation is lifted ${name}`,
  file: source(file),
  find,
  replace,
  tests,
}))
