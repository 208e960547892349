import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileDirectory } from '../../src/file-directory.js'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import type { Directory, DirectoryEntry, DirectoryRecord } from '../../src/identity/directory.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { account, agent, person } from '../lint/support.js'

const first = `version: 1
targets: { db: { kind: fake } }
roles:
  worker: [{ target: db, duty: read }]
  dba: [{ target: db, duty: [read, approve] }]
`
const apart = `${first}separate: { static: [{ id: S1, roles: [worker, dba], max: 1 }] }\n`

const both = person('ann', ['worker', 'dba'])
const one = person('ann', ['worker'])

function listing(list: Directory['list']): Directory {
  return { resolve: () => undefined, ...(list === undefined ? {} : { list }) }
}

interface Bench {
  readonly guard: Promise<Guard>
  readonly journal: ReturnType<typeof memoryJournal>
  /** What the policy source holds. */
  readonly source: { content: string }
}

function bench(content: string, directory: Directory, dev = false): Bench {
  const journal = memoryJournal()
  const source = { content }
  const guard = createGuard({
    policy: { load: () => Promise.resolve({ name: 'test', content: source.content }) },
    identity: unverifiedIdentity(),
    directory,
    dev,
    targets: [{ name: 'db', kind: 'fake', close: () => Promise.resolve() }],
    journal,
    deadlineMs: 2_000,
  })
  return { guard, journal, source }
}

async function code(guard: Promise<Guard>): Promise<string> {
  try {
    await (await guard).close()
    return 'created'
  } catch (error) {
    return (error as { code?: string }).code ?? String(error)
  }
}

const lying: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['no list', { length: 0 }],
  ['an entry that is none', [null]],
  ['an entry without a record', [{ subject: { issuer: 'i', id: 'ann' } }]],
  ['an account without an id', [{ subject: { issuer: 'i' }, record: one[0]?.record }]],
  [
    'an account whose issuer has a fragment',
    [{ subject: { issuer: 'i#j', id: 'etl' }, record: agent('etl', ['ann'], []).record }],
  ],
  ['a record of another form', [{ subject: one[0]?.subject, record: { ...one[0]?.record, admin: true } }]],
  ['a record of somebody else', [{ subject: one[0]?.subject, record: person('bob', [])[0]?.record }]],
  ['an account twice', [...one, ...one]],
  ['too many accounts', Array.from({ length: 100_001 }, (_each, index) => person(`p${String(index)}`, [])[0])],
]

describe('a guard whose policy keeps roles apart', () => {
  it('is not created when the directory brings them together, and the message says where, who and what to do', async () => {
    const { guard } = bench(
      apart,
      listing(() => both),
    )
    await expect(guard).rejects.toMatchObject({
      code: 'ERR_DUTY_CONFLICT',
      message: expect.stringContaining('6:22 separate.static[0]: "ann" holds "worker" and "dba"') as unknown,
      hint: 'take roles away in the directory, or change separate.static[0]',
    })
  })

  it.each<readonly [string, Directory]>([
    ['holds them apart', listing(() => one)],
    ['is empty', listing(() => [])],
    ['cannot list', listing(undefined)],
  ])('is created when the directory %s', async (_what, directory) => {
    expect(await code(bench(apart, directory).guard)).toBe('created')
  })

  it.each<readonly [string, Directory['list']]>([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['hangs', () => new Promise(() => undefined)],
    ...lying.map(([what, answer]) => [`answers ${what}`, () => answer as readonly DirectoryEntry[]] as const),
  ])('is not created when the directory %s: that is no empty one', async (_what, list) => {
    expect(await code(bench(apart, listing(list)).guard)).toBe('ERR_DIRECTORY_UNAVAILABLE')
  })

  it('asks nobody for a policy that keeps no roles apart', async () => {
    expect(
      await code(
        bench(
          first,
          listing(() => Promise.reject(new Error('down'))),
        ).guard,
      ),
    ).toBe('created')
  })

  it('does not get such a rule by a reload when the directory brings them together', async () => {
    const on = bench(
      first,
      listing(() => both),
    )
    const guard = await on.guard
    const before = guard.policyDigest
    on.source.content = apart
    await expect(guard.reload()).rejects.toMatchObject({ code: 'ERR_DUTY_CONFLICT' })
    expect(guard.policyDigest).toBe(before)
    expect(on.journal.events.map(({ type }) => type)).toContain('policy.rejected')
    await guard.close()
  })

  it('gets such a rule by a reload when the directory cannot be asked: what narrows waits for nobody', async () => {
    const on = bench(
      first,
      listing(() => Promise.reject(new Error('down'))),
    )
    const guard = await on.guard
    const before = guard.policyDigest
    const failures: string[] = []
    guard.on('failure', ({ refusal }) => failures.push(refusal.code))
    on.source.content = apart
    await guard.reload()
    expect(guard.policyDigest).not.toBe(before)
    expect(failures).toEqual(['ERR_DIRECTORY_UNAVAILABLE'])
    await guard.close()
  })

  it('asks no directory before a reload that only denies more', async () => {
    let asked = 0
    const on = bench(
      apart,
      listing(() => {
        asked++
        return one
      }),
    )
    const guard = await on.guard
    const [before, times] = [guard.policyDigest, asked]
    on.source.content = `${apart}deny: [{ id: D1, target: db, duty: read, resource: 'table:hr.*' }]\n`
    await guard.reload()
    expect([guard.policyDigest === before, asked]).toEqual([false, times])
    await guard.close()
  })

  it('asks it before a reload that widens, and widens nothing when it cannot be asked', async () => {
    let isDown = false
    const on = bench(
      apart,
      listing(() => (isDown ? Promise.reject(new Error('down')) : one)),
      true,
    )
    const guard = await on.guard
    const before = guard.policyDigest
    isDown = true
    on.source.content = apart.replace(
      'worker: [{ target: db, duty: read }]',
      'worker: [{ target: db, duty: [read, write] }]',
    )
    await expect(guard.reload()).rejects.toMatchObject({ code: 'ERR_DIRECTORY_UNAVAILABLE' })
    expect(guard.policyDigest).toBe(before)
    await guard.close()
  })

  it('gets such a rule by a reload when the directory holds them apart', async () => {
    const on = bench(
      first,
      listing(() => one),
    )
    const guard = await on.guard
    const before = guard.policyDigest
    on.source.content = apart
    await guard.reload()
    expect(guard.policyDigest).not.toBe(before)
    await guard.close()
  })

  it('is not created with a file that brings them together', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bothkeys-people-'))
    try {
      const path = join(folder, 'people.yaml')
      await writeFile(
        path,
        `version: 1
issuer: https://idp.example
people: { ann: { accounts: [ann, ann-2], roles: [dba] } }
agents: { etl: { account: etl, owners: [ann], roles: [worker] } }
`,
      )
      const listed = await fileDirectory(path).list({ signal: AbortSignal.timeout(10_000), fresh: true })
      expect(listed.map(({ record, subject }) => [subject.id, record.kind])).toEqual([
        ['ann', 'human'],
        ['ann-2', 'human'],
        ['etl', 'agent'],
      ])
      expect(await code(bench(apart, fileDirectory(path)).guard)).toBe('ERR_DUTY_CONFLICT')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

const admins = `version: 1
targets: { db: { kind: fake } }
roles:
  worker: [{ target: db, duty: read }]
  dba: [{ target: db, duty: [read, approve] }]
  admin: [{ target: db, duty: policy }]
`

describe('a guard whose policy lets some change it and some approve', () => {
  it.each<readonly [string, readonly DirectoryEntry[]]>([
    ['one account has both', person('ann', ['admin', 'dba'])],
    [
      'two accounts of one person have them',
      [
        { subject: account('ann'), record: recordOf(['ann', 'ann-2'], ['admin']) },
        { subject: account('ann-2'), record: recordOf(['ann', 'ann-2'], ['dba']) },
      ],
    ],
    ['a person has one and their agent the other', [...person('ann', ['dba']), agent('etl', ['ann'], ['admin'])]],
  ])('is not created when %s', async (_what, people) => {
    const { guard } = bench(
      admins,
      listing(() => people),
    )
    await expect(guard).rejects.toMatchObject({
      code: 'ERR_DUTY_CONFLICT',
      message: expect.stringContaining('roles.admin[0]: with the role "admin" "') as unknown,
      hint: 'take roles away in the directory, or change roles.admin[0]',
    })
  })

  it.each<readonly [string, Directory]>([
    ['different people have them', listing(() => [...person('ann', ['dba']), ...person('bob', ['admin'])])],
    ['whoever has both is disabled', listing(() => person('ann', ['dba', 'admin'], ['ann'], { disabled: true }))],
    ['the directory cannot list', listing(undefined)],
  ])('is created when %s', async (_what, directory) => {
    expect(await code(bench(admins, directory).guard)).toBe('created')
  })

  it('is not created when the directory fails', async () => {
    const down = listing(() => Promise.reject(new Error('down')))
    expect(await code(bench(admins, down).guard)).toBe('ERR_DIRECTORY_UNAVAILABLE')
  })

  it('gets no policy by a reload with which one person has both', async () => {
    const on = bench(
      admins.replace('duty: policy', 'duty: audit'),
      listing(() => person('ann', ['admin', 'dba'])),
      true,
    )
    const guard = await on.guard
    const before = guard.policyDigest
    on.source.content = admins
    await expect(guard.reload()).rejects.toMatchObject({ code: 'ERR_DUTY_CONFLICT' })
    expect(guard.policyDigest).toBe(before)
    await guard.close()
  })
})

function recordOf(ids: readonly string[], roles: readonly string[]): DirectoryRecord {
  return { kind: 'human', person: 'ann', accounts: ids.map(account), roles, disabled: false }
}
