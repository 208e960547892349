const identity = (name) => `packages/core/src/identity/${name}.ts`
const test = (...names) => names.map((name) => `packages/core/test/identity/${name}.test.ts`)
const independence = ['packages/core/test/duties/independence.test.ts']

/** Who somebody is, and when two are the same. */
export const identityGuards = [
  {
    name: 'a claim is an own member',
    file: identity('own-member'),
    find: ' || !Object.hasOwn(value, name)) return undefined',
    replace: ') return undefined',
    tests: test('json-pointer', 'unverified', 'jwt-verifier'),
  },
  {
    name: 'names hold nothing that is hidden',
    file: identity('identifier'),
    find: 'if (!value.isWellFormed() || hidden.test(value)) throw',
    replace: 'if (!value.isWellFormed()) throw',
    tests: test('make-principal', 'hostile-tokens'),
  },
  {
    name: 'names have no spaces around them',
    file: identity('identifier'),
    find: 'if (value.trim() !== value) throw',
    replace: "if (value.trim() === '') throw",
    tests: test('make-principal'),
  },
  {
    name: 'a principal is made here alone',
    file: identity('make-principal'),
    find: "return typeof value === 'object' && value !== null && made.has(value)",
    replace: "return typeof value === 'object' && value !== null && 'subject' in value",
    tests: test('make-principal'),
  },
  {
    name: 'what nobody said of an agent is unknown',
    file: identity('make-principal'),
    find: "const unsaid = facts.kind === 'human' ? 'none' : 'unknown'",
    replace: "const unsaid = String(facts.kind) === '' ? 'unknown' : 'none'",
    tests: test('make-principal'),
  },
  {
    name: 'a root run is stable without a name',
    file: identity('make-principal'),
    find: 'JSON.stringify([subject.issuer, subject.id, people]))',
    replace: 'JSON.stringify([subject.issuer, subject.id, people, Math.random()]))',
    tests: test('make-principal'),
  },
  {
    name: 'a directory removes no owner',
    file: identity('make-principal'),
    find: 'known([...owners, ...facts.owners])',
    replace: 'known([...facts.owners])',
    tests: test('make-principal'),
  },
  {
    name: 'a directory speaks of principals alone',
    file: identity('make-principal'),
    find: "  if (!isPrincipal(principal)) throw refused('it is not a principal that a verifier made')\n",
    replace: '',
    tests: test('make-principal'),
  },
  {
    name: 'an issuer has no fragment',
    file: identity('make-principal'),
    find: "if (identifier(value, 'issuer').includes('#')) throw",
    replace: "if (identifier(value, 'issuer') === '#') throw",
    tests: test('make-principal'),
  },
  {
    name: 'an unverified identity needs the symbol',
    file: identity('unverified'),
    find: 'const claims = ownMember(credential, unverifiedCredential)',
    replace:
      "const claims = ownMember(credential, unverifiedCredential) ?? ownMember(credential, 'unverifiedCredential')",
    tests: test('unverified'),
  },
  ...[
    [
      'unknown conflicts with everything',
      'if (isUnknown(first) || isUnknown(second)) return true',
      'if (isUnknown(first) || isUnknown(second)) return false',
    ],
    [
      'a set without members is unknown',
      "return dimension === 'unknown' || (dimension !== 'none' && dimension.known.length === 0)",
      "return dimension === 'unknown'",
    ],
    [
      'one shared member is a conflict',
      'return first.known.some((member) => members.has(member))',
      'return first.known.every((member) => members.has(member))',
    ],
    [
      'an agent is its owners, or unknown',
      "if (party.kind !== 'human') return party.owners === 'none' ? 'unknown' : party.owners",
      "if (party.kind !== 'human') return party.owners",
    ],
    [
      'a person is also their own person',
      "party.owners === 'none' ? self : [...self, ...party.owners.known]",
      "party.owners === 'none' ? self : [...party.owners.known]",
    ],
    [
      'every account of somebody is that subject',
      'return { known: [...accountsOf(party), ...party.actors] }',
      'return { known: [...accountsOf({ ...party, aliases: [] }), ...party.actors] }',
    ],
    [
      'every account of a person is that person',
      'const self = [...accountsOf(party), ',
      'const self = [...accountsOf({ ...party, aliases: [] }), ',
    ],
    [
      'a person is whom the directory names, whichever account they use',
      'party.person === undefined ? [] : [personName(party.person)]',
      'party.person === undefined ? [personName(String(party.person))] : []',
    ],
    [
      'an agent never has no class',
      "return party.kind !== 'human' && party.agentClass === 'none' ? 'unknown' : party.agentClass",
      'return party.agentClass',
    ],
    [
      'four dimensions count whatever a rule names',
      'mandatoryDimensions.includes(dimension) || named.includes(dimension)',
      'named.includes(dimension)',
    ],
  ].map(([name, find, replace]) => ({
    name: `independence: ${name}`,
    file: 'packages/core/src/duties/independence.ts',
    find,
    replace,
    tests: independence,
  })),
]
