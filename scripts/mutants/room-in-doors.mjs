const door = (name) => `packages/adapter-pg/src/door/${name}.ts`
const login = ['packages/adapter-pg/test/served/login.test.ts']
const source = (name) => `packages/serve/src/${name}.ts`
const test = (name) => [`packages/serve/test/${name}.test.ts`]

/** Room for everybody at a served door, and what is used of it. */
export const roomInDoorsGuards = [
  {
    name: 'no account has all connections',
    file: door('account-places'),
    find: '    if (taken >= this.#max) return false\n',
    replace: '',
    tests: login,
  },
  {
    name: 'an account gets its places back',
    file: door('loopback-clients'),
    find: '      if (account !== undefined) this.#accounts.giveBack(account)\n',
    replace: '',
    tests: login,
  },
  {
    name: 'no account has all connections where nobody said how many',
    file: door('served'),
    find: 'Math.max(20, Math.floor(maxConnections / 5))',
    replace: 'maxConnections',
    tests: login,
  },
  {
    name: 'a login that came to nothing opened nothing',
    file: door('login'),
    find: 'if (this.#greet(opened.connection, opened.parameters)) isOpen(admitted)',
    replace: 'isOpen(admitted)\n      this.#greet(opened.connection, opened.parameters)',
    tests: login,
  },
  {
    name: 'a login that came to nothing is no use of a capability',
    file: 'packages/core/src/capability.ts',
    find: '    return { holder: kept.holder, used }\n',
    replace: '    used()\n    return { holder: kept.holder, used }\n',
    tests: ['packages/core/test/doors/capability.test.ts'],
  },
  {
    name: 'a session that nobody can use any more ends with the last try',
    file: source('sessions/served-sessions'),
    find: 'released: () => this.#endIfLapsed(served)',
    replace: 'released: () => undefined',
    tests: test('sessions/served-sessions'),
  },
  {
    name: 'nobody learns what an account has by a claim to be it',
    file: source('sessions/served-sessions'),
    find: '    this.#opening++\n',
    replace:
      '    const claimed = peekToken(credential.token)\n    if (claimed !== undefined) this.#assertRoom(subjectKey(claimed.issuer, claimed.subject))\n    this.#opening++\n',
    tests: test('sessions/served-sessions'),
  },
  {
    name: 'how many sessions others have is not told',
    file: source('sessions/served-sessions'),
    find: "throw full('as many sessions are open as there may be')",
    replace: 'throw full(`${String(limits.sessions)} sessions are open`)',
    tests: test('sessions/served-sessions'),
  },
]

/** Who sees and revokes what others have open. */
export const serveOperatorGuards = [
  {
    name: 'an operator is a person',
    file: source('control/operators'),
    find: " || session.principal.kind !== 'human'",
    replace: '',
    tests: test('control/operators'),
  },
  {
    name: 'an operator keeps the policy of every target',
    file: source('control/operators'),
    find: '!places.every(keepsPolicy)',
    replace: '!places.some(keepsPolicy)',
    tests: test('control/operators'),
  },
  {
    name: 'who revoked is on record',
    file: source('control/operators'),
    find: "    access.internal({ operation: 'revoke', reason, what: { ...what } })\n",
    replace: '',
    tests: test('control/operators'),
  },
  {
    name: 'operators are where it is said',
    file: source('control/routes'),
    find: 'return roles.operators ? listSessions(request, ports.operators) : nothingHere()',
    replace: 'return listSessions(request, ports.operators)',
    tests: test('control/listener'),
  },
  {
    name: 'operators are on no port',
    file: source('config/listener-keys'),
    find: 'if (value.operators && value.port !== undefined)',
    replace: 'if (value.operators && value.port === 0)',
    tests: test('config/config'),
  },
]

/** A door that closes waits for nobody. */
export const askingGuards = [
  {
    name: 'a caller that waits for people no more has its request withdrawn',
    file: 'packages/core/src/enforce.ts',
    find: 'new JointSignal(requester.signal, request.signal, request.asking)',
    replace: 'new JointSignal(requester.signal, request.signal)',
    tests: ['packages/core/test/enforce/asking.test.ts'],
  },
  {
    name: 'a caller that waits for people no more is told so',
    file: 'packages/core/src/why-withdrawn.ts',
    find: 'return { ...refusalFrom(asking.reason), rules: refusal.rules }',
    replace: 'return refusal',
    tests: ['packages/core/test/enforce/asking.test.ts'],
  },
  {
    name: 'nobody is waited for while a door closes',
    file: door('connection'),
    find: '    this.admissions.stopAsking(unasked())\n',
    replace: '',
    tests: ['packages/adapter-pg/test/served/served.int.test.ts'],
  },
]
