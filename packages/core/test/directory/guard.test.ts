import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { fileDirectory } from '../../src/file-directory.js'
import { createGuard } from '../../src/guard.js'
import type { Directory } from '../../src/identity/directory.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { accountsAsPeople } from '../../src/known-people.js'
import { inlineSource } from '../../src/policy/inline-source.js'
import type { PolicyInput } from '../../src/policy/policy-input.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { RecordedEvent } from '../../src/record/event.js'
import { agent, answering, ask, bench, describeAs, person, verdict } from '../enforce/support.js'

const issuer = 'unverified'
const record = { kind: 'agent', owners: [{ issuer, id: 'ada' }], disabled: false } as const
const ada = { kind: 'human', person: 'ada', disabled: false } as const

/** A directory that knows the agent of the bench and its owner. */
function directory(changes: object = {}): Directory {
  return { resolve: ({ id }) => ({ a1: { ...record, ...changes }, ada })[id] }
}

describe('a session of a guard with a directory', () => {
  it('is that of the principal with what the directory says, also on record', async () => {
    const on = await bench({ directory: directory({ roles: ['agent'], agentClass: 'etl' }) })
    const session = await on.guard.openSession({ [unverifiedCredential]: { ...agent, roles: ['agent', 'dba'] } })
    expect(session.principal.roles).toEqual(['agent'])
    expect(on.events.find(({ type }) => type === 'session.open')).toMatchObject({
      actor: { owners: { known: ['#ada', 'unverified#ada'] }, roles: ['agent'] },
    })
  })

  it('has no role that the directory does not give', async () => {
    const on = await bench({ directory: directory({ roles: ['dba'] }) })
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('read')))).toBe('ERR_DENIED')
  })

  it.each<readonly [string, Directory, string]>([
    ['knows nobody', { resolve: () => undefined }, 'ERR_DIRECTORY_REFUSED'],
    ['has it disabled', directory({ disabled: true }), 'ERR_DIRECTORY_REFUSED'],
    ['says another class', directory({ agentClass: 'other' }), 'ERR_DIRECTORY_REFUSED'],
    ['hangs', { resolve: () => new Promise(() => undefined) }, 'ERR_DIRECTORY_UNAVAILABLE'],
    ['is broken', { resolve: () => Promise.reject(new Error('down')) }, 'ERR_DIRECTORY_UNAVAILABLE'],
  ])('is not opened when it %s', async (_what, refusing, code) => {
    const on = await bench({ directory: refusing })
    await expect(on.guard.openSession({ [unverifiedCredential]: agent })).rejects.toMatchObject({ code })
    expect(on.events.filter(({ type }) => type === 'session.open')).toEqual([])
  })
})

describe('an action that is held, with people in a file', () => {
  const people = (grace: string): string => `version: 1
issuer: unverified
people:
  ada: { accounts: [ada, ada-admin], roles: [dba] }
  grace: { accounts: [${grace}], roles: [dba] }
agents:
  a1: { account: a1, owners: [ada], agentClass: etl, roles: [agent] }
`

  async function ran(
    approver: string,
    meanwhile: (path: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<{ readonly verdict: string; readonly events: readonly RecordedEvent[] }> {
    const folder = await mkdtemp(join(tmpdir(), 'bothkeys-people-'))
    const path = join(folder, 'people.yaml')
    try {
      await writeFile(path, people('grace'))
      const answer = answering('allow', await person(approver))
      const on = await bench({ directory: fileDirectory(path), approvers: [answer], deadlineMs: 30_000 })
      const { access } = await on.access()
      // The vote is on record, and the approval is about to be spent.
      on.interfere = (event, durability) =>
        event.type === 'approval.vote'
          ? (async () => {
              const recorded = await on.append(event, durability)
              await meanwhile(path)
              return recorded
            })()
          : undefined
      const asked = verdict(await ask(access, describeAs('delete')))
      await on.guard.close()
      return { verdict: asked, events: on.events }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  it('runs when somebody independent approves it', async () => {
    const { events, verdict: came } = await ran('grace')
    expect(came).toBe('permitted')
    expect(events.find(({ type }) => type === 'action.intent')).toMatchObject({
      approval: { votes: [{ approver: { person: 'grace' } }] },
    })
  })

  it('does not when its owner does, by another account, and the record says why', async () => {
    const { events, verdict: came } = await ran('ada-admin')
    expect(came).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(events.find(({ type }) => type === 'approval.refused-vote')).toMatchObject({
      reason: 'not-independent',
      dimensions: ['person'],
    })
  })

  it('does not when somebody does whom the file does not know', async () => {
    const { events, verdict: came } = await ran('eve')
    expect(came).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(events.find(({ type }) => type === 'approval.refused-vote')).toMatchObject({
      reason: 'refused-by-directory',
    })
  })

  it.each<readonly [string, string, string]>([
    ['lost the role', people('grace').replace('[grace], roles: [dba]', '[grace], roles: []'), 'ERR_APPROVAL_VOID'],
    ['was disabled', people('grace').replace('[grace],', '[grace], disabled: true,'), 'ERR_APPROVAL_VOID'],
    ['turned out to be the owner', people('other').replace('ada-admin', 'ada-admin, grace'), 'ERR_APPROVAL_VOID'],
    [
      'is not the only change: the agent was disabled',
      people('grace').replace('[agent]', '[agent], disabled: true'),
      'ERR_DIRECTORY_REFUSED',
    ],
  ])('does not when the approver %s between vote and run', async (_what, after, code) => {
    const { events, verdict: came } = await ran('grace', (path) => writeFile(path, after))
    expect(came).toBe(code)
    expect(events.filter(({ type }) => type === 'approval.vote')).toHaveLength(1)
    expect(events.filter(({ type }) => type === 'action.intent')).toEqual([])
  })
})

describe('a guard', () => {
  const options = (extra: Partial<Parameters<typeof createGuard>[0]>): Parameters<typeof createGuard>[0] => ({
    policy: inlineSource({
      version: 1,
      targets: { db: { kind: 'fake' } },
      roles: { agent: [{ target: 'db', duty: 'read' }] },
    }),
    identity: unverifiedIdentity(),
    targets: [{ name: 'db', kind: 'fake', close: () => Promise.resolve() }],
    journal: memoryJournal(),
    deadlineMs: 500,
    ...extra,
  })

  it('says that it has no directory', async () => {
    const guard = await createGuard(options({}))
    const told = vi.fn<() => void>()
    guard.on('withoutDirectory', told)
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(told).toHaveBeenCalledTimes(1)
    await guard.close()
  })

  it('opens its directory and closes it', async () => {
    const calls: string[] = []
    const guard = await createGuard(
      options({
        directory: {
          open: () => void calls.push('open'),
          resolve: () => undefined,
          close: () => void calls.push('close'),
        },
      }),
    )
    guard.on('withoutDirectory', () => expect.unreachable())
    await new Promise(setImmediate)
    await guard.close()
    expect(calls).toEqual(['open', 'close'])
  })

  it.each<readonly [string, Directory['open'], object]>([
    ['that does not open', () => Promise.reject(new Error('no')), { message: 'no' }],
    ['that hangs', () => new Promise(() => undefined), { code: 'ERR_DEADLINE' }],
  ])('is not created with a directory %s, and leaves nothing open', async (_what, open, error) => {
    const closed = vi.fn<() => void>()
    const failing = { open: open!, resolve: () => undefined, close: closed }
    await expect(createGuard(options({ directory: failing }))).rejects.toMatchObject(error)
    expect(closed).toHaveBeenCalledTimes(1)
  })

  it('is not created with a broken file, and tells its observers of one that breaks later', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bothkeys-people-'))
    const path = join(folder, 'people.yaml')
    try {
      await writeFile(path, 'version: 2\n')
      await expect(createGuard(options({ directory: fileDirectory(path) }))).rejects.toMatchObject({
        code: 'ERR_DIRECTORY_INVALID',
      })
      await writeFile(path, 'version: 1\nissuer: unverified\npeople: { ada: { accounts: [ada] } }\n')
      // Two looks at the file have to agree, which takes a busy machine its time.
      const guard = await createGuard(
        options({ directory: fileDirectory(path, { maxStaleMs: 0 }), deadlineMs: 60_000 }),
      )
      const failures: unknown[] = []
      guard.on('failure', ({ refusal }) => failures.push(refusal.code))
      await writeFile(path, 'version: 2\n')
      await new Promise((done) => setTimeout(done, 300))
      const opening = guard.openSession({ [unverifiedCredential]: { kind: 'human', subject: 'ada', roles: [] } })
      await expect(opening).rejects.toMatchObject({ code: 'ERR_DIRECTORY_UNAVAILABLE' })
      expect(failures).toEqual(['ERR_DIRECTORY_INVALID'])
      await guard.close()
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  const held = {
    version: 1,
    targets: { db: { kind: 'fake' } },
    roles: { agent: [{ target: 'db', duty: ['read', 'delete'] }], dba: [{ target: 'db', duty: 'approve' }] },
    hold: [
      { id: 'deletes', target: 'db', duty: 'delete', require: [{ stage: 'one', count: 1, role: 'dba' }], ttl: '1m' },
    ],
  } as const

  it('is not created without one where people decide, unless each account is said to be a person', async () => {
    await expect(createGuard(options({ policy: inlineSource(held) }))).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      hint: expect.stringContaining('accountsAsPeople') as string,
    })
    const guard = await createGuard(options({ policy: inlineSource(held), directory: accountsAsPeople }))
    const told = vi.fn<() => void>()
    guard.on('withoutDirectory', told)
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(told).toHaveBeenCalledTimes(1)
    await guard.close()
  })

  it('is not created without one where people only review', async () => {
    const { roles, targets, version } = held
    const reviewed: PolicyInput = {
      version,
      targets,
      roles: { ...roles, auditor: [{ target: 'db', duty: 'audit' }] },
      separate: {
        history: [
          {
            id: 'looked-at',
            steps: ['execute', 'review'],
            review: { role: 'auditor', within: '1h' },
            duty: 'delete',
            per: 'target',
            window: '1h',
          },
        ],
      },
    }
    await expect(createGuard(options({ policy: inlineSource(reviewed) }))).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
      hint: expect.stringContaining('accountsAsPeople') as string,
    })
    const guard = await createGuard(options({ policy: inlineSource(reviewed), directory: accountsAsPeople }))
    await guard.close()
  })

  it('asks nobody when a policy that holds comes later', async () => {
    const on = await bench({ approvers: [answering('allow', await person('grace'))], directory: 'none' })
    on.policy = { ...on.policy, hold: [{ ...held.hold[0], require: [{ stage: 'one', count: 1, role: 'dba' }] }] }
    await on.guard.reload()
    const { access } = await on.access()
    expect(verdict(await ask(access, describeAs('read')))).toBe('permitted')
    expect(verdict(await ask(access, describeAs('delete')))).toBe('ERR_APPROVAL_UNAVAILABLE')
    expect(on.events.filter(({ type }) => type.startsWith('approval.vote'))).toEqual([])
    await on.guard.close()
  })
})
