import { describe, expect, it } from 'vitest'
import { sessionAccess } from '../../src/access.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { systemClock } from '../../src/model/clock.js'
import type { Description } from '../../src/model/action.js'
import type { Lineage, OutputLineage } from '../../src/model/lineage.js'
import type { Permit } from '../../src/permit.js'
import type { Session } from '../../src/session.js'
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

describe('what is masked and looked up', () => {
  const lookup = { ...pii, lookup: { distinct: '3/h' } }
  const comparing = (values: number): Description => reading({ lookups: [{ ...email, values }], read: [email] })
  const asks = async (on: Bench, values: number, claims = agent): Promise<string> => {
    const { access } = await on.access(claims)
    return verdict(await ask(access, comparing(values)))
  }

  it('is counted by its values over everybody who acts for the same person', async () => {
    const on = await bench({ policy: policyWith(lookup) })
    expect(await asks(on, 2)).toBe('permitted')
    expect(await asks(on, 1, { ...agent, subject: 'a2' })).toBe('permitted')
    expect(await asks(on, 1)).toBe('ERR_LIMIT_EXCEEDED')
    expect(await asks(on, 1, { ...agent, subject: 'a3', owners: ['bob'] })).toBe('permitted')
  })

  it('is refused at once when one action compares with more', async () => {
    const on = await bench({ policy: policyWith(lookup) })
    expect(await asks(on, 4)).toBe('ERR_LIMIT_EXCEEDED')
    expect(await asks(on, 3)).toBe('permitted')
  })

  it('is remembered by the record, without what was looked up', async () => {
    const on = await bench({ policy: policyWith(lookup) })
    await asks(on, 2)
    expect(on.events.at(-1)).toMatchObject({ type: 'action.intent', lookups: [{ rule: 'pii', values: 2 }] })
    expect(on.durabilities.at(-1)?.durability).toBe('synced')
  })

  it('is refused where the ledger fails', async () => {
    const inner = memoryLedger({ clock: systemClock })
    const ledger: Ledger = {
      get: (key) => inner.get(key),
      nowMs: () => inner.nowMs(),
      close: () => inner.close(),
      commit: () => Promise.reject(new Error('gone')),
    }
    const on = await bench({ policy: policyWith(lookup), ledger })
    expect(await asks(on, 1)).toBe('ERR_LEDGER_UNAVAILABLE')
  })
})

describe('exceptions from masks', () => {
  const except = { ...pii, except: ['auditor'] }
  const isMasked = async (on: Bench, roles: readonly string[]): Promise<boolean> => {
    const { access } = await on.access({ ...agent, roles })
    const { masks } = access.verdict(reading({ outputs: [plain(email)], read: [email] }))
    return masks?.outputs?.[0] !== undefined
  }

  it('are for those who have one of the roles', async () => {
    const on = await bench({ policy: policyWith(except) })
    expect(await isMasked(on, ['agent'])).toBe(true)
    expect(await isMasked(on, ['agent', 'auditor'])).toBe(false)
  })

  it('do not reach a sub-agent that was not given the role', async () => {
    const on = await bench({ policy: policyWith(except) })
    const session = await on.guard.openSession({ [unverifiedCredential]: { ...agent, roles: ['agent', 'auditor'] } })
    const sub = await session.delegate({ roles: ['agent'], ttlMs: 60_000 })
    const see = (of: Session): unknown =>
      sessionAccess(of, on.target).verdict(reading({ outputs: [plain(email)], read: [email] })).masks
    expect(see(session)).toBeUndefined()
    expect(see(sub)).toMatchObject({ outputs: [{ rules: ['pii'], whole: false }] })
  })
})

describe('keyed masks', () => {
  const hashed = { ...pii, with: 'hash' }
  const hashOf = async (on: Bench, run?: string): Promise<string | null | undefined> =>
    shown(await permitOf(on, { outputs: [plain(email)] }, run === undefined ? agent : { ...agent, runRoot: run }), 0)

  it('are alike in one root run and not in another', async () => {
    const on = await bench({ policy: policyWith(hashed) })
    const [one, same, other] = [await hashOf(on, 'r1'), await hashOf(on, 'r1'), await hashOf(on, 'r2')]
    expect(one).toMatch(/^[0-9a-f]{64}$/)
    expect(same).toBe(one)
    expect(other).not.toBe(one)
  })

  it('are another guard’s own unless they have one key', async () => {
    const maskKey = { mac: () => new Uint8Array(32).fill(7) }
    const [mine, yours] = [await bench({ policy: policyWith(hashed) }), await bench({ policy: policyWith(hashed) })]
    expect(await hashOf(mine, 'r1')).not.toBe(await hashOf(yours, 'r1'))
    const keyed = await bench({ policy: policyWith(hashed), masks: { maskKey } })
    expect(await hashOf(keyed, 'r1')).toBe('07'.repeat(32))
  })

  it.each([
    ['alike across runs without a key', { hash: { across: 'runs' } }, /rule pii masks alike across runs/],
    ['by a custom mask that there is not', { custom: 'mine' }, /rule pii masks by mine, which is not in customMasks/],
  ])('are refused at the start and at a reload: %s', async (_what, operator, says) => {
    const policy = policyWith({ ...pii, with: operator })
    await expect(bench({ policy })).rejects.toThrow(says)
    const on = await bench({ policy: policyWith() })
    on.policy = policy
    await expect(on.guard.reload()).rejects.toThrow(says)
  })

  it('are made by the host where the policy says so', async () => {
    const masks = { customMasks: { mine: () => 'mine alone' } }
    const on = await bench({ policy: policyWith({ ...pii, with: { custom: 'mine' } }), masks })
    expect(await hashOf(on)).toBe('mine alone')
  })

  it.each([
    [{ maskKey: {} }, /maskKey is a MaskKey/],
    [{ customMasks: { mine: 'no function' } }, /customMasks\.mine is no function/],
  ])('refuse what masks nothing: %j', async (masks, says) => {
    await expect(bench({ policy: policyWith(), masks: masks as never })).rejects.toThrow(says)
  })
})

describe('the content of other values', () => {
  const notes = { id: 'notes', target: 'db', detect: ['email'], with: { redact: '<mail>' } }

  it('is masked where detectors find something', async () => {
    const on = await bench({ policy: policyWith(notes) })
    const { masks } = await permitOf(on, { outputs: [plain(id)] })
    expect(masks?.at(0)).toBeUndefined()
    expect(masks?.content?.text('write to jane@example.com now', 'note')).toBe('write to <mail> now')
    expect(masks?.content?.json('{"to":"jane@example.com"}', undefined)).toBe('{"to":"<mail>"}')
  })

  it('is told from its bytes where that is sure', async () => {
    const keys = { id: 'keys', target: 'db', detect: ['secret'], with: 'redact' }
    const content = (await permitOf(await bench({ policy: policyWith(notes, keys) }), { outputs: [plain(id)] })).masks
      ?.content
    const mayChange = (value: string): boolean | undefined =>
      content?.screen?.('note')?.(Buffer.from(`@${value}@`), 1, value.length + 1)
    expect(mayChange('write to jane@example.com now')).toBe(true)
    expect(mayChange('write to nobody')).toBe(false)
    expect(content?.screen?.(undefined)).toBeDefined()
    expect(content?.screen?.('api_key')).toBeUndefined()
  })

  it('is looked for by the same for every action of a session, and by others for other rules', async () => {
    const phones = { ...notes, detect: ['phone'] }
    const [on, elsewhere] = [await bench({ policy: policyWith(notes) }), await bench({ policy: policyWith(phones) })]
    const { access } = await on.access(agent)
    const finderOf = async (asked: typeof access): Promise<object | undefined> => {
      const admission = await ask(asked, reading({ outputs: [plain(id)] }))
      return admission.outcome === 'permitted' ? admission.permit.masks?.content?.finder : undefined
    }
    const finder = await finderOf(access)
    expect(finder).toBeDefined()
    expect(await finderOf(access)).toBe(finder)
    expect((await permitOf(elsewhere, { outputs: [plain(id)] })).masks?.content?.finder).not.toBe(finder)
  })

  it('is not looked at without such a rule', async () => {
    const on = await bench({ policy: policyWith(pii) })
    expect((await permitOf(on, { outputs: [plain(id)] })).masks?.content).toBeUndefined()
  })
})

describe('the outcome on record', () => {
  const notes = { id: 'notes', target: 'db', detect: ['email'], with: 'redact' }

  it('says how many values were masked and by which rules', async () => {
    const on = await bench({ policy: policyWith(pii, notes) })
    const permit = await permitOf(on, { outputs: [plain(email), plain(id)], read: [email, id] })
    permit.use()
    permit.masks?.content?.text('jane@example.com', undefined)
    permit.masks?.masked(2)
    permit.masks?.masked(3)
    await permit.settle({ outcome: 'completed' })
    expect(on.events.at(-1)).toMatchObject({ masked: { cells: 5, rules: ['pii', 'notes'] } })
    expect(JSON.stringify(on.events)).not.toContain('jane@example.com')
  })

  it('names no rule that found nothing', async () => {
    const on = await bench({ policy: policyWith(pii, notes) })
    const permit = await permitOf(on, { outputs: [plain(email)], read: [email] })
    permit.use()
    permit.masks?.content?.text('nothing here', undefined)
    permit.masks?.masked(1)
    await permit.settle({ outcome: 'completed' })
    expect(on.events.at(-1)).toMatchObject({ masked: { cells: 1, rules: ['pii'] } })
  })

  it('says nothing where nothing was', async () => {
    const on = await bench({ policy: policyWith(pii) })
    const permit = await permitOf(on, { outputs: [plain(id)], read: [id] })
    permit.use()
    await permit.settle({ outcome: 'completed' })
    expect(on.events.at(-1)).not.toHaveProperty('masked')
  })
})

describe('what a door asks of the policy', () => {
  it('names the tables and columns that masks name, for anybody, and the same list again', async () => {
    const rule = { ...pii, columns: ['public.users.email', 'public.cards.*', 'public."a.b".c'], except: ['auditor'] }
    const on = await bench({ policy: policyWith(rule) })
    const { access } = await on.access({ ...agent, roles: ['auditor'] })
    expect(access.maskedColumns()).toEqual([
      { rule: 'pii', schema: 'public', table: 'users', column: 'email' },
      { rule: 'pii', schema: 'public', table: 'cards', column: undefined },
      { rule: 'pii', schema: 'public', table: 'a.b', column: 'c' },
    ])
    expect(access.maskedColumns()).toBe(access.maskedColumns())
  })
})
