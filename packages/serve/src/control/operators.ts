import type { IncomingMessage } from 'node:http'
import type { Guard, Revocable, Session } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import type { GuardedTarget, SessionAccess } from '@bothkeys/core/adapter'
import { sessionAccess } from '@bothkeys/core/adapter'
import type { ServedSessions } from '../sessions/served-sessions.js'
import type { Answer } from './answer.js'
import { json } from './answer.js'
import { credentialOf, jsonBody, wrong } from './request.js'

/** What a listener for operators reaches. */
export interface OperatorPorts {
  readonly guard: Pick<Guard, 'openSession' | 'revoke' | 'revocations'>
  readonly guarded: readonly GuardedTarget[]
  readonly sessions: Pick<ServedSessions, 'list'>
}

/** The sessions that are open here. No line of it opens anything. */
export function listSessions(request: IncomingMessage, ports: OperatorPorts): Promise<Answer> {
  return asOperator(request, ports, () => {
    const sessions = ports.sessions.list().map(({ connections, session: { id, principal } }) => ({
      session: id,
      kind: principal.kind,
      subject: principal.subject,
      expiresAt: principal.expiresAt.toISOString(),
      connections,
    }))
    return Promise.resolve(json(200, { sessions }))
  })
}

/** What is revoked, with what a signature that lifts it has to be about. */
export function listRevocations(request: IncomingMessage, ports: OperatorPorts): Promise<Answer> {
  return asOperator(request, ports, () =>
    Promise.resolve(json(200, { revocations: ports.guard.revocations.inForce().map((each) => ({ ...each })) })),
  )
}

/** Revokes, with who did on record. Throws what `guard.revoke` throws. */
export function revoke(request: IncomingMessage, body: Buffer, ports: OperatorPorts): Promise<Answer> {
  return asOperator(request, ports, async (access) => {
    const { forMs, reason, what } = revocationIn(jsonBody(request, body))
    access.internal({ operation: 'revoke', reason, what: { ...what } })
    const { id } = await ports.guard.revoke(what, { reason, ...(forMs !== undefined && { forMs }) })
    return json(201, { revocation: id })
  })
}

function revocationIn(body: ReadonlyMap<string, unknown>): {
  readonly what: Revocable
  readonly reason: string
  readonly forMs: number | undefined
} {
  for (const name of body.keys())
    if (!['what', 'reason', 'forMs'].includes(name)) throw wrong('the body holds what, reason and forMs alone')
  const [what, reason, forMs] = [body.get('what'), body.get('reason'), body.get('forMs')]
  if (typeof what !== 'object' || what === null || typeof reason !== 'string') throw wrong('what or reason is missing')
  if (Object.values(what).some((value) => typeof value !== 'string')) throw wrong('what holds texts alone')
  if (forMs !== undefined && typeof forMs !== 'number') throw wrong('forMs is a number of milliseconds')
  // The guard looks at its members before anything comes of it.
  return { what: what as Revocable, reason, forMs }
}

/**
 * Does something for a person with the duty `policy` on every target that is not revoked, and on one at least: who that is, is
 * asked as for every session, and on record like one. Throws what `guard.openSession` throws and ERR_DENIED.
 */
async function asOperator(
  request: IncomingMessage,
  { guard, guarded }: OperatorPorts,
  act: (access: SessionAccess) => Promise<Answer>,
): Promise<Answer> {
  const session = await guard.openSession(credentialOf(request))
  try {
    const places = guarded.flatMap((target) => accessTo(session, target) ?? [])
    const [access] = places
    if (access === undefined || session.principal.kind !== 'human' || !places.every(keepsPolicy)) throw noOperator()
    return await act(access)
  } finally {
    await session.close().catch(() => undefined)
  }
}

const keepsPolicy = (access: SessionAccess): boolean => access.duties().has('policy')

/** Undefined for a target that is revoked: whoever stops one place can go on to stop another. */
function accessTo(session: Session, target: GuardedTarget): SessionAccess | undefined {
  try {
    return sessionAccess(session, target)
  } catch (error) {
    if (error instanceof BothKeysError && error.code === 'ERR_REVOKED') return undefined
    throw error
  }
}

function noOperator(): BothKeysError {
  return new BothKeysError('ERR_DENIED', 'this is for people with the duty policy on every target', {
    hint: 'send the token of such a person',
  })
}
