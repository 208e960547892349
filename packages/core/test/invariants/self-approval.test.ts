import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { SessionAccess } from '../../src/access.js'
import { sessionAccess } from '../../src/access.js'
import type { ApprovalRequest, ApprovalVote, Approver, VoteReceipt } from '../../src/approvals/approver.js'
import { requestKey } from '../../src/approvals/pending-index.js'
import { fileDirectory } from '../../src/file-directory.js'
import { fileSource } from '../../src/file-source.js'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import type { Ledger } from '../../src/ledger/ledger.js'
import { memoryLedger } from '../../src/ledger/memory-ledger.js'
import { systemClock } from '../../src/model/clock.js'
import type { Principal } from '../../src/model/principal.js'
import type { SnapshotValue } from '../../src/model/snapshot.js'
import type { RecordedEvent } from '../../src/record/event.js'
import { fileJournal } from '../../src/record/file-journal.js'
import { ask, describeAs, verdict } from '../enforce/support.js'
import { human } from './support.js'

/**
 * An agent that has everything in its process within reach, but the keys of other people, tries to have its own action
 * approved. Each try is refused, and the journal on disk says why.
 */

const policyText = `
version: 1
targets: { db: { kind: fake } }
roles:
  agent: [{ target: db, duty: [read, write] }]
  dba: [{ target: db, duty: approve }]
hold:
  - { id: writes, duty: write, require: [{ stage: dba, count: 1, role: dba }], ttl: 1s }
`

/** Ada has a second account, which the tokens do not tell. */
const people = `
version: 1
issuer: unverified
people:
  ada: { accounts: [ada, ada-admin] }
  grace: { accounts: [grace] }
  linus: { accounts: [linus] }
agents:
  a1: { account: a1, owners: [ada], agentClass: etl }
`

/** It has the role of approvers, too. */
const agent = { kind: 'agent', subject: 'a1', roles: ['agent', 'dba'], owners: ['ada'], agentClass: 'etl' } as const

type Try = (
  request: ApprovalRequest,
  vote: (vote: ApprovalVote) => Promise<VoteReceipt>,
  signal: AbortSignal,
) => Promise<void>

let folder: string
let policyFile: string
let ledger: Ledger
let guard: Guard
let access: SessionAccess
let attack: Try
const target = { name: 'db', kind: 'fake', close: () => Promise.resolve() }

const approver: Approver = { name: 'attacked', level: 'asserted', ask: (...request) => attack(...request) }

async function start(): Promise<void> {
  guard = await createGuard({
    policy: fileSource(policyFile),
    directory: fileDirectory(join(folder, 'people.yaml')),
    identity: unverifiedIdentity(),
    targets: [target],
    approvers: [approver],
    journal: fileJournal(join(folder, 'audit'), { head: { path: join(folder, 'head.json') } }),
    ledger,
  })
  access = sessionAccess(await guard.openSession({ [unverifiedCredential]: agent }), target)
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bothkeys-self-'))
  policyFile = join(folder, 'bothkeys.yaml')
  await writeFile(policyFile, policyText)
  await writeFile(join(folder, 'people.yaml'), people)
  ledger = memoryLedger({ clock: systemClock })
  await start()
})

afterEach(async () => {
  await guard.close()
  await rm(folder, { recursive: true, force: true })
})

/** What the journal on disk holds, of one kind. */
async function onDisk(type: string): Promise<RecordedEvent[]> {
  const directory = join(folder, 'audit')
  const files = (await readdir(directory)).filter((name) => name.endsWith('.jsonl')).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')))
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as RecordedEvent).filter((event) => event.type === type)
}

/** Tries to write, answers what became of it, and sees that it did not run. */
async function tryToWrite(): Promise<string> {
  const code = verdict(await ask(access, describeAs('write')))
  await guard.close()
  expect((await onDisk('action.intent')).map((event) => event['action'])).toEqual([])
  return code
}

const refusedVotes = async (): Promise<unknown[]> =>
  (await onDisk('approval.refused-vote'))
    .map((event) => event['reason'])
    .filter((reason) => reason !== 'approver-failed')

/** The members of a principal, as nobody but a verifier may put them together. */
function copied(principal: Principal): Principal {
  return { ...principal }
}

describe('an agent that tries to approve its own action', () => {
  it('with its own token', async () => {
    attack = async (request, vote) => {
      const itself = await unverifiedIdentity().verify({ [unverifiedCredential]: agent }, AbortSignal.timeout(1_000))
      await vote({ decision: 'allow', approver: itself, digest: request.digest })
      throw new Error('nobody else answers')
    }
    expect(await tryToWrite()).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(await refusedVotes()).toEqual(['not-human'])
  })

  it.each(['ada', 'ada-admin'])('in the name of its owner, as %s', async (account) => {
    attack = async (request, vote) => {
      await vote({ decision: 'allow', approver: await human(account), digest: request.digest })
      throw new Error('nobody else answers')
    }
    expect(await tryToWrite()).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(await refusedVotes()).toEqual(['not-independent'])
  })

  it('with a vote that it made up', async () => {
    const grace = await human('grace')
    attack = async (request, vote) => {
      await vote({ decision: 'allow', approver: copied(grace), digest: request.digest })
      await vote({
        decision: 'allow',
        approver: JSON.parse(JSON.stringify(grace)) as Principal,
        digest: request.digest,
      })
      await vote(true as never)
      throw new Error('nobody else answers')
    }
    expect(await tryToWrite()).toBe('ERR_APPROVAL_INELIGIBLE')
    expect(await refusedVotes()).toEqual(['not-a-principal', 'not-a-principal', 'malformed'])
  })

  it('with the approval of another action', async () => {
    const grace = await human('grace')
    let kept: ApprovalVote | undefined
    attack = async (request, vote) => {
      const ballot: ApprovalVote = { decision: 'allow', approver: grace, digest: request.digest }
      await vote(kept ?? ballot)
      kept ??= ballot
      throw new Error('nobody else answers')
    }
    expect(verdict(await ask(access, describeAs('write')))).toBe('permitted')
    expect(verdict(await ask(access, describeAs('write', 'read')))).toBe('ERR_APPROVAL_INELIGIBLE')
    await guard.close()
    expect(await onDisk('action.intent')).toHaveLength(1)
    expect(await refusedVotes()).toEqual(['other-action'])
  })

  it('with a vote that it writes into the stored request', async () => {
    attack = async (request) => {
      const key = requestKey(request.id)
      const { value, version } = await ledger.get(key)
      const vote = { id: 'f'.repeat(32), approver: 'unverified#grace', decision: 'allow', elapsedMs: 0 }
      const stored = value as { readonly [key: string]: SnapshotValue }
      expect(await ledger.commit([{ key, expectedVersion: version, value: { ...stored, votes: [vote] } }])).toBe(true)
    }
    expect(await tryToWrite()).toBe('ERR_APPROVAL_EXPIRED')
    expect((await onDisk('approval.ended')).map((event) => event['outcome'])).toEqual(['expired'])
  })

  it('with a denial that it takes out of the stored request', async () => {
    const grace = await human('grace')
    attack = async (request, vote) => {
      const key = requestKey(request.id)
      const before = (await ledger.get(key)).value
      await vote({ decision: 'deny', approver: await human('linus'), digest: request.digest })
      const { version } = await ledger.get(key)
      await ledger.commit([{ key, expectedVersion: version, value: before }])
      await vote({ decision: 'allow', approver: grace, digest: request.digest })
      throw new Error('nobody else answers')
    }
    expect(['ERR_APPROVAL_DENIED', 'ERR_APPROVAL_VOID']).toContain(await tryToWrite())
    expect((await onDisk('approval.vote')).map((event) => event['decision'])).toContain('deny')
  })

  it('with a policy file that it edits', async () => {
    attack = () => Promise.reject(new Error('nobody answers'))
    await writeFile(policyFile, policyText.replace(/hold:[^]*/, ''))
    await expect(guard.reload()).rejects.toMatchObject({ code: 'ERR_POLICY_WIDENING' })
    expect(await tryToWrite()).toBe('ERR_APPROVAL_UNAVAILABLE')
    expect((await onDisk('policy.rejected')).map((event) => event['code'])).toContain('ERR_POLICY_WIDENING')
  })

  it('with a journal that it cuts', async () => {
    attack = async (request, vote) => {
      await vote({ decision: 'allow', approver: await human('grace'), digest: request.digest })
    }
    expect(verdict(await ask(access, describeAs('write')))).toBe('permitted')
    await guard.close()
    const directory = join(folder, 'audit')
    const [name = ''] = (await readdir(directory)).filter((each) => each.endsWith('.jsonl'))
    const text = await readFile(join(directory, name), 'utf8')
    // The spent approval and everything behind it.
    await truncate(join(directory, name), text.lastIndexOf('\n', text.indexOf('"type":"action.intent"')) + 1)
    attack = () => Promise.reject(new Error('nobody answers'))
    ledger = memoryLedger({ clock: systemClock })
    await start()
    expect(guard.journalBehind?.why).toBe('missing')
    expect(verdict(await ask(access, describeAs('write')))).toBe('ERR_APPROVAL_UNAVAILABLE')
    await guard.close()
    expect(await onDisk('journal.recovery')).toMatchObject([{ reason: 'behind-noted-head', why: 'missing' }])
  })
})
