import { describe, expect, it } from 'vitest'
import type { DelegationOptions } from '../../src/delegation.js'
import type { Guard } from '../../src/guard.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Session } from '../../src/session.js'
import type { Bench } from '../enforce/support.js'
import { agent, bench } from '../enforce/support.js'

async function started(): Promise<{ readonly on: Bench; readonly session: Session }> {
  const on = await bench()
  return { on, session: await on.guard.openSession({ [unverifiedCredential]: agent }) }
}

/** Options of which one answers `first` once and `later` from then on. */
function turning<T>(name: string, first: unknown, later: unknown, others: object): T {
  let reads = 0
  const get = (): unknown => (reads++ === 0 ? first : later)
  return Object.defineProperty({ ...others }, name, { get, enumerable: true }) as T
}

const some = { roles: ['agent'], ttlMs: 60_000 }

describe('options that answer something else the next time', () => {
  it.each<[string, unknown, unknown, (given: Session) => unknown, unknown]>([
    ['roles', ['agent'], ['dba'], ({ principal }) => principal.roles, ['agent']],
    ['agentClass', 'etl/x', 'finance', ({ principal }) => principal.agentClass, { known: ['etl', 'etl/x'] }],
    ['key', 'A'.repeat(43), `${'B'.repeat(42)}A`, ({ principal }) => principal.key, { known: ['A'.repeat(43)] }],
  ])('give a sub-agent the %s that was checked', async (name, first, later, seen, expected) => {
    const { on, session } = await started()
    const child = await session.delegate(turning<DelegationOptions>(name, first, later, some))
    expect(seen(child)).toEqual(expected)
    await on.guard.close()
  })

  it('give a sub-agent the time that was checked', async () => {
    const { on, session } = await started()
    const child = await session.delegate(turning<DelegationOptions>('ttlMs', 60_000, 1, some))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(child.principal.expiresAt.getTime()).toBeGreaterThan(Date.now() + 30_000)
    await expect(child.delegate({ roles: [], ttlMs: 1_000 })).resolves.toBeDefined()
    await on.guard.close()
  })

  it('give a sub-agent no role of a list that changes', async () => {
    const { on, session } = await started()
    let reads = 0
    const roles = new Proxy(['agent'], {
      get: (list, name) => (name === '0' && reads++ > 0 ? 'dba' : (Reflect.get(list, name) as unknown)),
    })
    const child = await session.delegate({ roles, ttlMs: 60_000 })
    expect(child.principal.roles).toEqual(['agent'])
    await on.guard.close()
  })

  it.each([undefined, null, 'roles', []])('are refused when they are no options: %j', async (options) => {
    const { on, session } = await started()
    await expect(session.delegate(options as never)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    await on.guard.close()
  })

  it('revoke for the time that was checked', async () => {
    const { on } = await started()
    type Options = Parameters<Guard['revoke']>[1]
    const options = turning<Options>('forMs', 60_000, 1, { reason: 'gone' })
    const { untilMs } = await on.guard.revoke({ kind: 'run', id: 'r' }, options)
    expect(untilMs).toBeGreaterThan(Date.now() + 30_000)
    await on.guard.close()
  })
})
