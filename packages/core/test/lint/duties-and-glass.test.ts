import { describe, expect, it } from 'vitest'
import type { DirectoryEntry } from '../../src/identity/directory.js'
import type { Finding } from '../../src/lint/finding.js'
import { lint } from '../../src/lint/lint.js'
import { agent, ids, person, policyOf } from './support.js'

const roles = `roles:
  worker: [{ target: db, duty: [read, delete] }]
  writer: [{ target: db, duty: write }]
  dba: [{ target: db, duty: approve }]
  oncall: [{ target: db, duty: [read, delete] }]
  auditor: [{ target: db, duty: audit }]
`
const hold = `hold:
  - { id: H1, duty: delete, require: [{ stage: peer, count: 1, role: dba }], ttl: 15m }
`

const codes = (findings: readonly Finding[]): readonly string[] => findings.map(({ code }) => code)

const dbas = [...person('ann', ['dba']), ...person('bob', ['dba'])]

describe('a break-glass rule', () => {
  const glass = (more = '', independent = ''): string =>
    `${roles}${hold}breakGlass:\n  - { id: G1, role: oncall, target: db, duty: delete, for: 1h, ${more}review: { role: auditor, within: 24h${independent} } }\n`
  const found = async (people: readonly DirectoryEntry[], policy = glass()): Promise<readonly Finding[]> =>
    (await lint(policyOf(policy), [...dbas, ...people])).filter(({ code }) => code.startsWith('glass-'))

  it('is fine when somebody could break it and somebody independent could review it', async () => {
    expect(await found([...person('ada', ['oncall']), ...person('grace', ['auditor'])])).toEqual([])
  })

  it.each([
    ['nobody has its role', []],
    ['whoever has it is disabled', person('ada', ['oncall'], ['ada'], { disabled: true })],
    ['only an agent has it and it is for people', [...person('olga', []), agent('bot', ['olga'], ['oncall'])]],
  ])('is for nobody when %s', async (_what, people) => {
    const findings = await found([...people, ...person('grace', ['auditor'])])
    expect(findings).toMatchObject([{ code: 'glass-for-nobody', severity: 'warning', path: 'breakGlass[0]' }])
    expect(findings[0]?.message).toContain('no person of the directory with the role "oncall" could break this glass')
  })

  it('is for agents where it says so', async () => {
    const people = [...person('olga', []), agent('bot', ['olga'], ['oncall']), ...person('grace', ['auditor'])]
    expect(await found(people, glass('from: anyone, '))).toEqual([])
  })

  it.each([
    ['nobody has the role of its review', person('ada', ['oncall']), ['ada']],
    ['only whoever breaks it has that', person('ada', ['oncall', 'auditor']), ['ada']],
    [
      'only the second account of whoever breaks it has that',
      [
        ...person('ada', ['oncall'], ['ada', 'ada-2']).slice(0, 1),
        ...person('ada', ['auditor'], ['ada', 'ada-2']).slice(1),
      ],
      ['ada'],
    ],
    [
      'only an agent has that',
      [...person('ada', ['oncall']), ...person('olga', []), agent('bot', ['olga'], ['auditor'])],
      ['ada'],
    ],
    ['one of two has nobody else', [...person('ada', ['oncall', 'auditor']), ...person('eva', ['oncall'])], ['ada']],
  ])('is not reviewable when %s', async (_what, people, accounts) => {
    const findings = await found(people)
    expect(findings).toMatchObject([{ code: 'glass-unreviewable', severity: 'error', path: 'breakGlass[0].review' }])
    expect(ids(findings[0]?.accounts ?? [])).toEqual(accounts)
  })

  it('is taken to be for anybody whose roles the directory does not name, and reviewed by none of them', async () => {
    const findings = await found(person('ada', undefined))
    expect(codes(findings)).toEqual(['glass-unreviewable'])
  })

  it('is not reviewable where an owner would review an agent', async () => {
    const people = [...person('olga', ['auditor']), agent('bot', ['olga'], ['oncall'])]
    expect(codes(await found(people, glass('from: anyone, ')))).toEqual(['glass-unreviewable'])
  })
})

describe('a history chain', () => {
  const chain = (steps: string, more = ''): string =>
    `${roles}${hold}separate:\n  history: [{ id: C1, steps: [${steps}], per: object, window: 24h${more} }]\n`
  const found = async (people: readonly DirectoryEntry[], policy: string): Promise<readonly Finding[]> =>
    (await lint(policyOf(policy), people)).filter(({ code }) => code === 'chain-unmeetable')

  const all = 'request, approve, execute'
  const etl = agent('etl', ['olga'], ['worker'])
  const olga = person('olga', [])

  it('is fine when three could take a step each', async () => {
    expect(await found([etl, ...olga, ...dbas, ...person('wim', ['writer'])], chain(all))).toEqual([])
  })

  it.each([
    ['whoever executes is the owner of who requests', [etl, ...person('olga', ['writer']), ...dbas], all],
    ['whoever executes is the only approver', [etl, ...olga, ...person('ann', ['dba', 'writer'])], 'approve, execute'],
    ['one has two accounts', [etl, ...olga, ...person('ann', ['dba', 'writer'], ['ann', 'ann-2'])], all],
    [
      'the agents of one person request and execute',
      [etl, ...olga, agent('etl-2', ['olga'], ['writer']), ...dbas],
      all,
    ],
  ])('is stuck when %s', async (_what, people, steps) => {
    const findings = await found(people, chain(steps))
    expect(findings).toMatchObject([{ code: 'chain-unmeetable', severity: 'error', path: 'separate.history[0].steps' }])
    expect(findings[0]?.message).toContain('cannot be taken by people who are distinct')
  })

  it('is not stuck for a step that nobody could take anyway, nor for one that it does not list', async () => {
    expect(await found([etl, ...olga, ...dbas], chain(all))).toEqual([])
    expect(await found([etl, ...person('olga', ['writer']), ...dbas], chain('request, approve'))).toEqual([])
    expect(await found([etl, ...person('olga', ['writer']), ...dbas], chain('approve, execute'))).toEqual([])
    expect(await found([...person('olga', ['writer'])], chain(all))).toEqual([])
  })

  it('is looked at by what it counts over and is about', async () => {
    const people = [etl, ...person('olga', ['writer']), ...dbas]
    expect(await found(people, chain(all, ', over: [run]'))).toEqual([])
    expect(await found(people, chain(all, ', duty: delete'))).toEqual([])
    expect(codes(await found(people, chain(all, ', duty: [delete, write]')))).toEqual(['chain-unmeetable'])
  })
})

describe('the review of a history chain', () => {
  const policy = (steps: string): string =>
    `${roles}${hold}separate:\n  history: [{ id: C1, steps: [${steps}, review], review: { role: auditor, within: 24h }, per: target, window: 24h }]\n`
  const found = async (people: readonly DirectoryEntry[], steps: string): Promise<readonly Finding[]> =>
    (await lint(policyOf(policy(steps)), people)).filter(({ code }) => code === 'work-unreviewable')

  const etl = agent('etl', ['olga'], ['worker'])
  const olga = person('olga', [])
  const wim = person('wim', ['writer'])
  const grace = person('grace', ['auditor'])

  it('is fine when somebody else could give it', async () => {
    expect(await found([etl, ...olga, ...wim, ...dbas, ...grace], 'request, approve, execute')).toEqual([])
  })

  it.each<[string, readonly DirectoryEntry[], string, readonly string[]]>([
    ['nobody has its role', [...wim], 'execute', ['wim']],
    ['only whoever does it has that', [...person('wim', ['writer', 'auditor'])], 'execute', ['wim']],
    ['only an agent has that', [...wim, ...olga, agent('bot', ['olga'], ['auditor'])], 'execute', ['wim']],
    [
      'only the owner of the agent has that',
      [etl, ...person('olga', ['auditor']), ...dbas],
      'request, approve',
      ['etl'],
    ],
    ['only who approves has that', [etl, ...olga, ...person('ann', ['dba', 'auditor'])], 'request, approve', ['etl']],
  ])('is missing when %s', async (_what, people, steps, accounts) => {
    const findings = await found(people, steps)
    expect(findings).toMatchObject([{ severity: 'error', path: 'separate.history[0].review' }])
    expect(ids(findings[0]?.accounts ?? [])).toEqual(accounts)
  })

  it('is there when somebody else could approve, or give it', async () => {
    const both = person('ann', ['dba', 'auditor'])
    expect(await found([etl, ...olga, ...both, ...person('bob', ['dba'])], 'request, approve')).toEqual([])
    expect(await found([etl, ...olga, ...both, ...grace], 'request, approve')).toEqual([])
  })

  it('is asked of nobody for what the chain does not count', async () => {
    expect(await found([...wim], 'request, approve')).toEqual([])
  })
})
