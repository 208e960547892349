import { describe, expect, it } from 'vitest'
import { personLookup } from '../../src/identity/person-lookup.js'

const ann = { issuer: 'https://people.example', id: 'ann' }
const human = { kind: 'human', person: 'ann', disabled: false } as const

describe('looking a person up', () => {
  it('says which person it is and which roles they have now', async () => {
    expect(await personLookup({ resolve: () => ({ ...human, roles: ['dba'] }) }, 1_000)(ann)).toEqual({
      person: '#ann',
      roles: ['dba'],
    })
    expect(await personLookup({ resolve: () => human }, 1_000)(ann)).toEqual({ person: '#ann', roles: [] })
  })

  it('asks anew each time', async () => {
    const asked: boolean[] = []
    const who = personLookup({ resolve: (_subject, { fresh }) => (asked.push(fresh), human) }, 1_000)
    await who(ann)
    await who(ann)
    expect(asked).toEqual([true, true])
  })

  it.each([
    ['who is not known', undefined],
    ['who is disabled', { ...human, disabled: true }],
    ['which is an agent', { kind: 'agent', owners: [ann], disabled: false }],
  ])('refuses an account %s', async (_what, record) => {
    const who = personLookup({ resolve: () => record as never }, 1_000)
    await expect(who(ann)).rejects.toMatchObject({ code: 'ERR_DIRECTORY_REFUSED' })
  })

  it.each<[string, () => unknown]>([
    ['throws', () => expect.unreachable()],
    ['hangs', () => new Promise(() => undefined)],
    ['answers what is no record', () => ({ kind: 'human' })],
  ])('refuses everybody while the directory %s', async (_what, resolve) => {
    const who = personLookup({ resolve: resolve as never }, 50)
    await expect(who(ann)).rejects.toMatchObject({ code: 'ERR_DIRECTORY_UNAVAILABLE' })
  })
})
