import { createHash, sign as signBytes } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { SignJWT } from 'jose'
import type { SessionAccess } from '../../src/access.js'
import { sessionAccess } from '../../src/access.js'
import type { Approver } from '../../src/approvals/approver.js'
import type { Guard } from '../../src/guard.js'
import { createGuard } from '../../src/guard.js'
import { accountsAsPeople } from '../../src/known-people.js'
import type { Directory } from '../../src/identity/directory.js'
import type { ActionProver, ProvableAction } from '../../src/model/provable-action.js'
import { actionDigest, provableText } from '../../src/model/provable-action.js'
import type { RecordedEvent } from '../../src/record/event.js'
import { memoryJournal } from '../../src/record/memory-journal.js'
import type { Session } from '../../src/session.js'
import type { FixedClock } from '../../src/testing/fixed-clock.js'
import { fixedClock } from '../../src/testing/fixed-clock.js'
import { ask, describeAs, verdict } from '../enforce/support.js'
import { encode, nowS } from '../identity/jwt-support.js'
import type { Client } from '../identity/proof-support.js'
import { ann, engine, prove, proving } from '../identity/proof-support.js'

export { ann, bob, client, engine } from '../identity/proof-support.js'
export type { Client } from '../identity/proof-support.js'
export { nowS } from '../identity/jwt-support.js'

export const target = { name: 'db', kind: 'fake', close: () => Promise.resolve() }

const policy = {
  version: 1,
  targets: { db: { kind: 'fake' } },
  roles: {
    ingest: [{ target: 'db', duty: ['read', 'write', 'delete'] }],
    dba: [{ target: 'db', duty: 'approve' }],
  },
  hold: [
    {
      id: 'hold-deletes',
      target: 'db',
      duty: 'delete',
      require: [{ stage: 'dba', count: 1, role: 'dba' }],
      ttl: '1m',
      grant: { uses: 2, ttl: '1h' },
    },
  ],
}

/** A guard whose sessions are opened by bound tokens, with its own clock and record. */
export interface ProvenBench {
  readonly guard: Guard
  readonly clock: FixedClock
  readonly events: readonly RecordedEvent[]
  /** What the guard reported as its own failures. */
  readonly failures: unknown[]
  open(proveAction: ActionProver, of?: Client): Promise<Session>
}

export async function provenBench(
  options: {
    readonly approvers?: readonly Approver[]
    readonly deadlineMs?: number
    readonly directory?: Directory
  } = {},
): Promise<ProvenBench> {
  const clock = fixedClock(nowS * 1000)
  const journal = memoryJournal()
  const guard = await createGuard({
    directory: accountsAsPeople,
    engine,
    clock,
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    identity: proving({}, { clock }),
    targets: [target],
    journal,
    ...options,
  })
  const failures: unknown[] = []
  guard.on('failure', ({ cause }) => failures.push(cause))
  let opened = 0
  const open = async (proveAction: ActionProver, of = ann): Promise<Session> => {
    const proof = await prove(
      { jti: `open-${String(++opened)}` },
      { jwk: of.jwk, alg: of.jwk.kty === 'OKP' ? 'EdDSA' : 'ES256' },
      of,
    )
    return guard.openSession({ token: of.token, proof }, { proveAction })
  }
  return {
    guard,
    clock,
    failures,
    open,
    get events() {
      return journal.events
    },
  }
}

export const accessOf = (session: Session): SessionAccess => sessionAccess(session, target)

export const statement = describeAs('write')
export const parameters = [{ $bigint: '7' }, 'x']

/** Sends one action and answers what came of it: a code, or `permitted`. */
export async function send(session: Session, duty: 'read' | 'write' | 'delete' = 'write'): Promise<string> {
  return verdict(await ask(accessOf(session), describeAs(duty), { parameters }))
}

export const claimsFor = (action: ProvableAction, of: Client = ann): Record<string, unknown> => ({
  aud: engine,
  sid: action.session,
  adh: actionDigest(provableText(action)),
  ath: createHash('sha256').update(of.token).digest('base64url'),
  jti: 'j-1',
  iat: nowS,
  exp: nowS + 10,
})

export const headerFor = (of: Client = ann): Record<string, unknown> => ({
  typ: 'bothkeys-action+jwt',
  alg: 'ES256',
  jwk: of.jwk,
})

/** A proof as an honest agent signs it, with changes. */
export function proofOf(
  action: ProvableAction,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  of: Client = ann,
): Promise<string> {
  return new SignJWT({ ...claimsFor(action), ...claims } as JWTPayload)
    .setProtectedHeader({ ...headerFor(), ...header } as { alg: string })
    .sign(of.privateKey)
}

/** A proof of texts that no library would write, signed with the right key. */
export function proofOfText(claims: string, header = JSON.stringify(headerFor())): string {
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${encode(signBytes('sha256', Buffer.from(input), { key: ann.pem, dsaEncoding: 'ieee-p1363' }))}`
}
