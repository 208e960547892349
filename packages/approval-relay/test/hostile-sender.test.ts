import { createHmac, generateKeyPairSync } from 'node:crypto'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PeopleLookup } from '@bothkeys/core'
import { digestPrefix } from '@bothkeys/core/relay'
import { signApproval } from '@bothkeys/core/signing'
import { describe, expect, it } from 'vitest'
import { envelopeOf } from './support/envelopes.js'
import { GuardedEngine } from './support/guarded-engine.js'
import { loginByCode, PageClient } from './support/page-client.js'
import { never, people, RelayStage } from './support/relay-stage.js'
import { issuer } from './support/test-engine.js'

type Members = Record<string, unknown>

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** An envelope of which the claims, or the text that the digest is over, were changed. */
function envelopeWith(
  change: (claims: Members) => void,
  exactly: (exact: string) => string = (exact) => exact,
): string {
  const { claims, exact, v } = JSON.parse(envelopeOf().body) as { claims: Members; exact: string; v: number }
  change(claims)
  return JSON.stringify({ claims, exact: exactly(exact), v })
}

const same = (): undefined => undefined
const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()

describe('bytes of somebody who has the key of an engine', () => {
  const exact = (from: string | RegExp, to: string) => envelopeWith(same, (text) => text.replace(from, to))
  const tries: Readonly<Record<string, string>> = {
    'a name twice, the harmless one last': exact('"operation":', '"operation":"drop","operation":'),
    'members in another order': exact(/^\{"action"/u, '{"zz":1,"action"'),
    'a blank in the text': exact('"engine":', '"engine": '),
    'a line break behind it': exact(/$/u, '\n'),
    'a number in another spelling': exact('["s3cret-parameter"]', '[1.0]'),
    'a number with an exponent': exact('["s3cret-parameter"]', '[1e0]'),
    'a number that is minus nothing': exact('["s3cret-parameter"]', '[-0]'),
    'a number that is infinite': exact('["s3cret-parameter"]', '[1e999]'),
    'a character in another spelling': exact('invoices where', 'invo\\u0069ces where'),
    'half of a character': exact('invoices where', '\\ud800 where'),
    'a slash that is escaped': exact('https://', 'https:\\/\\/'),
    'parameters that are nested deeply': exact('["s3cret-parameter"]', `${'['.repeat(70)}${']'.repeat(70)}`),
    'an effect of no duty that is known': exact('"duty":"delete"', '"duty":"look"'),
    'an effect with a hidden attribute': exact('"attributes":{}', '"attributes":{"a":null}'),
    'a policy that is no digest': exact(/"policy":"(?:ab)+"/u, '"policy":"none"'),
    'a requester of no kind': exact('"kind":"agent"', '"kind":"robot"'),
    'a requester of a level of its own': exact('"level":"signed"', '"level":"root"'),
    'a place that is no text': exact('{"host":"db.example"}', '{"host":["db.example"]}'),
    'an id in capitals': envelopeWith((claims) => Object.assign(claims, { id: 'A'.repeat(32) })),
    'an id that is a path': envelopeWith((claims) => Object.assign(claims, { id: `../${'a'.repeat(29)}` })),
    'an id with a line break': envelopeWith((claims) => Object.assign(claims, { id: `${'a'.repeat(32)}\n` })),
    'no stages': envelopeWith((claims) => Object.assign(claims, { stages: [] })),
    'a stage that nobody has to meet': envelopeWith((claims) =>
      Object.assign(claims, { stages: [{ count: 0, independent: [], role: 'dba', stage: 'peer' }] }),
    ),
    'half a person': envelopeWith((claims) =>
      Object.assign(claims, { stages: [{ count: 0.5, independent: [], role: 'dba', stage: 'peer' }] }),
    ),
    'independence of nothing that is known': envelopeWith((claims) =>
      Object.assign(claims, { stages: [{ count: 1, independent: ['mood'], role: 'dba', stage: 'peer' }] }),
    ),
    'too many rules': envelopeWith((claims) => Object.assign(claims, { rules: Array(257).fill('r') })),
    'fewer rows than none': envelopeWith((claims) => Object.assign(claims, { maxAffected: -1 })),
    'an end in another spelling': envelopeWith((claims) =>
      Object.assign(claims, { expiresAt: inDays(0.01).replace('Z', '+00:00') }),
    ),
    'an end without milliseconds': envelopeWith((claims) =>
      Object.assign(claims, { expiresAt: inDays(0.01).replace(/\.\d+/u, '') }),
    ),
    'an end in eight days': envelopeWith((claims) => Object.assign(claims, { expiresAt: inDays(8) })),
    'an end in a far year': envelopeWith((claims) =>
      Object.assign(claims, { expiresAt: '+275760-09-13T00:00:00.000Z' }),
    ),
    'a claim that is not known': envelopeWith((claims) => Object.assign(claims, { view: 'select 1' })),
    'a prototype': envelopeOf().body.replace('"v":2', '"v":2,"__proto__":{"view":1}'),
    'an older version': envelopeOf().body.replace('"v":2', '"v":1'),
    'no word of what masks hide': envelopeWith((claims) => {
      delete claims['hidden']
    }),
    'another version': envelopeOf().body.replace('"v":2', '"v":"2"'),
    'a byte order mark': `\ufeff${envelopeOf().body}`,
    'something behind it': `${envelopeOf().body}{}`,
    'a list': `[${envelopeOf().body}]`,
    nothing: '',
    null: 'null',
  }

  it('are no request when they have two readings or are not whole', async () => {
    const stage = await RelayStage.open()
    for (const [what, body] of Object.entries(tries)) {
      expect([what, (await stage.orders.ask(body)).status]).toEqual([what, 400])
    }
    for (const engine of ['Orders', 'orders ', 'orders\u0000', '\u043erders', 'stock', '']) {
      expect([engine, (await stage.orders.ask(envelopeOf({ engine }).body)).status]).toEqual([engine, 403])
    }
    expect(stage.desk.pending()).toEqual([])
    expect(stage.ofType('relay.requested')).toEqual([])
  })

  it('are shown as they are wherever they stand', async () => {
    const stage = await RelayStage.open({ logins: [loginByCode] })
    const hostile = '\u202eab\u0000\t\u200b<b>"\u05d0=\u0336\u0301\r\n  rules      none'
    const { body, id } = envelopeOf({
      text: hostile,
      parameters: [hostile],
      requester: hostile,
      target: hostile,
      settings: { [hostile]: hostile },
      effects: [{ duty: 'delete', resource: hostile, attributes: { [hostile]: hostile } }],
    })
    expect(await stage.orders.ask(body)).toMatchObject({ status: 201 })
    const ann = new PageClient(stage)
    await ann.logIn('ann')
    const request = stage.desk.entry(id)?.request
    const view = await stage.desk.viewFor(id, { subject: { issuer: people, id: 'ann' } }, never)
    expect(view?.text).not.toMatch(/[^\n\P{C}]|[\u0336\u0301]/u)
    expect(view?.text.match(/^ {2}rules/gmu)).toHaveLength(1)
    await stage.decide('ann', id, { decision: 'deny' })
    const shown = [(await ann.get('/')).body, (await ann.get(`/requests/${id}`)).body]
    await stage.orders.end(id, 'denied')
    shown.push((await ann.get('/history')).body, (await ann.get(`/requests/${id}`)).body)
    for (const page of shown) {
      expect(page).toContain(request === undefined ? 'none' : digestPrefix(request))
      expect(page).toContain('\\u{202e}ab\\u{0}\\u{9}\\u{200b}&lt;b&gt;')
      expect(page).not.toMatch(/[^\n\P{C}]|[\u0336\u0301]/u)
      // What looks like something else is marked wherever it is shown.
      expect(page).not.toMatch(/(?<!<mark>)\u05d0/u)
      expect(page).toContain('<mark>\u05d0</mark>')
    }
  })
})

describe('evidence that no relay made for this', () => {
  it('lets nothing run, and the real one does', async () => {
    const stage = await RelayStage.open()
    const engine = await GuardedEngine.open(stage, stage.orders)
    const running = engine.deletes('delete from everything')
    await expect.poll(() => stage.desk.pending().length).toBe(1)
    const request = stage.desk.pending()[0]?.request
    if (request === undefined) throw new Error('nothing waits')
    const { id, subject } = request
    const ann = { issuer: people, id: 'ann' }
    const [{ keys }] = [(await (await fetch(`${stage.url}/jwks.json`)).json()) as { readonly keys: readonly Members[] }]
    const kid = String(keys[0]?.['kid'])
    const allow = { ...subject, dec: 'allow' } as const
    const as = { issuer, subject: ann, level: 'signed', algorithm: 'ES256', keyId: kid } as const
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwk = other.publicKey.export({ format: 'jwk' })
    const claims = {
      ...allow,
      level: 'signed',
      idp: people,
      sub: 'ann',
      iss: issuer,
      jti: 'j',
      iat: Math.floor(Date.now() / 1000),
    }
    const body = encoded({ ...claims, exp: claims.iat + 60 })
    const signed = (header: object): string => `${encoded(header)}.${body}`
    const hmac = signed({ alg: 'HS256', typ: 'bothkeys-approval+jwt', kid })
    // A request of the same statement that people approve under another id, and their denial of the real one.
    const twin = envelopeOf({ text: 'delete from everything' })
    await stage.orders.ask(twin.body)
    await stage.decide('ann', twin.id)
    const [{ evidence: ofTwin }] = (await stage.orders.answers(twin.id)).body['answers'] as [{ evidence: string }]
    const [head = '', , signature = ''] = ofTwin.split('.')
    const tries: Readonly<Record<string, unknown>> = {
      'signed by the engine': await signApproval(allow, { ...as, key: stage.orders.key }),
      'signed by anybody': await signApproval(allow, { ...as, key: other.privateKey }),
      unsigned: `${signed({ alg: 'none', typ: 'bothkeys-approval+jwt' })}.`,
      'keyed with what is public': `${hmac}.${createHmac('sha256', JSON.stringify(keys[0])).update(hmac).digest('base64url')}`,
      'with its own key': `${signed({ alg: 'ES256', typ: 'bothkeys-approval+jwt', jwk })}.${signature}`,
      'with the address of its key': `${signed({ alg: 'ES256', typ: 'bothkeys-approval+jwt', jku: stage.url })}.${signature}`,
      'of the same statement': ofTwin,
      'with the signature of another': `${head}.${body}.${signature}`,
      'of a message': await stage.orders.token('POST', '/v1/requests', twin.body),
      'with no signature': `${head}.${body}.`,
      'with a signature of nothing': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
      'in a list': [ofTwin],
      'in an object': { evidence: ofTwin },
      'that is true': true,
      'that is nothing': null,
      'that is empty': '',
      'that is long': 'a'.repeat(100_000),
    }
    for (const [what, evidence] of Object.entries(tries)) {
      const receipt = await engine.guard.approvals.submit(id, evidence as string)
      expect([what, receipt.counted]).toEqual([what, false])
    }
    // Asked again with other claims of the engine, it is another request.
    const { claims: own, exact, v } = JSON.parse(twin.body) as { claims: Members; exact: string; v: number }
    expect(await stage.orders.ask(JSON.stringify({ claims: { ...own, rules: ['none'] }, exact, v }))).toMatchObject({
      status: 409,
    })
    expect(engine.ofType('approval.voted')).toEqual([])
    await stage.decide('bob', id)
    expect(await running).toBe('permitted')
  })
})

describe('whoever is not logged in', () => {
  it('learns nothing, whatever they ask and however', async () => {
    const stage = await RelayStage.open({ logins: [loginByCode] })
    const { body, id } = envelopeOf({ text: 'delete from somewhere-secret' })
    await stage.orders.ask(body)
    const nobody = new PageClient(stage)
    const paths = [
      '/',
      '/history',
      '/events',
      `/requests/${id}`,
      '/link/x',
      '/login',
      '/login/house',
      '/readyz',
      '/healthz',
    ]
    const more = [
      `/v1/requests/${id}/answers`,
      `/requests/${id}/`,
      '/requests/%2e%2e',
      '/requests/..%2f',
      '/%2e/',
      '/?x=/history',
    ]
    const callbacks = [
      '/login/house/callback',
      '/login/house/callback?code=ann&state=state',
      '/login/none/callback?code=ann',
    ]
    const ways: readonly Record<string, string>[] = [
      {},
      { cookie: `__Host-bothkeys=${'a'.repeat(43)}` },
      { cookie: `bothkeys=${'a'.repeat(43)}; __Host-bothkeys-login=${'a'.repeat(60)}` },
      { 'x-forwarded-user': 'ann', 'x-original-url': '/history', 'x-http-method-override': 'GET' },
      { authorization: 'Basic YW5uOg==' },
    ]
    for (const path of [...paths, ...more, ...callbacks]) {
      for (const headers of ways) {
        const answer = await nobody.get(path, headers)
        expect([path, JSON.stringify(answer)]).toEqual([
          path,
          expect.not.stringMatching(/secret|invoices|db\.example|etl/u),
        ])
        expect(String(answer.headers['set-cookie'])).not.toMatch(/__Host-bothkeys=[\w-]/u)
      }
    }
    // Whether there is such a request makes no difference.
    for (const path of ['/requests/:id', '/v1/requests/:id/answers?after=0']) {
      const [one, other] = [
        await nobody.get(path.replace(':id', id)),
        await nobody.get(path.replace(':id', 'f'.repeat(32))),
      ]
      expect(one.body).toBe(other.body)
      expect(one.status).toBe(other.status)
    }
    for (const host of ['evil.example', 'approvals.example.', 'approvals.example:8443', 'user@approvals.example', '']) {
      expect([host, (await nobody.get('/login', { host })).status]).toEqual([host, 421])
    }
  })
})

describe('a form that no page of ours sent', () => {
  it('decides nothing for somebody who is logged in', async () => {
    const stage = await RelayStage.open({ logins: [loginByCode] })
    const { body, id } = envelopeOf({ effects: [{ duty: 'write', resource: 'table:public.t', attributes: {} }] })
    await stage.orders.ask(body)
    const [ann, bob] = [new PageClient(stage), new PageClient(stage)]
    await ann.logIn('ann')
    await bob.logIn('bob')
    const path = `/requests/${id}`
    const [token, view] = [await ann.field(path, 'token'), await ann.field(path, 'view')]
    const form = { token, view, decision: 'allow' }
    const json = JSON.stringify(form)
    const tries: Readonly<Record<string, readonly [Record<string, string>, Record<string, string>]>> = {
      'another origin': [form, { origin: 'https://evil.example' }],
      'another port': [form, { origin: `${issuer}:8443` }],
      'without TLS': [form, { origin: issuer.replace('https', 'http') }],
      'in capitals': [form, { origin: issuer.toUpperCase() }],
      'a name that begins alike': [form, { origin: `${issuer}.evil.example` }],
      'the same site': [form, { 'sec-fetch-site': 'same-site' }],
      'another site': [form, { 'sec-fetch-site': 'cross-site' }],
      nobody: [form, { 'sec-fetch-site': 'none' }],
      'a sandbox': [form, { origin: 'null', 'sec-fetch-site': 'cross-site' }],
      'plain text': [form, { 'content-type': 'text/plain' }],
      JSON: [form, { 'content-type': 'application/json' }],
      parts: [form, { 'content-type': 'multipart/form-data; boundary=x' }],
      'no token': [{ view, decision: 'allow' }, {}],
      'the token of another': [{ ...form, token: await bob.field(path, 'token') }, {}],
      'an empty token': [{ ...form, token: '' }, {}],
      'another view': [{ ...form, view: 'ab'.repeat(32) }, {}],
      'a view in capitals': [{ ...form, view: view.toUpperCase() }, {}],
      'another decision': [{ ...form, decision: 'ALLOW' }, {}],
      'a decision with a blank': [{ ...form, decision: 'allow ' }, {}],
      'a field more': [{ ...form, level: 'phishing-resistant' }, {}],
      'a person': [{ ...form, person: 'bob' }, {}],
      'two sessions': [form, { cookie: `${bob.cookie}; ${ann.cookie}` }],
      'the session of another': [form, { cookie: bob.cookie }],
      'a session in the query': [form, { cookie: '' }],
    }
    for (const [what, [sent, headers]] of Object.entries(tries)) {
      const answer = await ann.post(path, sent, headers)
      expect([what, answer.status >= 300 && answer.headers['location'] !== path]).toEqual([what, true])
    }
    expect((await ann.send('GET', `${path}?${new URLSearchParams(form).toString()}`)).status).toBe(200)
    expect((await ann.send('PUT', path, { 'content-length': String(json.length) }, json)).status).toBe(405)
    expect(stage.desk.entry(id)?.answers).toEqual([])
    expect(stage.ofType('relay.answered')).toEqual([])
    expect((await ann.post(path, form)).headers['location']).toBe(path)
    expect(stage.desk.entry(id)?.answers).toMatchObject([{ decision: 'allow', by: { subject: { id: 'ann' } } }])
  })
})

describe('one person', () => {
  it('is nobody under a name that only looks like theirs', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const names = [
      'Ann',
      'ANN',
      'ann ',
      ' ann',
      'ann\u0000',
      'ann\u200b',
      '\u0430nn',
      'ann\u0301',
      'ann#',
      'people.example#ann',
    ]
    const issuers = [
      `${people}/`,
      `${people}.`,
      people.toUpperCase(),
      people.replace('https', 'http'),
      `${people}:443`,
      `${people}#`,
    ]
    const subjects = [
      ...names.map((name) => ({ issuer: people, id: name })),
      ...issuers.map((of) => ({ issuer: of, id: 'ann' })),
      { issuer: 'https://agents.example', id: 'ann' },
      { issuer: people, id: '__proto__' },
    ]
    for (const subject of subjects) {
      const receipt = await stage.decide('ann', id, { person: { subject } })
      expect([subject, receipt]).toEqual([subject, { decided: false, reason: 'refused-by-directory' }])
    }
    expect(stage.desk.entry(id)?.answers).toEqual([])
  })

  it('answers once, whatever they do at the same time', async () => {
    const stage = await RelayStage.open()
    const { body, id } = envelopeOf()
    await stage.orders.ask(body)
    const tabs = Array.from({ length: 10 }, (_, tab) =>
      stage.decide(tab % 3 === 0 ? 'ann-admin' : 'ann', id, {
        decision: tab % 2 === 0 ? 'allow' : 'deny',
        ...(tab % 5 === 0 ? { via: { kind: 'channel', name: 'chat' } } : {}),
      }),
    )
    const told = await Promise.all(tabs)
    expect(told.filter(({ decided }) => decided)).toHaveLength(1)
    expect((await stage.orders.answers(id)).body['answers']).toHaveLength(1)
    await stage.stop()
    await stage.start()
    expect(await stage.decide('ann-admin', id)).toEqual({ decided: false, reason: 'already-answered' })
    expect(stage.desk.entry(id)?.answers).toHaveLength(1)
  })

  it('is told what holds when the request ends, expires or the relay stops meanwhile', async () => {
    const stage = await RelayStage.open()
    const asked = Array.from({ length: 8 }, () => envelopeOf())
    for (const { body } of asked) await stage.orders.ask(body)
    const deciding = asked.flatMap(({ id }) => [stage.decide('ann', id), stage.decide('bob', id)])
    const ending = asked.slice(0, 4).map(({ id }) => stage.orders.end(id, 'withdrawn'))
    const ended = await Promise.all(ending)
    expect(ended.every(({ status }) => status === 204)).toBe(true)
    const stopping = stage.stop()
    const told = await Promise.all(deciding)
    await stopping
    await stage.start()
    expect(
      stage.desk
        .pending()
        .map(({ request }) => request.id)
        .toSorted(),
    ).toEqual(
      asked
        .slice(4)
        .map(({ id }) => id)
        .toSorted(),
    )
    for (const [index, { id }] of asked.slice(4).entries()) {
      const counted = told.slice(8 + 2 * index, 10 + 2 * index).filter(({ decided }) => decided)
      expect(stage.desk.entry(id)?.answers).toHaveLength(counted.length)
    }
  })

  it('cannot be brought back by a clock that goes back', async () => {
    let aheadMs = 0
    const clock = { wallMs: () => Date.now() + aheadMs, monotonicMs: () => performance.now() }
    const stage = await RelayStage.open({ clock })
    const { body, id } = envelopeOf({ expiresAtMs: Date.now() + 60_000 })
    const path = '/v1/requests'
    const token = await stage.orders.token('POST', path, body)
    expect(await stage.orders.ask(body, token)).toMatchObject({ status: 201 })
    aheadMs = 3_600_000
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'expired' })
    aheadMs = -3_600_000
    expect(await stage.decide('ann', id)).toMatchObject({ decided: false })
    expect(await stage.orders.ask(body, token)).toMatchObject({ status: 401 })
    expect(await stage.desk.viewFor(id, undefined, never)).toBeUndefined()
  })

  it.each<[string, PeopleLookup]>([
    ['by name', ({ id }) => ({ roles: ['dba'], person: id.startsWith('ann') ? 'ann' : id })],
    [
      'by their accounts',
      ({ id }) => ({
        roles: ['dba'],
        person: id,
        accounts: id.startsWith('ann') ? ['ann', 'ann-admin'].map((each) => ({ issuer: people, id: each })) : [],
      }),
    ],
  ])('turns one key where the guard knows them %s, whatever the relay takes them for', async (_how, lookup) => {
    const stage = await RelayStage.open()
    await stage.stop()
    const split = `version: 1\nissuer: ${people}\npeople:\n  a: { accounts: [ann] }\n  b: { accounts: [ann-admin] }\n  c: { accounts: [bob] }\n`
    await writeFile(stage.path('people.yaml'), split)
    await stage.start()
    const engine = await GuardedEngine.open(stage, stage.orders, { count: 2, people: lookup })
    const running = engine.deletes()
    await expect.poll(() => stage.desk.pending().length).toBe(1)
    const id = stage.desk.pending()[0]?.request.id ?? ''
    const receipts = () => stage.desk.entry(id)?.answers.map(({ receipt }) => receipt?.counted)
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true })
    expect(await stage.decide('ann-admin', id)).toMatchObject({ decided: true })
    // Each may be one of those that count; together they are one.
    await expect.poll(receipts).toEqual([true, true])
    expect(engine.guard.approvals.pending()).toHaveLength(1)
    expect(await stage.decide('bob', id)).toMatchObject({ decided: true })
    expect(await running).toBe('permitted')
  })
})

describe('files that somebody else wrote', () => {
  it('bring back nothing that an engine did not ask, under no other name and of no other engine', async () => {
    const stage = await RelayStage.open()
    const [real, foreign] = [envelopeOf(), envelopeOf({ engine: 'stock', text: 'drop table x' })]
    await stage.orders.ask(real.body)
    await stage.stop()
    const kept = await readFile(join(stage.requests, `${real.id}.request`), 'utf8')
    const value = JSON.parse(kept) as Members
    const id = (letter: string): string => letter.repeat(32)
    const files: Readonly<Record<string, string>> = {
      // Another id than its own.
      [`${id('a')}.request`]: kept,
      // Of one engine as another's.
      [`${foreign.id}.request`]: JSON.stringify({ ...value, envelope: foreign.body }),
      [`${id('b')}.request`]: JSON.stringify({ ...value, v: 2 }),
      [`${id('c')}.request`]: JSON.stringify({ ...value, receivedAtMs: 'now' }),
      [`${id('d')}.request`]: `${kept}${kept}`,
      [`${id('A')}.request`]: kept,
      [`${real.id}.answer-0`]: '{}',
      [`${real.id}.answer-1`]: JSON.stringify({ v: 1, n: 2, decision: 'allow' }),
      [`${real.id}.answer-2`]: '',
      [`${real.id}.answer-99999`]: '{}',
      [`.unfinished-${id('e')}`]: kept,
      answer: 'x',
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(stage.requests, name), text)
    await symlink(join(stage.requests, `${real.id}.request`), join(stage.requests, `${id('f')}.request`))
    await mkdir(join(stage.requests, `${id('9')}.request`))
    await stage.start()
    expect(stage.desk.pending()).toMatchObject([{ request: { id: real.id, engine: 'orders' }, answers: [] }])
    expect(await readdir(stage.requests)).toEqual([`${real.id}.request`])
    expect(stage.ofType('relay.set-aside').length).toBe(13)
    // What was set aside counts for nobody, and takes nobody's number.
    expect(await stage.decide('ann', real.id)).toMatchObject({ decided: true, n: 3 })
    expect((await stage.orders.answers(real.id)).body['answers']).toHaveLength(1)
  })
})
