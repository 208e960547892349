const source = (name) => `packages/approval-relay/src/${name}.ts`
const relay = (...names) => names.map((name) => `packages/approval-relay/test/${name}.test.ts`)
const routes = relay('pages/routes')
const sessions = relay('pages/sessions')

/** The logins and sessions of the relay's pages. */
export const relaySessionGuards = [
  {
    name: 'a login is put on record',
    file: source('pages/login-routes'),
    find: '    await site.context.record.login(person, method, login.level)\n',
    replace: '    void site.context.record.login(person, method, login.level).catch(() => undefined)\n',
    tests: routes,
  },
  {
    name: 'a login is finished by the browser that began it',
    file: source('pages/login-routes'),
    find: "site.begun.take(site.cookies.read(incoming.headers['cookie'], 'login'))",
    replace: "({ method: login.name, state: '{}', to: '/' })",
    tests: routes,
  },
  {
    name: 'a login is finished once',
    file: source('pages/begun-logins'),
    find: ' || this.#taken.has(name)) return',
    replace: ') return',
    tests: [...sessions, ...routes],
  },
  {
    name: 'a login that was begun is over after ten minutes',
    file: source('pages/begun-logins'),
    find: 'untilMs <= this.#clock.monotonicMs() || ',
    replace: '',
    tests: sessions,
  },
  {
    name: 'a login that was begun was sealed here',
    file: source('pages/begun-logins'),
    find: 'opening.update(bytes.subarray(ivBytes, -tagBytes)), opening.final()',
    replace: 'opening.update(bytes.subarray(ivBytes, -tagBytes))',
    tests: sessions,
  },
  {
    name: 'of logins that were taken a bounded number is remembered',
    file: source('pages/begun-logins'),
    find: '    this.#forget()\n',
    replace: '',
    tests: sessions,
  },
  {
    name: 'a browser keeps what is sealed for it',
    file: source('pages/begun-logins'),
    find: 'sealed.length <= longest',
    replace: 'sealed.length <= 1e6',
    tests: sessions,
  },
  {
    name: 'the old session ends with a new login',
    file: source('pages/login-routes'),
    find: '  for (const session of before) site.sessions.end(session)\n',
    replace: '',
    tests: routes,
  },
  {
    name: 'a login leads to a secure address',
    file: source('pages/login-routes'),
    find: 'if (!isSecureAddress(begun.redirect))',
    replace: "if (begun.redirect === '')",
    tests: routes,
  },
  {
    name: 'a login leads back to a page of ours',
    file: source('pages/return-path'),
    find: "own.test(asked) ? asked : '/'",
    replace: "asked.startsWith('/') && own.source !== '' ? asked : '/'",
    tests: sessions,
  },
  {
    name: 'a session that is not used ends',
    file: source('pages/page-sessions'),
    find: ' && now < seenAtMs + this.#limits.idleS * 1000',
    replace: ' && now < seenAtMs + this.#limits.wholeS * 1000',
    tests: sessions,
  },
  {
    name: 'a session ends however much it is used',
    file: source('pages/page-sessions'),
    find: 'now < endsAtMs && ',
    replace: 'endsAtMs > 0 && ',
    tests: sessions,
  },
  {
    name: 'a decision needs a fresh login',
    file: source('pages/page-sessions'),
    find: 'return agoMs < this.#limits.decideWithinS * 1000',
    replace: 'return agoMs < this.#limits.wholeS * 1000',
    tests: [...sessions, ...routes],
  },
  {
    name: 'a stream is counted before it begins',
    file: source('pages/live-route'),
    find: '      const giveBack = open.take(key, signal)\n',
    replace: '      const giveBack = open.take(key, signal)\n      giveBack?.()\n',
    tests: routes,
  },
  {
    name: 'streams of one person are bounded',
    file: source('pages/open-streams'),
    find: 'own >= mostOfOne || ',
    replace: '',
    tests: ['packages/approval-relay/test/pages/open-streams.test.ts'],
  },
  {
    name: 'all streams are bounded',
    file: source('pages/open-streams'),
    find: 'this.#all >= mostOpen || ',
    replace: '',
    tests: ['packages/approval-relay/test/pages/open-streams.test.ts'],
  },
  {
    name: 'a place is given back once',
    file: source('pages/open-streams'),
    find: '      if (taken.signal.aborted) return\n',
    replace: '',
    tests: ['packages/approval-relay/test/pages/open-streams.test.ts'],
  },
  {
    name: 'a stream that never begins keeps no place',
    file: source('pages/open-streams'),
    find: "    signal.addEventListener('abort', giveBack, { once: true, signal: taken.signal })\n",
    replace: '',
    tests: ['packages/approval-relay/test/pages/open-streams.test.ts'],
  },
  {
    name: 'a link needs a fresh login to begin',
    file: source('pages/link-routes'),
    find: `  if (!site.sessions.mayDecide(session)) return tooOld(site, sender)
  const token = incoming.params['token'] ?? ''
  const code`,
    replace: `  const token = incoming.params['token'] ?? ''
  const code`,
    tests: routes,
  },
  {
    name: 'a link needs a fresh login for its last word',
    file: source('pages/link-routes'),
    find: `  if (!site.sessions.mayDecide(session)) return tooOld(site, sender)
  const token = incoming.params['token'] ?? ''
  switch`,
    replace: `  const token = incoming.params['token'] ?? ''
  switch`,
    tests: routes,
  },
  {
    name: 'the cookie of the session is for the host alone',
    file: source('pages/page-cookies'),
    find: 'return this.#isHttps ? `__Host-${name}` : name',
    replace: 'return name',
    tests: sessions,
  },
  {
    name: 'of two cookies of a name none counts',
    file: source('pages/page-cookies'),
    find: 'found.length === 1',
    replace: 'found.length > 0',
    tests: sessions,
  },
]
