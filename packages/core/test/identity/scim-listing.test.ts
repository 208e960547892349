import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DirectoryEntry } from '../../src/identity/directory.js'
import type { HttpDirectoryOptions } from '../../src/identity/http-directory.js'
import { httpDirectory } from '../../src/identity/http-directory.js'
import { listingOf } from '../../src/identity/listing.js'
import { extensionSchema } from '../../src/identity/scim-user.js'
import { loadPolicy } from '../../src/policy/load.js'
import { assertRolesApart } from '../../src/roles-apart.js'
import { account, issuer } from './directory-support.js'
import { listResponse, ScimService, user } from './scim-service.js'

let service: ScimService

beforeEach(async () => {
  service = await ScimService.start()
})

afterEach(async () => {
  await service.stop()
})

const directory = (options: Partial<HttpDirectoryOptions> = {}) =>
  httpDirectory({ url: service.url, issuer, token: 's3cret-token', ...options })

async function listed(options: Partial<HttpDirectoryOptions> = {}): Promise<readonly DirectoryEntry[]> {
  const listing = await listingOf(directory(options), 5_000)
  if (listing === undefined) throw new Error('it does not list')
  return [...listing.values()]
}

async function refusal(options: Partial<HttpDirectoryOptions> = {}): Promise<string> {
  const error: unknown = await listed(options).then(
    () => 'answered',
    (cause: unknown) => cause,
  )
  expect(error).toMatchObject({ code: 'ERR_DIRECTORY_UNAVAILABLE' })
  expect(inspect(error, { depth: 9 })).not.toMatch(/s3cret|hunter2/u)
  const { cause, message } = error as Error
  return cause instanceof Error ? cause.message : message
}

/** Answers the pages given, one after the other, and the last one from then on. */
function pages(...bodies: readonly unknown[]): void {
  let next = 0
  service.instead = (_request, response) => {
    const body = bodies[Math.min(next, bodies.length - 1)]
    next += 1
    response.writeHead(200).end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

const places = (): readonly (string | null)[][] =>
  service.requests.map(({ url }) => {
    const { searchParams } = new URL(url, service.url)
    return [searchParams.get('startIndex'), searchParams.get('count'), searchParams.get('filter')]
  })

describe('a listing of a SCIM service', () => {
  it('has everybody, over as many pages as the service makes of it', async () => {
    for (let index = 0; index < 250; index += 1) service.users.push(user(`u${String(index)}`))
    expect((await listed()).map(({ subject }) => subject)).toEqual(
      Array.from({ length: 250 }, (_, index) => account(`u${String(index)}`)),
    )
    expect(places()).toEqual([
      ['1', '100', null],
      ['101', '100', null],
      ['201', '100', null],
    ])
    service.requests.length = 0
    service.mostOnPage = 120
    await expect(listed()).resolves.toHaveLength(250)
    service.mostOnPage = 7
    await expect(listed()).resolves.toHaveLength(250)
  })

  it('may be empty', async () => {
    expect(await listed()).toEqual([])
  })

  it('says of everybody what a question about them answers', async () => {
    const more = { kind: 'agent', owners: [{ value: 'ann' }], agentClass: 'etl' }
    service.users.push(user('ann'), user('etl', { [extensionSchema]: more }), user('carl', { active: false }))
    const scim = directory()
    const signal = AbortSignal.timeout(5_000)
    const asked = await Promise.all(
      ['ann', 'etl', 'carl'].map(async (id) => ({
        subject: account(id),
        record: await scim.resolve(account(id), { signal, fresh: true }),
      })),
    )
    expect(await scim.list?.({ signal, fresh: true })).toEqual(asked)
  })

  it('leaves out who has no account', async () => {
    service.users.push(user('ann'), { ...user('x'), externalId: undefined }, { ...user('y'), externalId: null })
    expect((await listed()).map(({ subject }) => subject.id)).toEqual(['ann'])
  })

  it('lets a policy be checked against everybody', async () => {
    service.users.push(user('ann', { roles: [{ value: 'worker' }, { value: 'dba' }] }))
    const policy = loadPolicy({
      name: 'test',
      content: `version: 1
targets: { db: { kind: fake } }
roles:
  worker: [{ target: db, duty: read }]
  dba: [{ target: db, duty: write }]
separate:
  static: [{ id: S1, roles: [worker, dba], max: 1 }]
`,
    })
    const on = { deadlineMs: 5_000, nowMs: 0 }
    await expect(assertRolesApart(policy, directory(), on)).rejects.toMatchObject({ code: 'ERR_DUTY_CONFLICT' })
    await expect(assertRolesApart(policy, directory({ lists: false }), on)).resolves.toBeUndefined()
    const absent = directory()
    await service.stop()
    await expect(assertRolesApart(policy, absent, on)).rejects.toMatchObject({ code: 'ERR_DIRECTORY_UNAVAILABLE' })
    service = await ScimService.start()
  })

  it.each<readonly [string, readonly unknown[], string]>([
    ['is no list', [{ users: [] }], 'not a SCIM ListResponse'],
    ['is no JSON', ['<html>hunter2</html>'], 'no JSON object'],
    [
      'does not say how many there are',
      [{ ...Object(listResponse([])), totalResults: undefined }],
      'as many users as it says',
    ],
    ['has more than it says', [listResponse([user('ann'), user('bob')], 1)], 'lists more users than it says'],
    ['ends too soon', [listResponse([user('ann')], 2), listResponse([], 2)], 'empty before the last one'],
    ['changes', [listResponse([user('ann')], 2), listResponse([user('bob')], 3)], 'changed while they were listed'],
    ['has too many', [listResponse([user('ann')], 100_001)], 'more than 100000 users'],
    ['has somebody twice', [listResponse([user('ann')], 2)], 'lists an account twice'],
    [
      'names somebody by a number',
      [listResponse([{ ...user('ann'), externalId: 7 }])],
      'the externalId of a user is no text',
    ],
    [
      'does not say who is active',
      [listResponse([{ ...user('hunter2'), active: 'yes' }])],
      'does not say whether it is active',
    ],
    ['holds somebody who is no user', [listResponse([{ ...user('ann'), schemas: [] }])], 'not a SCIM user'],
    ['is too long', [listResponse([user('ann', { displayName: 'x'.repeat(3_000_000) })])], 'could not be asked'],
  ])('is refused when it %s', async (_what, bodies, message) => {
    pages(...bodies)
    expect(await refusal()).toContain(message)
  })

  it('is refused when the service refuses, redirects or hangs, and when there is no token', async () => {
    for (const status of [403, 302, 500]) {
      service.instead = (_request, response) => response.writeHead(status, { location: '/elsewhere' }).end()
      expect(await refusal()).toContain('could not be asked')
    }
    service.instead = () => undefined
    expect(await refusal({ timeoutMs: 50 })).toContain('could not be asked')
    expect(await refusal({ token: () => Promise.reject(new Error('no secret')) })).toContain('there is no token')
  })

  it('ends when whoever asked does not wait any longer', async () => {
    service.instead = () => undefined
    await expect(listingOf(directory({ timeoutMs: 30_000 }), 50)).rejects.toMatchObject({
      code: 'ERR_DIRECTORY_UNAVAILABLE',
      message: expect.stringContaining('took longer than 50 ms'),
    })
  })

  it('is not there when the options say so', () => {
    expect(directory({ lists: false }).list).toBeUndefined()
    expect(() => directory({ lists: 'no' as unknown as boolean })).toThrow('lists must be true or false')
  })
})
