import { describe, expect, it } from 'vitest'
import type { Description } from '../../src/model/action.js'
import type { Lineage, OutputLineage } from '../../src/model/lineage.js'
import type { Permit } from '../../src/permit.js'
import { agent, ask, bench, describeAs, verdict } from './support.js'
import type { Bench } from './support.js'

const users = 'table:public.users'
const email = { resource: users, column: 'email' }
const id = { resource: users, column: 'id' }
const anything = { resource: '*', column: '*' }

function lineageOf(lineage: Partial<Lineage>): Lineage {
  return Object.freeze({ outputs: [], elsewhere: [], lookups: [], read: [], relations: [], ...lineage })
}

const plain = (...sources: OutputLineage['sources']): OutputLineage => ({ sources, plain: true })
const made = (...sources: OutputLineage['sources']): OutputLineage => ({ sources, plain: false })

function reading(lineage: Partial<Lineage> | undefined): Description {
  const description = describeAs('read')
  return lineage === undefined ? description : Object.freeze({ ...description, lineage: lineageOf(lineage) })
}

const policyWith = (...mask: readonly Readonly<Record<string, unknown>>[]): Readonly<Record<string, unknown>> => ({
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: {
    agent: [{ target: 'db', duty: ['read', 'write'] }],
    clerk: [{ target: 'db', duty: 'read' }],
    auditor: [{ target: 'db', duty: 'read' }],
  },
  mask,
})

const pii = { id: 'pii', target: 'db', columns: ['public.users.email'], with: { partial: { keepDomain: true } } }

async function permitOf(on: Bench, lineage: Partial<Lineage> | undefined, claims = agent): Promise<Permit> {
  const { access } = await on.access(claims)
  const admission = await ask(access, reading(lineage))
  if (admission.outcome !== 'permitted') throw new Error(verdict(admission))
  return admission.permit
}

const shown = ({ masks }: Permit, index: number, text = 'jane@example.com'): string | null | undefined =>
  masks?.at(index)?.mask(text)

describe('the masks of a permit', () => {
  it('are none where the policy masks nothing', async () => {
    const on = await bench({ policy: policyWith() })
    expect((await permitOf(on, { outputs: [plain(email)] })).masks).toBeUndefined()
  })

  it('mask a plain column by the operator of its rule, and no other one', async () => {
    const on = await bench({ policy: policyWith(pii) })
    const permit = await permitOf(on, { outputs: [plain(id), plain(email)], read: [id, email] })
    expect(permit.masks?.columns).toBe(2)
    expect(permit.masks?.at(0)).toBeUndefined()
    expect(permit.masks?.at(1)?.whole).toBe(false)
    expect(shown(permit, 1)).toMatch(/^\*+@example\.com$/)
    expect(permit.masks?.covers(users, 'email')).toBe(true)
    expect(permit.masks?.covers(users, 'id')).toBe(false)
  })

  it('mask whole what is made of a masked column', async () => {
    const on = await bench({ policy: policyWith(pii) })
    const permit = await permitOf(on, { outputs: [made(id, email), plain(id)], read: [id, email] })
    expect(permit.masks?.at(0)?.whole).toBe(true)
    expect(shown(permit, 0)).toBe('[masked]')
    expect(permit.masks?.at(1)).toBeUndefined()
  })

  it.each([
    ['redact', '[pii]'],
    [{ redact: 'hidden' }, 'hidden'],
    ['null', null],
    ['hash', '[masked]'],
  ] as const)('mask whole by %j as %j', async (operator, text) => {
    const on = await bench({ policy: policyWith({ ...pii, with: operator }) })
    const permit = await permitOf(on, { outputs: [made(email)] })
    expect(permit.masks?.at(0)?.whole).toBe(true)
    expect(shown(permit, 0)).toBe(text)
  })

  it('mask whole every column when nobody can tell them and something masked is read', async () => {
    const on = await bench({ policy: policyWith(pii) })
    const permit = await permitOf(on, { outputs: undefined, read: [id, email] })
    expect(permit.masks?.columns).toBeUndefined()
    expect([permit.masks?.at(0)?.whole, permit.masks?.at(99)?.whole]).toEqual([true, true])
    const harmless = await permitOf(on, { outputs: undefined, read: [id] })
    expect(harmless.masks?.at(0)).toBeUndefined()
    expect(harmless.masks?.covers(users, 'email')).toBe(true)
  })

  it('mask whole what may be of any column, however plain it is', async () => {
    const on = await bench({ policy: policyWith(pii) })
    const permit = await permitOf(on, { outputs: [plain(anything), plain({ resource: users, column: '*' })] })
    expect([permit.masks?.at(0)?.whole, permit.masks?.at(1)?.whole]).toEqual([true, true])
  })
})
