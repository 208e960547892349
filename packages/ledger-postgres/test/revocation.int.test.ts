import type { Guard, GuardedTarget } from '@bothkeys/core'
import { createGuard, inlineSource, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stage } from './support/stage.js'
import { stage } from './support/stage.js'

let on: Stage
beforeAll(async () => {
  on = await stage()
})
afterAll(() => on.close())

async function guardOn(schema: string): Promise<Guard> {
  const target: GuardedTarget = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  return createGuard({
    policy: inlineSource({
      version: 1,
      targets: { db: { kind: 'fake' } },
      roles: { agent: [{ target: 'db', duty: 'read' }] },
    }),
    identity: unverifiedIdentity(),
    targets: [target],
    journal: memoryJournal(),
    ledger: await on.open(schema),
  })
}

const ada = { kind: 'agent', subject: 'a1', roles: ['agent'], owners: ['ada'], agentClass: 'etl' } as const

describe('guards of several processes on one ledger in PostgreSQL', () => {
  it('end what one of them revokes', async () => {
    const schema = on.schema()
    const [here, there] = [await guardOn(schema), await guardOn(schema)]
    const session = await there.openSession({ [unverifiedCredential]: ada })
    const ended = new Promise<string>((resolve) => {
      there.on('sessionClosed', ({ session: id }) => {
        resolve(id)
      })
    })
    const { issuer } = session.principal.subject
    await here.revoke({ kind: 'person', issuer, id: 'ada' }, { reason: 'laptop stolen' })
    expect(await ended).toBe(session.id)
    await expect(there.openSession({ [unverifiedCredential]: ada })).rejects.toMatchObject({ code: 'ERR_REVOKED' })
    // A process that starts later knows it, too.
    const late = await guardOn(schema)
    await expect(late.openSession({ [unverifiedCredential]: ada })).rejects.toMatchObject({ code: 'ERR_REVOKED' })
    await Promise.all([here.close(), there.close(), late.close()])
  })
})
