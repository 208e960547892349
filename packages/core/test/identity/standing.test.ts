import { describe, expect, it } from 'vitest'
import { conflicts, mandatoryDimensions } from '../../src/duties/independence.js'
import type { Directory, DirectoryRecord } from '../../src/identity/directory.js'
import { standingAsVerified, standingsIn } from '../../src/identity/standing.js'
import { delegatedPrincipal, isPrincipal, linkedPrincipal } from '../../src/identity/make-principal.js'
import type { Principal } from '../../src/model/principal.js'
import {
  account,
  agentRecord,
  humanOf,
  issuer,
  personRecord,
  principalOf,
  TableDirectory,
} from './directory-support.js'

const olga = personRecord('olga', ['olga', 'olga-admin'])
const bob = personRecord('bob', ['bob'])

function directory(records: Readonly<Record<string, unknown>> = {}): TableDirectory {
  return new TableDirectory({ olga, 'olga-admin': olga, bob, etl: agentRecord(['olga']), ...records })
}

const standing = (on: Directory, deadlineMs = 5_000): ReturnType<typeof standingsIn> => standingsIn(on, deadlineMs)

async function refusalCode(step: unknown): Promise<unknown> {
  return Promise.resolve(step).then(
    () => 'let through',
    (error: unknown) => (error as { code?: string }).code,
  )
}

function delegated(from: Principal, agentClass: string): Principal {
  const link = { session: 's', run: from.run.id, subject: from.subject, roles: from.roles }
  const expiresAtMs = from.expiresAt.getTime()
  return delegatedPrincipal(from, { link, runId: 'child', roles: ['reader'], agentClass, key: undefined, expiresAtMs })
}

describe('a principal in the directory', () => {
  it('is every account of the person, under the person’s name', async () => {
    const { principal } = await standing(directory())(humanOf('olga-admin'), false)
    expect(isPrincipal(principal)).toBe(true)
    expect(principal).toMatchObject({ person: 'olga', aliases: [account('olga')], subject: account('olga-admin') })
  })

  it('has the accounts and the names of its owners beside those of its token', async () => {
    const { principal } = await standing(directory())(principalOf('etl', { owners: [account('zoe')] }), false)
    expect(principal.owners).toEqual({
      known: ['#olga', `${issuer}#olga`, `${issuer}#olga-admin`, `${issuer}#zoe`],
    })
  })

  it('is no other than an owner by the second account of whoever its token names', async () => {
    const on = directory({ etl: agentRecord(['bob']) })
    const now = standing(on)
    const { principal: agent } = await now(principalOf('etl', { owners: [account('olga-admin')] }), false)
    const { principal: voter } = await now(humanOf('olga'), false)
    expect(agent.owners).toMatchObject({ known: expect.arrayContaining(['#olga', '#bob']) as unknown })
    expect(conflicts(agent, voter, mandatoryDimensions)).toEqual(['person'])
  })

  it('is a person by no second account of whoever their tokens name as accountable', async () => {
    const on = directory({ ida: personRecord('ida', ['ida']) })
    const now = standing(on)
    const { principal: one } = await now(humanOf('bob', { owners: [account('olga')] }), true)
    const { principal: other } = await now(humanOf('ida', { owners: [account('olga-admin')] }), true)
    expect(conflicts(one, other, mandatoryDimensions)).toEqual(['person'])
  })

  it.each([
    ['an agent of theirs', 'runner', { runner: agentRecord(['bob']) }],
    [
      'a person',
      'bob-2',
      { bob: personRecord('bob', ['bob', 'bob-2']), 'bob-2': personRecord('bob', ['bob', 'bob-2']) },
    ],
  ] as const)('is of whoever stands behind %s that acts with its token', async (_who, actor, records) => {
    const now = standing(directory(records))
    const { principal: requester } = await now(principalOf('etl', { actors: [account(actor)] }), true)
    const { principal: voter } = await now(humanOf('bob'), true)
    expect(conflicts(requester, voter, ['person'])).toEqual(['person'])
    expect(requester.owners).toMatchObject({ known: expect.arrayContaining(['#olga', '#bob']) as unknown })
  })

  it('is of nobody else where the directory does not know who acts with its token', async () => {
    const { principal } = await standing(directory())(principalOf('etl', { actors: [account('gateway')] }), true)
    expect(principal.owners).toEqual({ known: ['#olga', `${issuer}#olga`, `${issuer}#olga-admin`] })
    expect(principal.actors).toEqual([`${issuer}#gateway`])
  })

  it('keeps the roles that its token and the directory both give', async () => {
    const on = directory({ etl: agentRecord(['olga'], { roles: ['reader', 'dba'] }) })
    const found = await standing(on)(principalOf('etl'), false)
    expect(found.principal.roles).toEqual(['reader'])
    expect(found.roles).toEqual(['reader'])
  })

  it('keeps those of its token where the directory lists none, and has none where it lists that', async () => {
    expect((await standing(directory())(principalOf('etl'), false)).roles).toEqual(['reader', 'writer'])
    const on = directory({ etl: agentRecord(['olga'], { roles: [] }) })
    expect((await standing(on)(principalOf('etl'), false)).principal.roles).toEqual([])
  })

  it('decides requests by the directory’s roles when it is a person, and acts by those that its token gives as well', async () => {
    const on = directory({ bob: personRecord('bob', ['bob'], { roles: ['security'] }) })
    const found = await standing(on)(humanOf('bob', { roles: ['dba'] }), true)
    expect(found.roles).toEqual(['security'])
    expect(found.principal.roles).toEqual([])
    expect(on.asked).toEqual([{ id: 'bob', fresh: true }])
  })

  it('has the class of the directory where its token says none', async () => {
    const on = directory({ etl: agentRecord(['olga'], { agentClass: 'etl' }) })
    expect((await standing(on)(principalOf('etl'), false)).principal.agentClass).toEqual({ known: ['etl'] })
    const told = await standing(directory())(principalOf('etl', { agentClass: 'etl' }), false)
    expect(told.principal.agentClass).toEqual({ known: ['etl'] })
  })

  it('keeps a class of its own beside that of the directory when it was delegated', async () => {
    const now = standing(directory({ etl: agentRecord(['olga'], { agentClass: 'etl' }) }))
    const { principal } = await now(principalOf('etl'), false)
    const child = delegated(principal, 'summary')
    const live = await now(child, true)
    expect(live.principal).toMatchObject({
      agentClass: { known: ['etl', 'summary'] },
      run: child.run,
      roles: ['reader'],
    })
    expect(live.principal.delegation).toEqual(child.delegation)
    expect(live.roles).toEqual(['reader'])
    const moved = standing(directory({ etl: agentRecord(['olga'], { agentClass: 'deployer' }) }))
    expect(await refusalCode(moved(child, true))).toBe('ERR_DIRECTORY_REFUSED')
  })

  it('stays of an unknown class when it was delegated before the directory knew one', async () => {
    const on = directory()
    const { principal } = await standing(on)(principalOf('etl'), false)
    const child = delegated(principal, 'summary')
    on.table.set('etl', agentRecord(['olga'], { agentClass: 'etl' }))
    expect((await standing(on)(child, true)).principal.agentClass).toBe('unknown')
  })

  it('keeps what it was known by when it is looked up again after the directory changed', async () => {
    const on = directory()
    const now = standing(on)
    const { principal } = await now(principalOf('etl'), false)
    on.table.set('etl', agentRecord(['bob']))
    const again = await now(principal, true)
    expect(again.principal.owners).toMatchObject({ known: expect.arrayContaining(['#olga', '#bob']) as unknown })
    const { principal: person } = await now(humanOf('olga'), false)
    expect((await now(person, true)).principal.aliases).toEqual([account('olga-admin')])
  })
})

/** What an approver's own lookup makes of somebody whom it knows by name. */
const named = (id: string, person: string | undefined): Principal =>
  linkedPrincipal(humanOf(id), { person, aliases: [], owners: [], agentClass: undefined, roles: ['dba'] })

describe('a person whom somebody else has named', () => {
  it('is refused when the directory names them otherwise, so that two accounts of theirs do not count twice', async () => {
    const now = standing(directory())
    expect(conflicts(named('olga', 'ann'), named('bob', 'ann'), mandatoryDimensions)).toEqual(['person'])
    for (const id of ['olga', 'bob'])
      expect(await refusalCode(now(named(id, 'ann'), true))).toBe('ERR_DIRECTORY_REFUSED')
  })

  it('is let through when the directory says the same, or nobody named them before', async () => {
    const now = standing(directory())
    for (const person of ['bob', undefined])
      expect((await now(named('bob', person), true)).principal.person).toBe('bob')
    const { principal } = await now(humanOf('olga'), false)
    expect((await now(principal, true)).principal.person).toBe('olga')
  })
})

describe('a principal is refused', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, ReturnType<typeof principalOf>])[] = [
    ['that the directory does not know', {}, humanOf('eve')],
    ['that is disabled', { bob: personRecord('bob', ['bob'], { disabled: true }) }, humanOf('bob')],
    ['that is a person by its token and an agent by the directory', {}, humanOf('etl')],
    ['that is an agent by its token and a person by the directory', {}, principalOf('bob')],
    ['that is a workload by its token and an agent by the directory', {}, principalOf('etl', { kind: 'workload' })],
    [
      'whose class is another in the directory',
      { etl: agentRecord(['olga'], { agentClass: 'etl' }) },
      principalOf('etl', { agentClass: 'deployer' }),
    ],
    ['whose owner the directory does not know', { etl: agentRecord(['olga', 'nobody']) }, principalOf('etl')],
    ['whose owner is an agent', { etl: agentRecord(['other']), other: agentRecord(['olga']) }, principalOf('etl')],
    [
      'whose token names an agent as its owner',
      { other: agentRecord(['olga']) },
      principalOf('etl', { owners: [account('other')] }),
    ],
    [
      'whose owners are all disabled',
      { etl: agentRecord(['bob']), bob: personRecord('bob', ['bob'], { disabled: true }) },
      principalOf('etl'),
    ],
    [
      'with whose token a disabled account acts',
      { runner: agentRecord(['olga'], { disabled: true }) },
      principalOf('etl', { actors: [account('runner')] }),
    ],
    [
      'with whose token an agent acts for which nobody is accountable now',
      { runner: agentRecord(['bob']), bob: personRecord('bob', ['bob'], { disabled: true }) },
      principalOf('etl', { actors: [account('runner')] }),
    ],
  ]
  it.each(cases)('%s', async (_what, records, principal) => {
    expect(await refusalCode(standing(directory(records))(principal, false))).toBe('ERR_DIRECTORY_REFUSED')
  })

  it('unless one owner is left', async () => {
    const records = { etl: agentRecord(['bob', 'olga']), bob: personRecord('bob', ['bob'], { disabled: true }) }
    expect((await standing(directory(records))(principalOf('etl'), false)).principal.kind).toBe('agent')
  })
})

describe('a directory that', () => {
  const down: readonly (readonly [string, Directory['resolve']])[] = [
    [
      'throws',
      () => {
        throw new Error('password=hunter2')
      },
    ],
    ['rejects', () => Promise.reject(new Error('password=hunter2'))],
    ['hangs', () => new Promise(() => undefined)],
    ['hangs although it is told to stop', (_subject, { signal }) => new Promise(() => signal.throwIfAborted())],
  ]
  it.each(down)('%s lets nobody through', async (_what, resolve) => {
    const step = standing({ resolve }, 20)(humanOf('bob'), false)
    await expect(step).rejects.toMatchObject({
      code: 'ERR_DIRECTORY_UNAVAILABLE',
      message: expect.not.stringContaining('hunter2') as string,
    })
  })

  it('is down for the owner alone lets nobody through either', async () => {
    const on = directory()
    const resolve: Directory['resolve'] = (subject, query) => {
      if (subject.id === 'olga') throw new Error('down')
      return on.resolve(subject, query)
    }
    expect(await refusalCode(standing({ resolve })(principalOf('etl'), false))).toBe('ERR_DIRECTORY_UNAVAILABLE')
  })

  const getter = Object.defineProperty({ ...bob }, 'roles', {
    enumerable: true,
    get: () => {
      throw new Error('no')
    },
  })
  const many = Array.from({ length: 65 }, (_, index) => account(`a${String(index)}`))
  const lies: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['a string', 'bob'],
    ['a list', [bob]],
    ['nothing', {}],
    ['a record with a member that none has', { ...bob, disabeld: true }],
    ['no word on whether it is disabled', { ...bob, disabled: undefined }],
    ['disabled as a string', { ...bob, disabled: 'false' }],
    ['another kind', { ...bob, kind: 'admin' }],
    [
      'a kind that is inherited',
      Object.assign(Object.create({ kind: 'human' }) as object, { ...bob, kind: undefined }),
    ],
    ['a human without a person', { ...bob, person: undefined }],
    ['a human with owners', { ...bob, owners: [account('olga')] }],
    ['a person with hidden characters', { ...bob, person: 'bo\u200bb' }],
    ['the accounts of somebody else', { ...bob, accounts: [account('olga')] }],
    ['accounts that are no list', { ...bob, accounts: account('bob') }],
    ['accounts without an issuer', { ...bob, accounts: [{ id: 'bob' }] }],
    ['an issuer with a fragment', { ...bob, accounts: [account('bob'), { issuer: 'a#b', id: 'c' }] }],
    ['too many accounts', { ...bob, accounts: [account('bob'), ...many] }],
    ['roles in one string', { ...bob, roles: 'dba' }],
    ['a role that is no string', { ...bob, roles: [7] }],
    ['too many roles', { ...bob, roles: Array.from({ length: 257 }, (_, index) => `r${String(index)}`) }],
    ['a getter that throws', getter],
  ]
  it.each(lies)('answers %s about a person lets nobody through', async (_what, record) => {
    expect(await refusalCode(standing(directory({ bob: record }))(humanOf('bob'), false))).toBe(
      'ERR_DIRECTORY_UNAVAILABLE',
    )
  })

  it.each<readonly [string, Partial<DirectoryRecord>]>([
    ['no owner', { owners: [] }],
    ['owners left out', { owners: undefined }],
    ['a person', { person: 'etl' }],
    ['a class that is no name', { agentClass: '' }],
  ])('answers %s about an agent lets nobody through', async (_what, changes) => {
    const on = directory({ etl: { ...agentRecord(['olga']), ...changes } })
    expect(await refusalCode(standing(on)(principalOf('etl'), false))).toBe('ERR_DIRECTORY_UNAVAILABLE')
  })
})

describe('without a directory', () => {
  it('everybody stands as they were verified', () => {
    const ann = humanOf('ann')
    expect(standingAsVerified(ann, true)).toEqual({ principal: ann, roles: ['dba'] })
  })
})
