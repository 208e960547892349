import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { controls } from '../../src/controls/control.js'
import type { ControlId } from '../../src/controls/control.js'
import type { Evidence } from '../../src/controls/evidence.js'
import { evidenceFor } from '../../src/controls/evidence.js'
import { createGuard } from '../../src/guard.js'
import type { GuardedTarget, SessionAccess } from '../../src/access.js'
import { sessionAccess } from '../../src/access.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { Duty } from '../../src/model/effect.js'
import type { RecordedEvent } from '../../src/record/event.js'
import { fileJournal } from '../../src/record/file-journal.js'
import type { JournalFactory } from '../../src/record/journal.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import { scriptedApprover } from '../../src/testing/scripted-approver.js'
import { provenApprover } from './proven-approver.js'
import { agent, ask, describeAs, person, verdict } from '../enforce/support.js'

const policy = {
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: {
    agent: [{ target: 'db', duty: ['read', 'write', 'delete', 'define'] }],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  hold: [
    {
      id: 'two',
      target: 'db',
      duty: ['write', 'define'],
      require: [{ stage: 'dba', count: 2, role: 'dba' }],
      ttl: '1m',
    },
    { id: 'one', target: 'db', duty: 'delete', require: [{ stage: 'dba', count: 1, role: 'dba' }], ttl: '1m' },
    {
      id: 'short',
      target: 'db',
      duty: 'write',
      resource: 'table:public.late',
      require: [{ stage: 'dba', count: 2, role: 'dba' }],
      ttl: '1s',
    },
  ],
}

/** Runs held actions of every kind, and answers what became of each and the intents of those that two people approved. */
async function work(journal: JournalFactory): Promise<readonly string[]> {
  const [ann, bob] = await Promise.all([person('ann'), person('bob')])
  const target: GuardedTarget = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const script = (text: string) => {
    if (text.includes('denied')) return [{ decision: 'deny', approver: ann }] as const
    if (text.includes('claimed')) return []
    if (text.includes('late')) return [{ decision: 'allow', approver: ann }] as const
    return [
      { decision: 'allow', approver: ann },
      { decision: 'allow', approver: bob },
    ] as const
  }
  const claims = [ann, bob].map((approver) => ({ decision: 'allow', approver }) as const)
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    identity: unverifiedIdentity(),
    targets: [target],
    approvers: [
      provenApprover(script),
      scriptedApprover(({ view: { text } }) => (text.includes('claimed') ? claims : [])),
    ],
    journal,
  })
  const session = await guard.openSession({ [unverifiedCredential]: agent })
  const access = sessionAccess(session, target)
  const said: string[] = []
  const asks = async (duty: Duty, what = 'plain', resource = 'table:public.t') => {
    const description = {
      ...describeAs(duty),
      text: what,
      recordedText: what,
      effects: [{ duty, resource, attributes: {} }],
    }
    said.push(await run(access, description))
  }
  await asks('write')
  await asks('read')
  await asks('delete')
  await asks('write', 'denied')
  await asks('write', 'late', 'table:public.late')
  await asks('define')
  await asks('grant')
  // Two people as well, for all that the callback says.
  await asks('write', 'claimed')
  await session.close()
  await guard.close()
  return said
}

async function run(access: SessionAccess, description: ReturnType<typeof describeAs>): Promise<string> {
  const admission = await ask(access, description)
  if (admission.outcome === 'permitted') {
    admission.permit.use()
    await admission.permit.settle({ outcome: description.effects[0]?.duty === 'define' ? 'failed' : 'completed' })
  }
  return verdict(admission)
}

async function found(
  control: ControlId,
  journal: string | readonly RecordedEvent[],
  signal?: AbortSignal,
): Promise<readonly Evidence[]> {
  const all: Evidence[] = []
  for await (const one of evidenceFor(control, journal, signal === undefined ? {} : { signal })) all.push(one)
  return all
}

let folder: string
let events: readonly RecordedEvent[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bothkeys-evidence-'))
  const memory = memoryJournal()
  const expected = [
    'permitted',
    'permitted',
    'permitted',
    'ERR_APPROVAL_DENIED',
    'ERR_APPROVAL_EXPIRED',
    'permitted',
    'ERR_DENIED',
    'permitted',
  ]
  expect(await work(memory)).toEqual(expected)
  expect(await work(fileJournal(join(folder, 'audit')))).toEqual(expected)
  ;({ events } = memory)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('the evidence of dual authorization', () => {
  it('is exactly the actions that two people provably approved, with where they stand and how they ended', async () => {
    const intents = events.filter(({ type }) => type === 'action.intent')
    expect(intents).toHaveLength(5)
    const [write, , , define] = intents
    const evidence = await found('NIST AC-3(2)', events)
    expect(evidence.map(({ lsn, outcome, rules, target }) => ({ lsn, outcome, rules, target }))).toEqual([
      { lsn: write?.lsn, outcome: 'completed', rules: ['two'], target: 'db' },
      { lsn: define?.lsn, outcome: 'failed', rules: ['two'], target: 'db' },
    ])
    for (const { approvers } of evidence) expect(approvers.map(({ id }) => id)).toEqual(['ann', 'bob'])
    expect(await found('NIST CM-5(4)', events)).toEqual(evidence.map((one) => ({ ...one, control: 'NIST CM-5(4)' })))
  })

  it('has the hash by which the next event of the session names it', async () => {
    for (const { hash, lsn, session } of await found('NIST AC-3(2)', events)) {
      const next = events.find((event) => event.session === session && event.lsn > lsn)
      expect(next?.prev).toBe(hash)
    }
  })

  it('is the same of a journal in files, and plain JSON that is frozen', async () => {
    const inFiles = await found('NIST AC-3(2)', join(folder, 'audit'))
    expect(inFiles).toHaveLength(2)
    const [one] = inFiles
    expect(JSON.parse(JSON.stringify(one))).toEqual(one)
    expect(Object.isFrozen(one)).toBe(true)
    expect(inFiles.map(({ outcome }) => outcome)).toEqual(['completed', 'failed'])
  })
})

describe('the evidence of other controls', () => {
  it.each<[ControlId, readonly string[]]>([
    ['PCI 6.5.4', ['action.intent', 'action.intent', 'action.intent', 'action.intent']],
    ['NIST AU-10', []],
    ['NIST AU-9(5)', []],
    ['NIST AC-5', []],
    ['PCI 7.2', ['policy.loaded', 'session.open', 'action.denied']],
    ['NIST AC-6(9)', ['policy.loaded', 'action.intent']],
    ['ISO A.5.3', ['action.intent', 'action.intent', 'action.intent', 'action.intent']],
  ])('%s', async (control, types) => {
    const evidence = await found(control, events)
    expect(
      evidence
        .map(({ type }) => type)
        .filter((type) => type !== 'action.denied' || control === 'PCI 7.2')
        .slice(0, types.length),
    ).toEqual(types)
    if (control !== 'PCI 7.2') expect(evidence).toHaveLength(types.length)
  })

  it('is found by a query for each of them, and never by one that is not known', async () => {
    for (const { id } of controls) await expect(found(id, events)).resolves.toBeInstanceOf(Array)
    await expect(found('NIST XX-1' as ControlId, events)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    await expect(found('constructor' as ControlId, events)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})

describe('a journal that is not as it was written', () => {
  const corrupt = { code: 'ERR_JOURNAL_CORRUPT' }

  /** The first answer for a journal. */
  const firstOf = (journal: string | readonly RecordedEvent[]) => evidenceFor('NIST AC-3(2)', journal).next()

  it('is no evidence, not even what stands in front of the damage', async () => {
    const last = events.findLastIndex(({ session }) => session !== 'engine')
    const changes: readonly ((event: RecordedEvent, index: number) => RecordedEvent | undefined)[] = [
      (event, index) => (index === last - 2 ? { ...event, note: 'x' } : event),
      (event, index) => (index === last - 2 ? undefined : event),
      (event, index) => (index === last ? { ...event, prev: '0'.repeat(64) } : event),
      (event, index) => (index === last ? { ...event, seq: event.seq + 1 } : event),
      (event, index) => (index === last ? { ...event, v: 2 as 1 } : event),
      (event, index) => (index === last ? { ...event, note: undefined, odd: 1n } : event),
    ]
    for (const change of changes) {
      const changed = events.flatMap((event, index) => change(event, index) ?? [])
      await expect(firstOf(changed)).rejects.toMatchObject(corrupt)
    }
    await expect(firstOf(events.toReversed())).rejects.toMatchObject(corrupt)
    await expect(firstOf(events.slice(1))).rejects.toMatchObject(corrupt)
    await expect(firstOf(events)).resolves.toMatchObject({ done: false })
  })

  it('is no evidence in files either', async () => {
    const audit = join(folder, 'audit')
    const [name = ''] = (await readdir(audit)).filter((file) => /\d/u.test(file))
    const text = await readFile(join(audit, name), 'utf8')
    const lines = text.split('\n')
    const at = lines.findIndex((line) => line.includes('"action.denied"'))
    const forged = lines.map((line, index) => (index === at ? line.replace('ERR_', 'ERX_') : line))
    expect(forged).not.toEqual(lines)
    await writeFile(join(audit, name), forged.join('\n'))
    await expect(firstOf(audit)).rejects.toMatchObject(corrupt)
    await writeFile(join(audit, name), text)
    await expect(firstOf(audit)).resolves.toMatchObject({ done: false })
  })

  it('that ends within an event, as after a crash, is evidence up to there', async () => {
    const audit = join(folder, 'audit')
    const [name = ''] = (await readdir(audit)).filter((file) => /\d/u.test(file))
    const text = await readFile(join(audit, name), 'utf8')
    await writeFile(join(audit, name), text.slice(0, -20))
    expect(await found('NIST AC-3(2)', audit)).toHaveLength(2)
    await writeFile(join(audit, name), text)
  })

  it('that cannot be read is said to be, and looking is aborted when that is asked', async () => {
    await expect(firstOf(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'ERR_JOURNAL_UNAVAILABLE' })
    await expect(found('PCI 10.2', events, AbortSignal.abort())).rejects.toMatchObject({ code: 'ERR_ABORTED' })
  })
})
