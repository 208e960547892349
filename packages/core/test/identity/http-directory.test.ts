import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Directory } from '../../src/identity/directory.js'
import type { HttpDirectoryOptions } from '../../src/identity/http-directory.js'
import { httpDirectory } from '../../src/identity/http-directory.js'
import { extensionSchema } from '../../src/identity/scim-user.js'
import { standingsIn } from '../../src/identity/standing.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { account, humanOf, issuer, principalOf } from './directory-support.js'
import { enterpriseSchema, listResponse, ScimService, user, userSchema } from './scim-service.js'

const signal = new AbortController().signal
const clock = fixedClock(0)
let service: ScimService

beforeEach(async () => {
  service = await ScimService.start()
  service.users.push(user('ann'))
})

afterEach(async () => {
  await service.stop()
})

function directory(options: Partial<HttpDirectoryOptions> = {}): Directory {
  const made = httpDirectory({ url: service.url, issuer, token: 's3cret-token', ...options })
  void made.open?.({ clock, signal, onFailure: () => undefined })
  return made
}

async function found(on: Directory, id = 'ann', fresh = false): Promise<unknown> {
  return on.resolve(account(id), { signal, fresh })
}

/** The message of a refusal, which must be the directory's and hold neither the token nor an answer. */
async function refusal(step: Promise<unknown>): Promise<string> {
  const error: unknown = await step.then(
    () => 'answered',
    (cause: unknown) => cause,
  )
  expect(error).toMatchObject({ code: 'ERR_DIRECTORY_UNAVAILABLE' })
  const { message } = error as Error
  expect(message).not.toMatch(/s3cret|hunter2/u)
  expect(inspect(error)).not.toContain('s3cret')
  return message
}

function answer(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  service.instead = (_request, response) => response.writeHead(status, headers).end(text)
}

describe('a SCIM service', () => {
  it('says who a person is', async () => {
    expect(await found(directory())).toEqual({
      kind: 'human',
      person: 'e-ann',
      accounts: [account('ann')],
      owners: undefined,
      agentClass: undefined,
      roles: ['dba'],
      disabled: false,
    })
    expect(service.requests[0]?.authorization).toBe('Bearer s3cret-token')
    expect(service.filters).toEqual(['externalId eq "ann"'])
  })

  it('makes two users with one employee number one person', async () => {
    // RFC 7643 section 8.7.1: it has no case.
    service.users.push(user('ann-admin', { [enterpriseSchema]: { employeeNumber: 'E-ANN' } }))
    const now = standingsIn(directory(), 5_000)
    const first = await now(humanOf('ann'), false)
    const second = await now(humanOf('ann-admin'), false)
    expect([first.principal.person, second.principal.person]).toEqual(['e-ann', 'e-ann'])
  })

  it('says who owns an agent, in an extension', async () => {
    const more = { kind: 'agent', owners: [{ value: 'ann' }], agentClass: 'etl' }
    service.users.push(user('etl', { [extensionSchema]: more, roles: [{ value: 'reader' }] }))
    const { principal } = await standingsIn(directory(), 5_000)(principalOf('etl'), false)
    expect(principal).toMatchObject({
      owners: { known: ['#e-ann', `${issuer}#ann`] },
      agentClass: { known: ['etl'] },
      roles: ['reader'],
    })
  })

  it('has a user without roles have none, unless it keeps none for anybody', async () => {
    service.users.push(user('bob', { roles: undefined }), user('cleo', { roles: null }))
    expect(await found(directory(), 'bob')).toMatchObject({ roles: [] })
    expect(await found(directory(), 'cleo')).toMatchObject({ roles: [] })
    expect(await found(directory({ roles: 'token' }))).toMatchObject({ roles: undefined })
  })

  it('says that a user is not active', async () => {
    service.users.push(user('bob', { active: false }))
    expect(await found(directory(), 'bob')).toMatchObject({ disabled: true })
  })

  it('does not know whom it does not list, and accounts of others are not asked for', async () => {
    expect(await found(directory(), 'eve')).toBeUndefined()
    const other = { issuer: 'https://other.example', id: 'ann' }
    expect(await directory().resolve(other, { signal, fresh: true })).toBeUndefined()
    expect(service.filters).toEqual(['externalId eq "eve"'])
  })

  it('is asked for exactly that account, whatever it is called', async () => {
    const hostile = 'a" or userName pr or externalId eq "b\\'
    service.users.push(user(hostile))
    expect(await found(directory(), hostile)).toMatchObject({ accounts: [account(hostile)] })
    expect(service.filters).toEqual([`externalId eq ${JSON.stringify(hostile)}`])
  })

  it('is asked by another attribute where that is the subject', async () => {
    expect(await found(directory({ attribute: 'userName' }), 'ann@example.com')).toMatchObject({ person: 'e-ann' })
    expect(await found(directory({ attribute: 'id', person: 'id' }), 'id-of-ann')).toMatchObject({
      person: 'id-of-ann',
    })
  })

  it('is given the token of the moment', async () => {
    let token = 'wrong'
    const on = directory({ token: () => token })
    expect(await refusal(found(on))).toContain('could not be asked')
    token = 's3cret-token'
    expect(await found(on)).toMatchObject({ person: 'e-ann' })
  })
})

describe('an answer is kept', () => {
  it('for as long as it may be old, and then asked for again', async () => {
    const on = directory({ maxAgeMs: 1_000 })
    await found(on)
    clock.advance(999)
    await found(on)
    expect(service.requests).toHaveLength(1)
    clock.advance(1)
    await found(on)
    expect(service.requests).toHaveLength(2)
  })

  it('no longer where the machine slept meanwhile, and no longer by a wall clock that is set back', async () => {
    const on = directory({ maxAgeMs: 1_000 })
    await found(on)
    clock.setWall(clock.wallMs() + 1_000)
    await found(on)
    expect(service.requests).toHaveLength(2)
    clock.setWall(clock.wallMs() - 60_000)
    clock.advance(1_000)
    await found(on)
    expect(service.requests).toHaveLength(3)
  })

  it('for nobody who asks for a fresh one', async () => {
    const on = directory({ maxAgeMs: 60_000 })
    await found(on)
    service.users.length = 0
    expect(await found(on)).toMatchObject({ person: 'e-ann' })
    expect(await found(on, 'ann', true)).toBeUndefined()
    expect(await found(on)).toBeUndefined()
  })

  it('not longer because the service is down', async () => {
    const on = directory({ maxAgeMs: 1_000 })
    await found(on)
    answer('gone', 503)
    clock.advance(1_000)
    expect(await refusal(found(on))).toContain('could not be asked')
  })

  it('and asked for once however many ask', async () => {
    const on = directory()
    await Promise.all(Array.from({ length: 50 }, () => found(on)))
    expect(service.requests).toHaveLength(1)
  })

  it('but a question that is open is not fresh', async () => {
    const on = directory()
    const [, fresh] = await Promise.all([found(on), found(on, 'ann', true), found(on, 'ann', true)])
    expect(fresh).toMatchObject({ person: 'e-ann' })
    expect(service.requests).toHaveLength(2)
  })

  it('and no failure is', async () => {
    const on = directory({ maxAgeMs: 60_000 })
    answer('gone', 500)
    expect(await refusal(found(on))).toContain('could not be asked')
    service.instead = undefined
    expect(await found(on)).toMatchObject({ person: 'e-ann' })
  })
})

/** An answer whose user has this for an extension. */
const extended = (extension: unknown): unknown => listResponse([user('ann', { [extensionSchema]: extension })])

describe('nobody is let through when the service', () => {
  const lies: readonly (readonly [string, unknown])[] = [
    ['sends no JSON', 'hunter2'],
    ['sends a list', [user('ann')]],
    ['sends a user instead of a list', user('ann')],
    ['says a name twice', '{"schemas":[],"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"]}'],
    ['lists somebody else', listResponse([user('hunter2')])],
    ['lists several', listResponse([user('ann'), user('ann')])],
    ['lists fewer than it says', listResponse([user('ann')], 2)],
    ['lists none and says one', listResponse([], 1)],
    ['counts in words', { ...(listResponse([user('ann')]) as object), totalResults: '1' }],
    ['lists what is no user', listResponse([{ ...user('ann'), schemas: [] }])],
    ['does not say whether the user is active', listResponse([user('ann', { active: undefined })])],
    ['says so in a string', listResponse([user('ann', { active: 'true' })])],
    ['has roles that are no list', listResponse([user('ann', { roles: { value: 'dba' } })])],
    ['has an extension that is no object', extended('agent')],
    ['has an extension that is null', extended(null)],
    ['has an extension that is a list', extended([{ kind: 'agent' }])],
    [
      'names an extension that it does not have',
      listResponse([user('ann', { schemas: [userSchema, extensionSchema] })]),
    ],
    [
      'names one in another case',
      listResponse([user('ann', { schemas: [userSchema, extensionSchema.toUpperCase()] })]),
    ],
    ['has an extension without a kind', extended({ owners: [{ value: 'olga' }], agentClass: 'etl' })],
    ['has an extension whose kind is null', extended({ kind: null, owners: [{ value: 'olga' }] })],
    ['has an extension with a member that is not known', extended({ kind: 'human', Owners: [{ value: 'olga' }] })],
    [
      'has an extension under a name in another case',
      listResponse([user('ann', { [extensionSchema.toUpperCase()]: { kind: 'agent', owners: [{ value: 'olga' }] } })]),
    ],
    [
      'has an extension twice',
      listResponse([
        user('ann', { [extensionSchema]: { kind: 'human' }, [extensionSchema.toUpperCase()]: { kind: 'agent' } }),
      ]),
    ],
  ]
  it.each(lies)('%s', async (_what, body) => {
    answer(body)
    expect(await refusal(found(directory()))).toContain('an answer that is not understood')
  })

  it.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['does not say which person it is', { [enterpriseSchema]: {} }],
    ['has roles without names', { roles: [{ display: 'dba' }] }],
    ['has a kind that nobody knows', { [extensionSchema]: { kind: 'admin' } }],
    ['has an agent without an owner', { [extensionSchema]: { kind: 'agent' } }],
    ['has an agent whose owners are null', { [extensionSchema]: { kind: 'agent', owners: null } }],
    ['has a person with owners', { [extensionSchema]: { kind: 'human', owners: [{ value: 'olga' }] } }],
  ])('%s, which whoever asked it sees', async (_what, more) => {
    answer(listResponse([user('ann', more)]))
    const step = Promise.resolve(standingsIn(directory(), 5_000)(humanOf('ann'), false))
    expect(await refusal(step)).toContain('is not a record')
  })

  it.each([401, 404, 429, 500])('answers HTTP %i', async (status) => {
    answer(listResponse([user('ann')]), status)
    expect(await refusal(found(directory()))).toContain('could not be asked')
  })

  it('sends somewhere else', async () => {
    const elsewhere = await ScimService.start()
    elsewhere.users.push(user('ann'))
    try {
      answer('', 302, { location: `${elsewhere.url}/Users?filter=externalId eq "ann"` })
      expect(await refusal(found(directory()))).toContain('could not be asked')
      expect(elsewhere.requests).toEqual([])
    } finally {
      await elsewhere.stop()
    }
  })

  it('sends more than 64 KiB', async () => {
    answer(listResponse([user('ann', { nickName: 'x'.repeat(70_000) })]))
    expect(await refusal(found(directory()))).toContain('could not be asked')
  })

  it('never ends to send', async () => {
    service.instead = (_request, response) => {
      response.writeHead(200)
      const more = setInterval(() => response.write(' '.repeat(16_384)), 1)
      response.on('close', () => {
        clearInterval(more)
      })
    }
    expect(await refusal(found(directory()))).toContain('could not be asked')
  })

  it('hangs', async () => {
    service.instead = () => undefined
    expect(await refusal(found(directory({ timeoutMs: 50 })))).toContain('could not be asked')
  })

  it('is asked with a token that never comes, and that hung once for ever holds up nobody', async () => {
    let hangs = true
    const never = new Promise<string>(() => undefined)
    const on = directory({ token: () => (hangs ? never : 's3cret-token'), timeoutMs: 1_000, maxAgeMs: 0 })
    const asked = Array.from({ length: 65 }, (_, index) =>
      refusal(found(on, index === 0 ? 'ann' : `a${String(index)}`)),
    )
    const messages = await Promise.all(asked)
    expect(messages.pop()).toContain('too many lookups')
    for (const message of messages) expect(message).toContain('cannot be asked: there is no token for it')
    hangs = false
    for (const fresh of [false, true]) expect(await found(on, 'ann', fresh)).toMatchObject({ person: 'e-ann' })
  })

  it('is not there', async () => {
    const on = directory()
    await service.stop()
    expect(await refusal(found(on))).toContain('could not be asked')
    service = await ScimService.start()
  })

  it('has more questions open than it may', async () => {
    service.instead = () => undefined
    const on = directory({ timeoutMs: 2_000 })
    const asked = Array.from({ length: 65 }, (_, index) => found(on, `a${String(index)}`))
    for (const one of asked) one.catch(() => undefined)
    expect(await refusal(asked[64]!)).toContain('too many lookups')
    await service.stop()
    await Promise.allSettled(asked)
    service = await ScimService.start()
  })

  it.each<readonly [string, HttpDirectoryOptions['token']]>([
    [
      'cannot be asked because there is no token',
      () => {
        throw new Error('hunter2')
      },
    ],
    ['cannot be asked because the token is none', () => 's3cret\r\nx-admin: 1'],
    ['cannot be asked because the token is empty', () => Promise.resolve('')],
  ])('%s', async (_what, token) => {
    expect(await refusal(found(directory({ token })))).toContain('cannot be asked')
    expect(service.requests).toEqual([])
  })
})

describe('httpDirectory takes no', () => {
  const options = { url: 'https://idp.example/scim/v2', issuer, token: 'x' }
  it.each<readonly [string, object]>([
    ['http beyond this machine', { url: 'http://idp.example/scim' }],
    ['text that is no URL', { url: 'scim' }],
    ['URL with credentials', { url: 'https://a:b@idp.example/scim' }],
    ['URL with a query', { url: 'https://idp.example/scim?x=1' }],
    ['empty issuer', { issuer: '' }],
    ['token with a line break', { token: 'a\r\nb' }],
    ['missing token', { token: undefined }],
    ['unknown attribute', { attribute: 'emails' }],
    ['unknown person', { person: 'displayName' }],
    ['unknown place of roles', { roles: 'both' }],
    ['age beyond a minute', { maxAgeMs: 60_001 }],
    ['age that is no number', { maxAgeMs: Number.NaN }],
    ['timeout of nothing', { timeoutMs: 0 }],
    ['option that it does not know', { maxAge: 5 }],
  ])('%s', (_what, changes) => {
    const wrong = { ...options, ...changes } as HttpDirectoryOptions
    expect(() => httpDirectory(wrong)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error)
  })
})
