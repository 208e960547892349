const identity = (name) => `packages/core/src/identity/${name}.ts`
const standing = ['packages/core/test/identity/standing.test.ts']
const people = ['packages/core/test/identity/people-file.test.ts']
const file = ['packages/core/test/directory/file-directory.test.ts']
const approvals = ['packages/core/test/directory/approvals.test.ts']
const http = ['http-directory', 'lookup-cache'].map((name) => `packages/core/test/identity/${name}.test.ts`)
const guard = ['packages/core/test/directory/guard.test.ts']

/** Who a directory lets through, and as whom. */
export const directoryGuards = [
  {
    name: 'in a directory: what was approved for somebody with a role does not run without it',
    file: 'packages/core/src/approvals/pending-request.ts',
    find: '      await this.#refuseIf(lostRole(this.#hold.requester, live.requester))\n',
    replace: '',
    tests: approvals,
  },
  {
    name: 'in a directory: nobody is asked for a requester that lost a role',
    file: 'packages/core/src/approvals/coordinator.ts',
    find: '    if (lost !== undefined) return endedOutcome(lost, held.requirement.rules)\n',
    replace: '',
    tests: approvals,
  },
  {
    name: 'in a directory: a class of its own stays beside that of the directory',
    file: identity('make-principal'),
    find: "return extended(isOpen ? 'none' : agentClass, ofDirectory, 'agent class')",
    replace: "return extended('none', ofDirectory, 'agent class')",
    tests: standing,
  },
  {
    name: 'in a directory: an unknown class of a sub-agent stays unknown',
    file: identity('make-principal'),
    find: "agentClass === 'unknown' && delegation.length === 0",
    replace: "agentClass === 'unknown'",
    tests: standing,
  },
  ...[
    ['a principal that it does not know is refused', 'if (record === undefined) throw', 'if (record === null) throw'],
    ['one that it has disabled is refused', 'if (record.disabled) throw', 'if (record.disabled === undefined) throw'],
    ['one of another kind is refused', 'if (principal.kind !== record.kind) throw', "if (record.kind === '') throw"],
    [
      'one of another class is refused',
      'if (agentClass.known.includes(record.agentClass)) return',
      'if (agentClass.known.length > 0) return',
    ],
    ['roles that it does not give are gone', 'principal.roles.filter(isAmong(record.roles))', 'principal.roles'],
    ['every linked account counts', 'onceEach([...principal.aliases, ...record.aliases])', '[...principal.aliases]'],
    ['owners are people', "if (people.some(({ found }) => found?.kind !== 'human')) {", 'if (false) {'],
    [
      'somebody is accountable now',
      'if (people.every(({ found }) => found?.disabled !== false)) {',
      'if (people.length === 0) {',
    ],
    [
      'the owners that a token names are looked up too',
      'const others = await Promise.all(claimed.map(async (owner) => ({ owner, found: await find(owner) })))',
      'const others = claimed.map((owner) => ({ owner, found: undefined }))',
    ],
    ['every account of an owner counts', 'aliases: found?.aliases ?? [] })', 'aliases: [] })'],
    [
      'an owner counts by name',
      'return found?.person === undefined ? accounts : [...accounts, personName(found.person)]',
      'return accounts',
    ],
    [
      'one that hangs is not waited for',
      'answer = await untilAborted((async () => directory.resolve(subject, query))(), query.signal)',
      'answer = await directory.resolve(subject, query)',
    ],
    ['an answer is checked', 'checkedRecord(answer, subject)', '{ aliases: [], owners: [], ...answer }'],
  ].map(([name, find, replace]) => ({
    name: `in a directory: ${name}`,
    file: identity('standing'),
    find,
    replace,
    tests: standing,
  })),
  ...[
    ['has no unknown member', 'if (!members.has(name)) throw', 'if (name === "") throw'],
    ['says whether it is disabled', "if (typeof disabled !== 'boolean') throw", 'if (disabled === 7) throw'],
    ['names a person of every human', 'person === undefined || owners.length > 0)', 'owners.length > 0)'],
    ['names an owner of everybody else', 'person !== undefined || owners.length === 0)', 'person !== undefined)'],
    [
      'is about the account that was asked for',
      'if (others.length === all.length) throw',
      'if (all.length > 99) throw',
    ],
    ['is of bounded size', 'if (value.length > most) throw', 'if (value.length < 0) throw'],
  ].map(([name, find, replace]) => ({
    name: `a record ${name}`,
    file: identity('directory-record'),
    find,
    replace,
    tests: standing,
  })),
  ...[
    [
      'an unknown key is an error',
      'if (keys === undefined || keys.includes(key)) continue',
      'if (key !== "") continue',
    ],
    ['an account is of one alone', 'if (other !== undefined) this.#report', 'if (other === "") this.#report'],
    ['an agent has an owner', 'if (names.length === 0) this.#report', 'if (names.length > 99) this.#report'],
    ['an owner is a person', "if (typeof name === 'string' && this.#people.has(name)) return", 'if (true) return'],
    ['a person has an account', 'if (accounts.length === 0) this.#report', 'if (accounts.length > 99) this.#report'],
  ].map(([name, find, replace]) => ({
    name: `in a directory file: ${name}`,
    file: identity('people-file'),
    find,
    replace,
    tests: people,
  })),
  ...[
    ['is looked at again', '>= lookEveryMs) await this.#lookOnce()', '>= lookEveryMs * 1e9) await this.#lookOnce()'],
    ['is looked at anew when it has to be', '      await this.#lookOnce()\n    } else', '    } else'],
    ['is not believed for longer than the bound', 'this.#nowMs() - good.seenAtMs <=', '0 <='],
    ['is believed when two looks agree', 'if (next.content === last.content) return next', 'return next'],
    ['that is broken is told', '      this.#tell(error)\n', ''],
    ['that stays broken is told once', '    if (what === this.#told) return\n', ''],
    ['is looked at once however many ask', 'this.#looking ??= this.#look()', 'this.#looking = this.#look()'],
    ['that is broken at start does not open', 'if (this.#good === undefined) throw this.#failure', ''],
  ].map(([name, find, replace]) => ({
    name: `a directory file ${name}`,
    file: 'packages/core/src/file-directory.ts',
    find,
    replace,
    tests: file,
  })),
  ...[
    [
      'a vote of somebody whom the directory refuses is not counted',
      'vote-box',
      "error.code === 'ERR_DIRECTORY_REFUSED') return undefined",
      "error.code === 'ERR_DIRECTORY_REFUSED') return { principal: approver, roles: approver.roles }",
    ],
    [
      'whoever cannot vote makes no lookup',
      'vote-box',
      '    if (unfit !== undefined) return { ...unfit, approver }\n    const standing',
      '    const standing',
    ],
    [
      'the requester is looked up again before the action runs',
      'vote-box',
      'const { principal: requester } = await standingOf(this.#on, this.#hold.requester, true)',
      'const requester = this.#hold.requester',
    ],
    [
      'a vote counts for whom the directory says it is, before the action runs',
      'vote-box',
      'approver: found.principal, roles: found.roles }',
      'roles: found.roles }',
    ],
    [
      'nothing that was kept will do',
      'vote-box',
      'standingOf(this.#on, approver, true)',
      'standingOf(this.#on, approver, false)',
    ],
    ['a vote is that of whom the directory says', 'vote-box', 'approver: standing.principal, roles', 'approver, roles'],
    [
      'a request is that of whom the directory says',
      'coordinator',
      'const call = requester === held.requester ? held : { ...held, requester }',
      'const call = requester === undefined ? { ...held, requester } : held',
    ],
  ].map(([name, where, find, replace]) => ({
    name: `in approvals: ${name}`,
    file: `packages/core/src/approvals/${where}.ts`,
    find,
    replace,
    tests: approvals,
  })),
  ...[
    [
      'is for the user who was asked for',
      'scim-user',
      'if (ownMember(user, reading.attribute) !== asked.id) throw',
      'if (ownMember(user, reading.attribute) === 7) throw',
    ],
    [
      'says whether the user is active',
      'scim-user',
      "if (typeof active !== 'boolean') throw",
      'if (active === 7) throw',
    ],
    ['is about one user', 'scim-user', 'if (users.length > 1) throw', 'if (users.length > 9) throw'],
    ['lists as many as it says', 'scim-user', 'users.length !== total) throw', 'users.length === -1) throw'],
    [
      'without roles gives none',
      'scim-user',
      'if (value === undefined || value === null) return []',
      'if (value === null) return []\n  if (value === undefined) return ["dba"]',
    ],
    ['is not looked for elsewhere', 'http-directory', "redirect: 'manual',", "redirect: 'follow',"],
    ['comes in time', 'http-directory', '      signal: AbortSignal.timeout(timeoutMs),\n', ''],
    ['is a success', 'http-directory', 'if (response.status !== 200) throw', 'if (response.status === 200.5) throw'],
    ['is asked for with a quoted name', 'http-directory', 'JSON.stringify(subject.id)', '`"${subject.id}"`'],
    [
      'is asked for with a token that ends no header',
      'http-directory',
      'if (isBearer(value)) return value',
      "if (value !== '') return value",
    ],
    [
      'is of the issuer',
      'http-directory',
      'subject.issuer === reading.issuer ? cache',
      'subject.issuer !== "" ? cache',
    ],
    [
      'is not kept for too long',
      'lookup-cache',
      '- kept.askedAtMs < this.#options.maxAgeMs)',
      '- kept.askedAtMs < 1e12)',
    ],
    [
      'is not one of before when it has to be fresh',
      'lookup-cache',
      '      await this.#open.get(key)?.catch(() => undefined)\n',
      '',
    ],
    ['is asked for once at a time', 'lookup-cache', 'return this.#open.get(key) ?? this.#ask', 'return this.#ask'],
    [
      'is not asked for too often at a time',
      'lookup-cache',
      'if (this.#open.size >= this.#options.maxOpen) {',
      'if (false) {',
    ],
    [
      'makes room for others',
      'lookup-cache',
      'if (this.#answers.size <= this.#options.maxEntries) return',
      'if (this.#answers.size > 0) return',
    ],
  ].map(([name, where, find, replace]) => ({
    name: `an answer of a SCIM service ${name}`,
    file: identity(where),
    find,
    replace,
    tests: http,
  })),
  {
    name: 'a session is that of the principal in the directory',
    file: 'packages/core/src/session-keeper.ts',
    find: 'const { principal } = await standingNow(verified, false)',
    replace: 'const principal = verified',
    tests: guard,
  },
  {
    name: 'a guard that is not created closes its directory',
    file: 'packages/core/src/guard.ts',
    find: '[() => options.directory?.close?.(), () => journal.close()], closingMs',
    replace: '[() => journal.close()], closingMs',
    tests: guard,
  },
]
