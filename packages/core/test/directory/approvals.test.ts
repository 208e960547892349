import { describe, expect, it } from 'vitest'
import type { Directory, DirectoryRecord } from '../../src/identity/directory.js'
import { standingsIn } from '../../src/identity/standing.js'
import type { Bench } from '../approvals/support.js'
import {
  agent,
  ann,
  approved,
  bench,
  bob,
  deployer,
  heldOf,
  hold,
  human,
  never,
  peerStage,
  people,
  refusalOf,
  requirement,
} from '../approvals/support.js'
import { TableDirectory } from '../identity/directory-support.js'

function person(name: string, ids: readonly string[], more: Partial<DirectoryRecord> = {}): DirectoryRecord {
  const accounts = ids.map((id) => ({ issuer: people, id }))
  return { kind: 'human', person: name, accounts, roles: ['dba'], disabled: false, ...more }
}

function machine(owner: string, more: Partial<DirectoryRecord> = {}): DirectoryRecord {
  return { kind: 'agent', owners: [{ issuer: people, id: owner }], disabled: false, ...more }
}

interface Place {
  readonly on: Bench
  readonly directory: TableDirectory
}

function place(records: Readonly<Record<string, unknown>> = {}, wrap = (one: Directory): Directory => one): Place {
  const directory = new TableDirectory({
    ann: person('ann', ['ann']),
    bob: person('bob', ['bob']),
    olga: person('olga', ['olga', 'olga-admin']),
    'olga-admin': person('olga', ['olga', 'olga-admin']),
    deployer: machine('olga'),
    ...records,
  })
  return { directory, on: bench({ standingNow: standingsIn(wrap(directory), 50) }) }
}

describe('what was approved does not run when between vote and run', () => {
  const changes: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['the approver lost the role', { ann: person('ann', ['ann'], { roles: ['intern'] }) }],
    ['the approver was disabled', { ann: person('ann', ['ann'], { disabled: true }) }],
    ['the approver is gone', { ann: undefined }],
    ['the approver turned out to be no person', { ann: machine('bob') }],
    ['an account of the owner was linked to the approver', { ann: person('ann', ['ann', 'olga']) }],
    ['the approver was found to be the owner', { ann: person('olga', ['ann']) }],
    ['the approver became an owner of the agent', { deployer: machine('ann') }],
  ]
  it.each(changes)('%s', async (_what, after) => {
    const { directory, on } = place()
    const { asked, held } = await approved(on)
    for (const [id, record] of Object.entries(after)) directory.table.set(id, record)
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })

  it('the requester was disabled', async () => {
    const { directory, on } = place()
    const { asked, held } = await approved(on)
    directory.table.set('deployer', machine('olga', { disabled: true }))
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_DIRECTORY_REFUSED' })
  })

  it('the requester lost a role, and nobody is asked any more then', async () => {
    const { directory, on } = place({ deployer: machine('olga', { roles: ['deployer', 'more'] }) })
    const { asked, held } = await approved(on)
    directory.table.set('deployer', machine('olga', { roles: ['more'] }))
    const lost = { code: 'ERR_APPROVAL_VOID', message: expect.stringContaining('took a role from the requester') }
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject(lost)
    expect(on.journal.of('approval.ended')).toMatchObject([{ outcome: 'void' }])
    expect(refusalOf(await on.coordinator.request(hold(), never))).toMatchObject(lost)
    expect(on.journal.of('approval.requested')).toHaveLength(1)
  })

  it('the directory went away', async () => {
    const { directory, on } = place()
    const { asked, held } = await approved(on)
    directory.table.set('ann', 'gone')
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({
      code: 'ERR_DIRECTORY_UNAVAILABLE',
    })
  })

  it('and it runs when nothing changed, after everybody was looked up anew', async () => {
    const { directory, on } = place()
    const { asked, held } = await approved(on)
    directory.asked.length = 0
    expect(await on.coordinator.consume(held, asked.digest)).toMatchObject({ votes: [{ stage: 'peer' }] })
    expect(directory.asked.map(({ id }) => id)).toEqual(expect.arrayContaining(['ann', 'deployer']))
    expect(directory.asked.every(({ fresh }) => fresh)).toBe(true)
  })
})

describe('a vote', () => {
  it.each<readonly [string, unknown]>([
    ['nobody knows', undefined],
    ['is disabled', person('ann', ['ann'], { disabled: true })],
    ['is no person', machine('bob')],
  ])('of somebody who %s is not counted, and another’s is', async (_what, record) => {
    const { on } = place({ ann: record })
    const running = on.coordinator.request(hold(), never)
    expect(await on.hand.allow(ann)).toEqual({ counted: false, reason: 'refused-by-directory' })
    expect(await on.hand.deny(ann)).toEqual({ counted: false, reason: 'refused-by-directory' })
    expect(await on.hand.allow(bob)).toEqual({ counted: true })
    expect((await running).outcome).toBe('approved')
  })

  it('of the owner’s other account is not counted', async () => {
    const { on } = place()
    const running = on.coordinator.request(hold(), never)
    expect(await on.hand.allow(human('olga-admin'))).toEqual({ counted: false, reason: 'not-independent: person' })
    await on.hand.allow(ann)
    expect((await running).outcome).toBe('approved')
  })

  it('of the owner of whoever acts with the token is not counted', async () => {
    const { on } = place({ runner: machine('bob') })
    const actors = [{ issuer: 'https://agents.example', id: 'runner' }]
    const running = on.coordinator.request(hold({ requester: agent('deployer', { actors }) }), never)
    expect(await on.hand.allow(bob)).toEqual({ counted: false, reason: 'not-independent: person' })
    await on.hand.allow(ann)
    expect((await running).outcome).toBe('approved')
  })

  it('counts by the roles of the directory, whatever the token says', async () => {
    const { on } = place({ ann: person('ann', ['ann'], { roles: [] }) })
    const running = on.coordinator.request(hold(), never)
    expect(await on.hand.allow(ann)).toEqual({ counted: false, reason: 'no-role' })
    expect(await on.hand.allow(human('bob', []))).toEqual({ counted: true })
    expect((await running).outcome).toBe('approved')
  })

  it('of an agent does not have the directory asked, so it cannot end the request', async () => {
    const { directory, on } = place({ peer: 'broken' })
    const running = on.coordinator.request(hold(), never)
    const peer = agent('peer', { owners: [{ issuer: people, id: 'zoe' }], runRoot: 'else', roles: ['dba'] })
    expect(await on.hand.deny(peer)).toEqual({ counted: false, reason: 'not-human' })
    expect(directory.asked.map(({ id }) => id)).not.toContain('peer')
    await on.hand.allow(ann)
    expect((await running).outcome).toBe('approved')
  })

  it('is on record with the accounts and the name of the person', async () => {
    const { on } = place({ ann: person('ann', ['ann', 'ann-admin']) })
    await approved(on)
    const [vote] = on.journal.of('approval.vote')
    expect(JSON.parse((vote!['approver'] as { readonly text: string }).text)).toMatchObject({
      person: 'ann',
      aliases: [{ id: 'ann-admin' }],
    })
  })
})

describe('a quorum of two', () => {
  const two = requirement({ stages: [{ ...peerStage, count: 2 }] })

  it('is never met by two accounts of one person', async () => {
    const linked = person('ann', ['ann', 'bob'])
    const { on } = place({ ann: linked, bob: linked, cleo: person('cleo', ['cleo']) })
    const running = on.coordinator.request(hold({ requirement: two }), never)
    await on.hand.allow(ann)
    await on.hand.allow(bob)
    await on.hand.allow(ann)
    let outcome: unknown
    void running.then((result) => {
      outcome = result.outcome
    })
    await new Promise(setImmediate)
    expect(outcome).toBeUndefined()
    await on.hand.allow(human('cleo'))
    expect((await running).outcome).toBe('approved')
  })

  it('is not met any more when the two turn out to be one before the action runs', async () => {
    const { directory, on } = place()
    const asked = hold({ requirement: two })
    const running = on.coordinator.request(asked, never)
    await on.hand.allow(ann)
    await on.hand.allow(bob)
    const held = heldOf(await running)
    directory.table.set('ann', person('ann', ['ann', 'bob']))
    await expect(on.coordinator.consume(held, asked.digest)).rejects.toMatchObject({ code: 'ERR_APPROVAL_VOID' })
  })
})

describe('a request', () => {
  it.each<readonly [string, unknown, string]>([
    ['nobody knows', undefined, 'ERR_DIRECTORY_REFUSED'],
    ['is disabled', machine('olga', { disabled: true }), 'ERR_DIRECTORY_REFUSED'],
    ['has a broken record', { ...machine('olga'), owners: 'olga' }, 'ERR_DIRECTORY_UNAVAILABLE'],
  ])('of somebody who %s is not brought before anybody', async (_what, record, code) => {
    const { on } = place({ deployer: record })
    const outcome = await on.coordinator.request(hold(), never)
    expect(outcome.outcome).toBe('unavailable')
    expect(refusalOf(outcome).code).toBe(code)
    expect(on.hand.request).toBeUndefined()
  })

  it('shows approvers the owners that the directory names, and keeps the digest', async () => {
    const { on } = place({ deployer: machine('bob') })
    const asked = hold()
    const running = on.coordinator.request(asked, never)
    const request = await on.hand.asked
    expect(request.requester.owners).toMatchObject({ known: expect.arrayContaining(['#bob', '#olga']) as unknown })
    expect(request.digest).toBe(asked.digest)
    expect(asked.requester).toBe(deployer)
    expect(await on.hand.allow(bob)).toEqual({ counted: false, reason: 'not-independent: person' })
    await on.hand.allow(ann)
    expect((await running).outcome).toBe('approved')
  })

  it('ends when the directory fails for somebody who votes', async () => {
    const { on } = place({}, (inner) => ({
      resolve: (subject, query) =>
        subject.id === 'ann' ? new Promise(() => undefined) : inner.resolve(subject, query),
    }))
    const running = on.coordinator.request(hold(), never)
    expect(await on.hand.allow(ann)).toEqual({ counted: false, reason: 'failed' })
    expect((await running).outcome).toBe('unavailable')
  })
})
