import { describe, expect, it } from 'vitest'
import { controls } from '../../src/controls/control.js'
import type { ControlMapping, ControlMappingOptions, MappedControl } from '../../src/controls/control-mapping.js'
import { controlMapping } from '../../src/controls/control-mapping.js'
import { controlMappingCsv } from '../../src/controls/mapping-csv.js'
import type { ControlId } from '../../src/controls/control.js'
import { loadPolicy } from '../../src/policy/load.js'
import { agent, person } from '../lint/support.js'

const at = new Date('2026-11-27T12:00:00Z')
const policyOf = (content: object) => loadPolicy({ name: 'test', content: content as never })

const stage = (count: number) => ({ stage: 'peer', count, role: 'dba' })

/** Allows things and asks nobody. */
const bare = {
  version: 1,
  targets: { orders: { kind: 'postgres' }, trail: { kind: 'postgres' } },
  roles: {
    deployer: [
      { target: 'orders', duty: ['read', 'write', 'delete'] },
      { target: 'trail', duty: 'delete' },
    ],
    dba: [
      { target: 'orders', duty: ['read', 'approve'] },
      { target: 'trail', duty: 'approve' },
    ],
  },
}

const hold = (count: number, more: object = {}) => ({
  id: 'writes',
  target: 'orders',
  duty: ['write', 'delete'],
  require: [stage(count)],
  ttl: '15m',
  level: 'channel',
  ...more,
})
const dynamic = { id: 'D1', duties: ['write', 'approve'], max: 1, over: ['person'], per: 'target', window: '24h' }
const roles = { id: 'S1', roles: ['deployer', 'dba'], max: 1 }
const chain = { id: 'H1', steps: ['request', 'approve'], per: 'object', window: '24h' }
const wall = {
  id: 'W1',
  datasets: { a: { resource: 'table:a.*' }, b: { resource: 'table:b.*' } },
}
const glass = {
  id: 'G1',
  role: 'dba',
  target: 'orders',
  duty: 'write',
  for: '15m',
  review: { role: 'dba', within: '24h' },
}

async function mappingOf(policy: object, options: Partial<ControlMappingOptions> = {}): Promise<ControlMapping> {
  return controlMapping(policyOf({ ...bare, ...policy }), { at, ...options })
}

async function mappedOf(
  id: ControlId,
  policy: object,
  options: Partial<ControlMappingOptions> = {},
): Promise<MappedControl> {
  const found = (await mappingOf(policy, options)).controls.find(({ control }) => control === id)
  if (found === undefined) throw new Error('there is no such control')
  return found
}

const idsOf = ({ rules }: MappedControl) => rules.map(({ id }) => id)

describe('a policy that asks nobody and keeps nothing apart', () => {
  it('implements nothing but roles, and nothing is said to be done by rules that are not there', async () => {
    const { controls: all } = await mappingOf({})
    expect(Object.fromEntries(all.map(({ control, status }) => [control, status]))).toEqual({
      'NIST AC-3(2)': 'not-implemented',
      'NIST AC-5': 'not-implemented',
      'NIST AC-6(9)': 'partly',
      'NIST AU-10': 'not-implemented',
      'NIST AU-9(5)': 'not-implemented',
      'NIST CM-5(4)': 'not-implemented',
      'PCI 10.2': 'partly',
      'PCI 6.5.4': 'not-implemented',
      'PCI 7.2': 'partly',
      'ISO A.5.3': 'not-implemented',
      'SOX 404': 'not-implemented',
    })
    const named = new Set(all.flatMap(({ rules }) => rules.map(({ rule }) => rule)))
    expect(named).toEqual(new Set(['roles']))
    expect(all.flatMap(({ conflicts, exceptions, findings }) => [...conflicts, ...exceptions, ...findings])).toEqual([])
  })
})

describe('dual authorization', () => {
  it.each<ControlId>(['NIST AC-3(2)', 'NIST CM-5(4)'])(
    '%s is implemented by two people, and by no less',
    async (id) => {
      const dual = await mappedOf(id, { hold: [hold(2)] })
      expect(dual).toMatchObject({ status: 'implemented', rules: [{ id: 'writes', rule: 'hold', path: 'hold[0]' }] })
      expect(dual.rules[0]?.does).toBe('needs 2 independent people to say yes to delete, write')
      expect(
        (await mappedOf(id, { hold: [hold(1, { require: [stage(1), { ...stage(1), stage: 'sec' }] })] })).status,
      ).toBe('implemented')
      for (const less of [[hold(1)], [hold(2, { from: 'anyone' })], []]) {
        const single = await mappedOf(id, { hold: less })
        expect(single).toMatchObject({ status: 'not-implemented', rules: [] })
        expect(single.reason).toContain('no rule asks two people who prove who they are')
      }
    },
  )

  it.each<ControlId>(['NIST AC-3(2)', 'NIST CM-5(4)', 'NIST AU-9(5)'])(
    '%s is not implemented by two who only say who they are',
    async (id) => {
      const options = { auditTargets: ['orders'] }
      const asserted = await mappedOf(id, { hold: [hold(2, { level: 'asserted' })] }, options)
      expect(asserted.status).toBe('not-implemented')
      expect(asserted.reason).toContain('no rule asks two people who prove who they are')
      if (id === 'NIST AC-3(2)') {
        expect(asserted.rules).toMatchObject([{ id: 'writes', kinds: ['asserted-dual-approval'] }])
        expect(asserted.rules[0]?.does).toContain('and nothing has to prove that they did')
      } else expect(asserted.rules).toEqual([])
      for (const level of ['channel', 'signed', 'phishing-resistant'])
        expect((await mappedOf(id, { hold: [hold(2, { level })] }, options)).status).not.toBe('not-implemented')
    },
  )

  it('of what changes nothing is none of changes', async () => {
    const reads = { hold: [hold(2, { duty: ['read'] })] }
    expect((await mappedOf('NIST AC-3(2)', reads)).status).toBe('implemented')
    expect((await mappedOf('NIST CM-5(4)', reads)).status).toBe('not-implemented')
  })

  it('names what lifts it: broken glass and grants', async () => {
    const lifted = await mappedOf('NIST AC-3(2)', {
      hold: [hold(2, { grant: { uses: 3, ttl: '1h' } })],
      breakGlass: [glass],
    })
    expect(idsOf(lifted)).toEqual(['G1', 'writes'])
    expect(lifted.rules[1]).toMatchObject({ kinds: ['dual-approval', 'grant-cap'] })
    expect(lifted.rules[1]?.does).toContain('3 uses may be granted at once')
  })

  it('of audit data is about targets that somebody says hold it', async () => {
    const deletes = { hold: [hold(2, { target: 'trail', duty: ['delete'] })] }
    const audit = { auditTargets: ['trail'] }
    expect((await mappedOf('NIST AU-9(5)', deletes)).status).toBe('not-implemented')
    expect((await mappedOf('NIST AU-9(5)', deletes, { auditTargets: ['orders'] })).status).toBe('not-implemented')
    expect(await mappedOf('NIST AU-9(5)', deletes, audit)).toMatchObject({
      status: 'partly',
      rules: [{ id: 'writes' }],
    })
    const single = { hold: [hold(1, { target: 'trail', duty: ['delete'] })] }
    expect((await mappedOf('NIST AU-9(5)', single, audit)).status).toBe('not-implemented')
  })
})

describe('separation', () => {
  it.each<[string, object, string, readonly string[]]>([
    ['duties', { dynamic: [dynamic] }, 'D1', ['approve', 'write']],
    ['roles', { static: [roles] }, 'S1', ['dba', 'deployer']],
    ['steps', { history: [chain] }, 'H1', ['approve', 'request']],
  ])('of %s implements AC-5, with what it keeps apart', async (_what, separate, id, between) => {
    const found = await mappedOf('NIST AC-5', { hold: [hold(1)], separate })
    expect(found.status).toBe('implemented')
    expect(found.conflicts).toEqual([{ rule: id, between }])
    expect((await mappedOf('NIST AC-5', { hold: [hold(1)] })).status).toBe('not-implemented')
  })

  it('by a wall alone helps, and is not said to be enough', async () => {
    const found = await mappedOf('NIST AC-5', { separate: { wall: [wall] } })
    expect(found.status).toBe('not-implemented')
    expect(idsOf(found)).toContain('W1')
    expect(found.conflicts).toEqual([{ rule: 'W1', between: ['a', 'b'] }])
  })

  it('and approval together implement A.5.3, each alone partly', async () => {
    const both = { hold: [hold(1)], separate: { dynamic: [dynamic] } }
    expect((await mappedOf('ISO A.5.3', both)).status).toBe('implemented')
    expect(await mappedOf('ISO A.5.3', { hold: [hold(1)] })).toMatchObject({
      status: 'partly',
      reason: 'a rule has people approve; no rule keeps duties, roles or steps apart',
    })
    expect((await mappedOf('ISO A.5.3', { separate: { static: [roles] } })).status).toBe('partly')
    expect((await mappedOf('ISO A.5.3', { hold: [hold(1, { from: 'anyone' })] })).status).toBe('not-implemented')
  })

  it('is only partly there where a glass can be broken instead', async () => {
    const all = { hold: [hold(2)], separate: { dynamic: [dynamic] } }
    for (const id of ['NIST AC-3(2)', 'NIST CM-5(4)', 'ISO A.5.3'] as const) {
      expect((await mappedOf(id, all)).status).toBe('implemented')
      expect(await mappedOf(id, { ...all, breakGlass: [glass] })).toMatchObject({
        status: 'partly',
        reason: expect.stringContaining('breakGlass[0] lets people act without an approval for a while'),
      })
    }
    expect((await mappedOf('NIST AC-5', { ...all, breakGlass: [glass] })).status).toBe('implemented')
    const logged = await mappedOf('NIST AC-6(9)', { ...all, breakGlass: [glass] })
    expect(logged.rules).toHaveLength(1)
    expect(logged.reason).not.toContain('without an approval')
  })

  it('is never all of what a control asks for beyond policies', async () => {
    const all = {
      hold: [hold(2, { level: 'signed' })],
      separate: { dynamic: [dynamic], static: [roles] },
      breakGlass: [glass],
    }
    for (const id of ['PCI 6.5.4', 'SOX 404', 'NIST AU-10', 'PCI 7.2', 'PCI 10.2', 'NIST AC-6(9)'] as const)
      expect((await mappedOf(id, all)).status).toBe('partly')
    expect((await mappedOf('SOX 404', all)).reason).not.toContain('no rule')
    expect((await mappedOf('SOX 404', { ...all, breakGlass: [] })).reason).toContain(
      'no rule has what was done reviewed',
    )
  })
})

describe('reviews', () => {
  it('are those that a chain or broken glass wants, and no chain without', async () => {
    const reviewed = {
      ...chain,
      steps: ['request', 'approve', 'review'],
      per: 'change',
      review: { role: 'auditor', within: '48h' },
    }
    const auditor = { ...bare.roles, auditor: [{ target: ['orders', 'trail'], duty: 'audit' }] }
    const without = await mappedOf('SOX 404', { hold: [hold(1)], separate: { history: [chain] } })
    expect(without.reason).toContain('no rule has what was done reviewed')
    const found = await mappedOf('SOX 404', { roles: auditor, hold: [hold(1)], separate: { history: [reviewed] } })
    expect(found.reason).not.toContain('no rule')
    expect(found.rules.find(({ id }) => id === 'H1')?.does).toContain('auditor reviews what was done')
  })
})

describe('non-repudiation', () => {
  it('takes approvals that are signed', async () => {
    expect((await mappedOf('NIST AU-10', { hold: [hold(1)] })).status).toBe('not-implemented')
    for (const level of ['signed', 'phishing-resistant'])
      expect(await mappedOf('NIST AU-10', { hold: [hold(1, { level })] })).toMatchObject({ rules: [{ id: 'writes' }] })
    expect((await mappedOf('NIST AU-10', { hold: [hold(1, { level: 'channel' })] })).rules).toEqual([])
  })
})

const mitigation = (until: string, id = 'M1') => ({
  id,
  rule: 'D1',
  subject: { issuer: 'https://idp.example', id: 'solo' },
  control: 'weekly review',
  owner: '=ciso()',
  until,
})

describe('exceptions', () => {
  const policy = (until: string) => ({ separate: { dynamic: [dynamic] }, mitigations: [mitigation(until)] })

  it('stand with the rule, with who answers for them and until when, and those that are over are told apart', async () => {
    const [exception] = (await mappedOf('NIST AC-5', policy('2026-11-27'))).exceptions
    expect(exception).toEqual({
      id: 'M1',
      rule: 'D1',
      subject: { issuer: 'https://idp.example', id: 'solo' },
      mitigatedBy: 'weekly review',
      owner: '=ciso()',
      until: '2026-11-27T23:59:59.999Z',
      inForce: true,
    })
    expect((await mappedOf('NIST AC-5', policy('2026-11-26'))).exceptions).toMatchObject([{ inForce: false }])
    expect((await mappedOf('NIST AC-3(2)', policy('2026-11-27'))).exceptions).toEqual([])
  })

  it('are those of a rule, and not of a role of the same name', async () => {
    const named = {
      ...policy('2026-11-27'),
      roles: { ...bare.roles, D1: [{ target: 'orders', duty: 'read' }] },
    }
    expect((await mappedOf('PCI 7.2', named)).exceptions).toEqual([])
    const rows = controlMappingCsv(await mappingOf(named)).split('\r\n')
    const of = (control: string, kind: string) =>
      rows.find((line) => line.startsWith(control) && line.includes(`,D1,${kind},`))
    expect(of('PCI 7.2', 'role')).not.toContain('M1')
    expect(of('NIST AC-5', 'role')).not.toContain('M1')
    expect(of('NIST AC-5', 'separate-duties')).toContain('M1')
  })
})

describe('what lint finds', () => {
  const policy = { separate: { static: [roles] } }

  it('keeps a control from being implemented, where people were given', async () => {
    const people = [...person('ann', ['deployer', 'dba']), agent('etl', ['ann'], [])]
    const found = await mappedOf('NIST AC-5', policy, { people })
    expect(found.status).toBe('partly')
    expect(found.reason).toContain('lint finds roles-together at separate.static[0]')
    expect(found.findings).toMatchObject([{ code: 'roles-together', severity: 'error' }])
    const apart = await mappedOf('NIST AC-5', policy, {
      people: [...person('ann', ['deployer']), ...person('bob', ['dba'])],
    })
    expect(apart).toMatchObject({ status: 'implemented', findings: [] })
    expect((await mappingOf(policy, { people })).people).toBe('looked-at')
    expect((await mappingOf(policy)).people).toBe('not-given')
  })

  it('about other rules is not of a control', async () => {
    const people = [...person('ann', ['deployer', 'dba'])]
    expect((await mappedOf('NIST AC-3(2)', { ...policy, hold: [hold(2)] }, { people })).findings).not.toContainEqual(
      expect.objectContaining({ code: 'roles-together' }),
    )
  })
})

describe('the mapping', () => {
  const policy = {
    hold: [hold(2)],
    separate: { dynamic: [dynamic], static: [roles], history: [chain], wall: [wall] },
    deny: [{ id: 'no-drop', target: 'orders', duty: 'define', reason: 'migrations' }],
    limits: [{ role: 'deployer', statements: '60/min' }],
    breakGlass: [glass],
    mitigations: [mitigation('2026-11-27', 'M2'), mitigation('2020-01-01', 'M1')],
  }

  it('is plain JSON, deeply frozen, with a version, the same every time', async () => {
    const mapping = await mappingOf(policy)
    expect(JSON.parse(JSON.stringify(mapping))).toEqual(mapping)
    expect(mapping).toMatchObject({
      version: 1,
      at: '2026-11-27T12:00:00.000Z',
      policy: policyOf({ ...bare, ...policy }).digest,
    })
    expect(JSON.stringify(await mappingOf(policy))).toBe(JSON.stringify(mapping))
    const unfrozen = (value: unknown): boolean =>
      typeof value === 'object' && value !== null && (!Object.isFrozen(value) || Object.values(value).some(unfrozen))
    expect(unfrozen(mapping)).toBe(false)
    expect(mapping.controls.map(({ control }) => control)).toEqual(controls.map(({ id }) => id))
    for (const { exceptions, rules } of mapping.controls) {
      expect(exceptions.map(({ id }) => id)).toEqual(exceptions.map(({ id }) => id).toSorted())
      expect(rules.map(({ id }) => id)).toEqual(rules.map(({ id }) => id).toSorted())
    }
  })

  it('names every kind of rule somewhere', async () => {
    const { controls: all } = await mappingOf(policy)
    const kinds = new Set(all.flatMap(({ rules }) => rules.flatMap((rule) => rule.kinds)))
    for (const kind of [
      'approval',
      'dual-approval',
      'separate-duties',
      'separate-roles',
      'history-chain',
      'wall',
    ] as const)
      expect(kinds).toContain(kind)
    for (const kind of ['break-glass', 'deny', 'limit', 'role', 'review'] as const) expect(kinds).toContain(kind)
  })

  it.each<[string, object]>([
    ['no time', { at: undefined }],
    ['a time that is none', { at: new Date(Number.NaN) }],
    ['a time that is a number', { at: 0 }],
    ['a target that the policy does not have', { auditTargets: ['audit'] }],
    ['an option that does not exist', { directory: [] }],
  ])('is not made with %s', async (_what, options) => {
    await expect(mappingOf({}, options)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })

  it('is not made of what is no policy', async () => {
    await expect(controlMapping({} as never, { at })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})

describe('the mapping as CSV', () => {
  /** Reads CSV as RFC 4180 has it. */
  function parse(text: string): string[][] {
    const cells = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gu)]
    const rows: string[][] = [[]]
    for (const [, quoted, plain, end] of cells) {
      rows.at(-1)?.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'))
      if (end === '\r\n') rows.push([])
    }
    return rows.slice(0, -1)
  }

  it('has a row for each control and rule, and one for a control without', async () => {
    const mapping = await mappingOf({
      hold: [hold(2)],
      separate: { dynamic: [dynamic] },
      mitigations: [mitigation('2026-11-27')],
    })
    const [header = [], ...rows] = parse(controlMappingCsv(mapping))
    expect(header).toHaveLength(14)
    expect(rows.every((row) => row.length === header.length)).toBe(true)
    const expected = mapping.controls.flatMap(({ control, rules }) =>
      rules.length === 0 ? [[control, '']] : rules.map(({ id }) => [control, id]),
    )
    expect(rows.map((row) => [row[0], row[header.indexOf('rule')]])).toEqual(expected)
    const excused = rows.filter((row) => row[header.indexOf('exceptions')] !== '')
    expect(excused.map((row) => row[header.indexOf('rule')])).toEqual(excused.map(() => 'D1'))
    expect(excused[0]?.[header.indexOf('exceptions')]).toBe(
      'M1: solo of https://idp.example, in force, until 2026-11-27T23:59:59.999Z, owner =ciso(), instead weekly review',
    )
  })

  it('begins no cell where another separator is set, with what would run there', async () => {
    const mapping = await mappingOf({})
    const [first] = mapping.controls
    const rule = { id: 'r', rule: 'deny', kinds: [], path: 'p' } as const
    for (const does of ['a;=1+1', 'a|=1+1', 'a\t=1+1']) {
      const written = controlMappingCsv({
        ...mapping,
        controls: [{ ...first, rules: [{ ...rule, does }] } as MappedControl],
      })
      expect(written).toContain(`,"${does}",`)
      expect(parse(written)[1]?.[9]).toBe(does)
    }
  })

  it('runs nothing in a spreadsheet, and keeps quotes, commas and lines in their cell', async () => {
    const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1', 'a "b", c\r\nd']
    const mapping = await mappingOf({})
    const [first] = mapping.controls
    const rule = { id: 'r', rule: 'deny', kinds: [], path: 'p' } as const
    const written = controlMappingCsv({
      ...mapping,
      controls: [{ ...first, rules: hostile.map((does) => ({ ...rule, does })) } as MappedControl],
    })
    const does = parse(written)
      .slice(1)
      .map((row) => row[9])
    expect(does).toEqual([...hostile.slice(0, -1).map((text) => `'${text}`), hostile.at(-1)])
  })
})
