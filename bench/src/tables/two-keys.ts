import { createHash, generateKeyPairSync, randomUUID, sign, webcrypto } from 'node:crypto'
import type { GuardedTarget, Session } from '@bothkeys/core'
import { accountsAsPeople, createGuard, jwtVerifier, signedApprover } from '@bothkeys/core'
import type { Admission, SessionAccess } from '@bothkeys/core/adapter'
import { sessionAccess } from '@bothkeys/core/adapter'
import type { ActionSignature, ProvableAction } from '@bothkeys/core/signing'
import { signAction, signApproval } from '@bothkeys/core/signing'
import { memoryJournal } from '@bothkeys/core/testing'
import { runFor } from '../interleave.js'
import { estimate, pairwise } from '../statistics.js'
import type { Benchmark } from '../table.js'
import { microsText, verdict } from '../table.js'

const atOnce = 20
const sessionsPerRound = 20
/** Rounds that are not measured, until the code is compiled: 4,000 approvals. */
const compiledAfter = 200
/** The first approvals of a process, which are told apart. */
const firstRounds = 25

const issuer = 'https://issuer.example'
const desk = 'https://desk.example'
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwks = { keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256', use: 'sig' }] }

/** What verified identities and people's signatures cost, in processor time of the whole process. */
export const twoKeys: Benchmark = {
  name: 'two-keys',
  async measure({ rounds }) {
    const { guard, target } = await start()
    const session = await guard.openSession({ token: token() })
    const access = sessionAccess(session, target)
    const signer = await signing(session, target)
    const [opens, allowed, approved, proven]: [number[], number[], number[], number[]] = [[], [], [], []]
    const first: number[] = []
    const warmUp = rounds === 1 ? 1 : compiledAfter
    for (let round = -warmUp; round < rounds; round++) {
      const open = await openSessions(guard)
      const alone = await admitMany(access, 'read', () => Promise.resolve())
      const signed = await admitMany(access, 'write', () => approveAll(guard))
      const proofs = await admitMany(signer.access, 'read', signer.signAll)
      if (round < firstRounds - warmUp) first.push(signed - alone)
      if (round < 0) continue
      opens.push(open)
      allowed.push(alone)
      approved.push(signed)
      proven.push(proofs)
    }
    await guard.close()
    const open = estimate(opens)
    const proves = estimate(pairwise(proven, allowed, (one, other) => one - other))
    const adds = estimate(pairwise(approved, allowed, (one, other) => one - other))
    return {
      title: 'Two keys',
      method: `Processor time of the process (all threads), memory journal and ledger, on this guard alone. ${String(rounds)} rounds after ${String(compiledAfter)}, each of ${String(sessionsPerRound)} sessions, ${String(atOnce)} allowed and ${String(atOnce)} approved actions; making tokens and signatures, which others do, is left out.`,
      rows: [
        {
          figure: 'session open, cached ES256 key',
          goal: '≤ 1 ms',
          accepted: '',
          measured: microsText(open),
          verdict: verdict(open.median, 1),
        },
        {
          figure: 'approved by one signature − allowed',
          goal: '≤ 1 ms',
          accepted: '',
          measured: microsText(adds),
          verdict: verdict(adds.median, 1),
        },
        {
          figure: `the same, the first ${String(firstRounds * atOnce)} of a process`,
          goal: '',
          accepted: '',
          measured: microsText(estimate(first)),
          verdict: '',
        },
        {
          figure: 'with an ES256 proof of the action − allowed',
          goal: '≤ 250 µs',
          accepted: '',
          measured: microsText(proves),
          verdict: verdict(proves.median, 0.25),
        },
      ],
    }
  },
  async work(_bench, milliseconds) {
    const { guard, target } = await start()
    const access = sessionAccess(await guard.openSession({ token: token() }), target)
    const runs = await runFor(milliseconds, () => admitMany(access, 'write', () => approveAll(guard)))
    await guard.close()
    return runs * atOnce
  },
}

type Guard = Awaited<ReturnType<typeof createGuard>>

async function start(): Promise<{ readonly guard: Guard; readonly target: GuardedTarget }> {
  const target: GuardedTarget = { name: 'db', kind: 'fake', close: () => Promise.resolve() }
  const content = {
    version: 1,
    targets: { db: { kind: 'fake' } },
    roles: { agent: [{ target: 'db', duty: ['read', 'write'] }], dba: [{ target: 'db', duty: 'approve' }] },
    hold: [
      {
        id: 'writes',
        target: 'db',
        duty: 'write',
        require: [{ stage: 'peer', count: 1, role: 'dba' }],
        ttl: '10m',
        level: 'signed',
      },
    ],
  }
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'bench', content }) },
    identity: jwtVerifier({
      issuer,
      audience: 'bothkeys',
      algorithms: ['ES256'],
      jwks,
      roles: '/roles',
      roleMap: { agent: 'agent' },
      owners: '/owners',
      agentClass: { claim: '/class', values: { etl: 'etl' } },
    }),
    approvers: [signedApprover({ name: 'desk', issuer: desk, jwks, people: () => ({ roles: ['dba'] }) })],
    targets: [target],
    journal: memoryJournal(),
  })
  return { guard, target }
}

/** A sub-agent whose every action is signed: all that wait at once, and how long that took. */
async function signing(
  session: Session,
  target: GuardedTarget,
): Promise<{ readonly access: SessionAccess; readonly signAll: () => Promise<number> }> {
  const { privateKey, publicKey } = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])
  const { crv, kty, x, y } = await webcrypto.subtle.exportKey('jwk', publicKey)
  const key = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
  const signature: ActionSignature = { engine: 'bothkeys', keys: { privateKey, publicKey }, algorithm: 'ES256' }
  const waiting: { readonly action: ProvableAction; readonly answer: (proof: string) => void }[] = []
  const child = await session.delegate({
    roles: ['agent'],
    ttlMs: 500_000,
    key,
    proveAction: (action) =>
      new Promise((answer) => {
        waiting.push({ action, answer })
      }),
  })
  return {
    access: sessionAccess(child, target),
    signAll: async () => {
      while (waiting.length < atOnce) await new Promise((resolve) => setImmediate(resolve))
      const all = waiting.splice(0)
      const before = cpuMs()
      const proofs = await Promise.all(all.map(({ action }) => signAction(action, signature)))
      const spent = cpuMs() - before
      for (const [index, { answer }] of all.entries()) answer(proofs[index] ?? '')
      return spent
    },
  }
}

async function openSessions(guard: Guard): Promise<number> {
  const tokens = Array.from({ length: sessionsPerRound }, token)
  const before = cpuMs()
  const sessions = await Promise.all(tokens.map((each) => guard.openSession({ token: each })))
  const spent = (cpuMs() - before) / sessionsPerRound
  await Promise.all(sessions.map((session) => session.close()))
  return spent
}

let texts = 0

/** Milliseconds for each action, without what `decide` answers to have left out. */
async function admitMany(
  access: SessionAccess,
  duty: 'read' | 'write',
  decide: () => Promise<number | void>,
): Promise<number> {
  const before = cpuMs()
  const admissions = Array.from({ length: atOnce }, () => admit(access, duty))
  const leftOut = await decide()
  for (const admission of await Promise.all(admissions)) {
    if (admission.outcome !== 'permitted') throw new Error('the policy refused')
    admission.permit.use()
    await admission.permit.settle({ outcome: 'completed' })
  }
  return (cpuMs() - before - (leftOut ?? 0)) / atOnce
}

async function admit(access: SessionAccess, duty: 'read' | 'write'): Promise<Admission> {
  const text = `${duty} ${String(texts++)}`
  return access.admit({
    identity: { host: 'db' },
    description: {
      operation: duty,
      text,
      recordedText: text,
      effects: [{ duty, resource: 'table:public.t', attributes: {} }],
    },
    parameters: [],
    stateEpoch: '1',
    inTransaction: false,
    signal: new AbortController().signal,
  })
}

/** Signs for everything that waits and hands it in. Answers how long signing took. */
async function approveAll(guard: Guard): Promise<number> {
  while (guard.approvals.pending().length < atOnce) await new Promise((resolve) => setImmediate(resolve))
  const before = cpuMs()
  const answers = await Promise.all(
    guard.approvals.pending().map(async ({ id, subject }) => ({
      id,
      evidence: await signApproval(
        { ...subject, dec: 'allow' },
        {
          issuer: desk,
          subject: { issuer, id: 'ann' },
          level: 'signed',
          key: own.privateKey,
          keyId: 'k1',
          algorithm: 'ES256',
        },
      ),
    })),
  )
  const signing = cpuMs() - before
  for (const { evidence, id } of answers) {
    const receipt = await guard.approvals.submit(id, evidence)
    if (receipt.counted !== true) throw new Error('the approval was not counted')
  }
  return signing
}

function token(): string {
  const nowS = Math.floor(Date.now() / 1000)
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const head = part({ alg: 'ES256', typ: 'at+jwt', kid: 'k1' })
  const body = part({
    iss: issuer,
    aud: 'bothkeys',
    sub: 'agent-1',
    client_id: 'agent-1',
    jti: randomUUID(),
    iat: nowS,
    exp: nowS + 600,
    roles: ['agent'],
    owners: ['ada'],
    class: 'etl',
  })
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key: own.privateKey, dsaEncoding: 'ieee-p1363' })
  return `${head}.${body}.${signature.toString('base64url')}`
}

function cpuMs(): number {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}
