import { describe, expect, it } from 'vitest'
import { ask, bench, describeAs, verdict } from './support.js'

const roles = (level: string) => ({
  agent: [
    { target: 'db', duty: 'read' },
    { target: 'db', duty: 'write', level },
  ],
})

describe('a rule with a level', () => {
  it('lets no session through whose identity is proven less, and says so', async () => {
    const on = await bench({ policy: { version: 1, targets: { db: { kind: 'fake' } }, roles: roles('channel') } })
    const { access } = await on.access()
    expect(access.principal.level).toBe('asserted')
    expect(verdict(await ask(access, describeAs('read')))).toBe('permitted')
    expect(await ask(access, describeAs('write'))).toMatchObject({
      refusal: { code: 'ERR_DENIED', message: expect.stringContaining('the identity is not proven as channel') },
    })
    expect(access.preview(describeAs('write'))).toMatchObject({ code: 'ERR_DENIED' })
    expect([...access.duties()]).toEqual(['read'])
  })

  it('is no bar for whoever proves as much', async () => {
    const on = await bench({ policy: { version: 1, targets: { db: { kind: 'fake' } }, roles: roles('asserted') } })
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('write')))).toBe('permitted')
    expect([...access.duties()]).toEqual(['read', 'write'])
  })

  it('is in the record of who acted', async () => {
    const on = await bench()
    const { access } = await on.access()
    await ask(access, describeAs('read'))
    expect(on.events.at(-1)).toMatchObject({ type: 'action.intent', actor: { level: 'asserted' } })
  })
})
