const tests = ['packages/core/test/enforce/signed-policy.test.ts']
const core = (name) => `packages/core/src/${name}.ts`
const apart = ['packages/core/test/directory/roles-apart.test.ts']
const token = core('identity/policy-token')
const holder = core('policy-holder')
const version = core('policy-version')

const change = core('policy-change')
const desk = core('guard-policy-change')
const changes = ['packages/core/test/enforce/policy-change.test.ts']

/** Who may widen a policy, and that no older one comes back. */
export const signedPolicyGuards = [
  ['a policy is signed as one', token, ', policyTokenType)\n', ", 'bothkeys-approval+jwt')\n"],
  ['a signature is of its issuer', token, '      issuer,\n      algorithms', '      algorithms'],
  ['a signature is for one engine', token, 'if (payload.aud !== about.aud) ', 'if (false) '],
  ['a signature is not from the future', token, ' || payload.iat > nowS + toleranceS', ''],
  ['a signature is about this policy', token, " !== about.pol) throw refused('it is", " === '') throw refused('it is"],
  ['a version is a whole number', token, ' || !Number.isSafeInteger(version)', ''],
  ['a version is 1 or more', token, ' || version < 1', ''],
  ['an authority has a name', token, " || issuer === ''", ''],
  [
    'what narrows waits for no directory',
    holder,
    "if (change === 'narrowing' && rolesKeptApart",
    "if (change === 'same' && rolesKeptApart",
    apart,
  ],
  [
    'what widens does',
    holder,
    "if (change !== 'narrowing' || isOfPolicy(error)) throw error",
    'if (isOfPolicy(error)) throw error',
    apart,
  ],
  [
    'nor comes into force against it',
    holder,
    "if (change !== 'narrowing' || isOfPolicy(error)) throw error",
    "if (change !== 'narrowing') throw error",
    apart,
  ],
  ['a policy is tried again that others kept out', holder, ' || isOfPolicy(error)) return', ') return'],
  [
    'a policy that is at fault is tried once',
    holder,
    'if (this.#stopping.signal.aborted || isOfPolicy(error)) return',
    'if (this.#stopping.signal.aborted) return',
  ],
  ...[
    ['what is tried again is not on record each time', '    if ((count & (count - 1)) !== 0) return\n', ''],
    ['another cause is on record at once', 'this.#last.cause === cause ? this', "this.#last.cause !== '' ? this"],
    [
      'another policy is another cause',
      '[codeOf(error), digest, inForce, message]',
      '[codeOf(error), inForce, message]',
    ],
    ['what comes after a policy is told anew', "    this.#last = { cause: '', count: 0 }\n  }\n}", '  }\n}'],
  ].map(([name, find, replace]) => [name, core('rejected-policies'), find, replace]),
  [
    'a narrowing is noted before anything widens',
    holder,
    '    if (this.#unnoted) await this.#note(this.#current)\n',
    '',
  ],
  ['a narrowing that was not noted is known', holder, '      this.#unnoted = true\n', ''],
  [
    'versions that a short journal lost count',
    holder,
    '    if (this.#firstVersion !== undefined && rebuilt && journal.behind !== undefined) throw versionsMissing()\n',
    '',
  ],
  ['versions are those of one engine', version, '`policy/version/${engine}`', "engine && 'policy/version'"],
  [
    'so they are after a restart',
    core('record/replay-state'),
    'const { change, digest, recorder, version } = event',
    "const { change, digest, version } = event\n  const recorder = 'bothkeys'",
  ],
  ['an older policy does not come back', version, 'next.version <= newest.version', 'next.version < newest.version'],
  ['the same version means the same', version, ' && newest.digest === next.digest) return', ') return'],
  [
    'what another guard admitted is admitted here',
    version,
    'if (newest?.version === next.version && ',
    'if (newest?.version === 0 && ',
  ],
  [
    'versions are noted',
    version,
    'return { write: [{ key, value: { ...next } }], result',
    'return { write: [], result',
  ],
  [
    'narrowings are noted',
    version,
    'return { write: [{ key, value: { version: newest.version, digest } }], result',
    'return { write: [], result',
  ],
  [
    'something else in the ledger is no version',
    version,
    "  if (typeof version === 'number' && typeof digest === 'string') return { version, digest }\n  throw new",
    "  if (typeof version === 'number' && typeof digest === 'string') return { version, digest }\n  return undefined ?? new",
  ],
  [
    'the first policy is signed',
    holder,
    'if (options.authority === undefined) return new PolicyHolder(options, first, versionOf)\n',
    'if (options !== undefined) return new PolicyHolder(options, first, versionOf)\n',
  ],
  ['the first policy is not an older one', holder, 'if (this.#firstVersion !== undefined) await', 'if (false) await'],
  ['what widens is signed', holder, '    const version = await this.#versionOf(read)\n', '    const version = 99\n'],
  ['what widens is newer', holder, '    await this.#admit(read.policy, version)\n', ''],
  [
    'a narrowing needs no ledger',
    holder,
    "      this.#options.observe('failure', { session: engineSession, refusal: refusalFrom(cause), cause })\n",
    '      throw cause\n',
  ],
  ['a narrowing is told to the ledger', holder, "if (change === 'narrowing') await", 'if (false) await'],
  ['dev and an authority exclude each other', core('read-policy'), '  if (dev) {', '  if (false) {'],
  [
    'versions come back after a restart',
    core('restored-ledger'),
    'of policyVersions) {',
    'of policyVersions) {\n    if (engine !== "") continue',
  ],
  [
    'narrowings come back after a restart',
    core('record/replay-state'),
    "if (change === 'narrowing' && before",
    "if (change === 'x' && before",
  ],
  [
    'the file of a signature is watched',
    core('file-source'),
    '      if (signatureAt !== undefined) new FileWatch',
    '      if (false) new FileWatch',
  ],
  ...[
    [
      'nothing waits that was not refused',
      holder,
      'this.#waiting ??= Object',
      "this.#waiting = this.#waiting?.id === '' ? undefined : Object",
    ],
    [
      'what waits is what the source says',
      holder,
      '      if (this.#waiting?.to.digest !== next.digest) this.#waiting = undefined\n',
      '',
    ],
    [
      'what waits was compared with what is in force',
      holder,
      '    this.#current = next\n    this.#waiting = undefined\n',
      '    this.#current = next\n',
    ],
    ['what is signed is still what waits', holder, "      if (this.#waiting !== waiting) return 'changed'\n", ''],
    ['it fits what the directory says by then', holder, "      await this.#fits(waiting.to, 'widening')\n", ''],
    ['it is signed', change, "  if (!isAtLeast(level, 'signed')) return { reason: 'level-too-low' }\n", ''],
    ['by a policy admin', change, "  if (!isAdmin) return { reason: 'no-policy-duty' }\n", ''],
    ['of every target', change, '[...from.targets.keys()].every(', '[...from.targets.keys()].some('],
    [
      'by the policy in force',
      change,
      "hasOwnDuty(from, 'policy', name, standing)",
      "hasOwnDuty(to, 'policy', name, standing)",
    ],
    ['whom the directory lists', change, 'own.length === 0 || ', ''],
    ['with their roles', change, ' || own.some(({ namesRoles }) => !namesRoles)', ''],
    ['who cannot approve', change, "  if (mayApprove(from, held)) return { reason: 'may-approve' }\n", ''],
    [
      'nor gains by it',
      change,
      "  return isGain ? { reason: 'not-independent', detail: 'person' } : undefined\n",
      '  return isGain ? undefined : undefined\n',
    ],
    [
      'nor by what is no role',
      change,
      'role === undefined ? mayAct(to, held) : held',
      'role === undefined ? false : held',
    ],
    [
      'it is a decision',
      desk,
      "  if (typeof ownMember(decision, 'evidence') !== 'string') return { reason: 'malformed' }\n",
      '',
    ],
    ['and a yes', desk, "  if (said.verdict !== 'justified') return { reason: 'denied', who }\n", ''],
    ['of somebody who is not revoked', desk, 'revocations.ofPrincipal(principal) !== undefined', 'false'],
    ['nor meanwhile', holder, "      if (!(await counts())) return 'revoked'\n", ''],
    ['and is refused on record so often', core('reviews/review-record'), 'count <= recordedRefusals', 'count > 0'],
    ['about this change', desk, 'if (waiting?.id !== id) return', 'if (waiting === undefined) return'],
  ].map(([name, file, find, replace]) => [`a policy that waits for people: ${name}`, file, find, replace, changes]),
].map(([name, file, find, replace, of = tests]) => ({ name, file, find, replace, tests: of }))
