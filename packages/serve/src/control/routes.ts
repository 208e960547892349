import type { IncomingMessage } from 'node:http'
import type { ApprovalRequest } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import type { OpenedSession } from '../sessions/served-sessions.js'
import type { Answer } from './answer.js'
import { json, problem } from './answer.js'
import type { DecisionPorts } from './decisions.js'
import { decide, decidedCollections, pendingReviews, policyChanges } from './decisions.js'
import type { Readiness } from './readiness.js'
import type { OperatorPorts } from './operators.js'
import { listRevocations, listSessions, revoke } from './operators.js'
import { authorizationOf, credentialOf, jsonBody, noToken, wrong } from './request.js'

/** What the routes reach. */
export interface ControlPorts {
  readonly operators: OperatorPorts
  readonly targets: readonly string[]
  readonly readiness: () => Promise<Readiness>
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>
  readonly openSession: (
    credential: { readonly token: string; readonly proof?: string },
    targets: readonly string[],
  ) => Promise<OpenedSession>
  readonly endSession: (id: string, secret: string) => Promise<boolean>
  readonly decisions: DecisionPorts
}

/** Which of them a listener has. */
export interface ControlRoles {
  readonly sessions: boolean
  readonly approvals: boolean
  readonly operators: boolean
}

/** Answers one request, whose body was read. Throws a BothKeysError for what is refused. */
export async function route(
  request: IncomingMessage,
  body: Buffer,
  ports: ControlPorts,
  roles: ControlRoles,
): Promise<Answer> {
  const path = request.url ?? ''
  const [, collection, id] =
    /^\/v1\/(sessions|approvals|policy-changes|reviews|revocations)(?:\/([0-9a-f]{1,64}))?$/.exec(path) ?? []
  const at = `${request.method ?? ''} ${collection === undefined ? path : `/v1/${collection}${id === undefined ? '' : '/'}`}`
  switch (at) {
    case 'GET /healthz':
      return json(200, { up: true })
    case 'GET /readyz': {
      const { ready, reasons } = await ports.readiness()
      return json(ready ? 200 : 503, { ready, reasons })
    }
    case 'GET /metrics': {
      const { text, type } = await ports.metrics()
      return { status: 200, body: text, type }
    }
    case 'POST /v1/sessions':
      return roles.sessions ? openSession(request, body, ports) : nothingHere()
    case 'DELETE /v1/sessions/':
      return roles.sessions ? endSession(request, ports, id ?? '') : nothingHere()
    case 'GET /v1/sessions':
      return roles.operators ? listSessions(request, ports.operators) : nothingHere()
    case 'GET /v1/revocations':
      return roles.operators ? listRevocations(request, ports.operators) : nothingHere()
    case 'POST /v1/revocations':
      return roles.operators ? revoke(request, body, ports.operators) : nothingHere()
    case 'GET /v1/approvals':
      return roles.approvals ? json(200, { approvals: ports.decisions.approvals.pending().map(shown) }) : nothingHere()
    case 'GET /v1/policy-changes':
      return roles.approvals ? policyChanges(ports.decisions) : nothingHere()
    case 'GET /v1/reviews':
      return roles.approvals ? pendingReviews(ports.decisions) : nothingHere()
    default: {
      const decided = decidedCollections.find((each) => at === `POST /v1/${each}/`)
      if (decided === undefined || !roles.approvals) return nothingHere()
      return decide(decided, id ?? '', jsonBody(request, body), ports.decisions)
    }
  }
}

function nothingHere(): Answer {
  return problem(404, 'there is nothing here')
}

async function openSession(request: IncomingMessage, body: Buffer, ports: ControlPorts): Promise<Answer> {
  const targets = targetsOf(jsonBody(request, body), ports.targets)
  const credential = credentialOf(request)
  const { capabilities, session } = await ports.openSession(credential, targets)
  return json(201, { session: session.id, expiresAt: session.principal.expiresAt.toISOString(), capabilities })
}

function targetsOf(body: ReadonlyMap<string, unknown>, known: readonly string[]): readonly string[] {
  for (const name of body.keys()) if (name !== 'targets') throw wrong('the body may hold targets, and nothing else')
  const targets = body.get('targets')
  if (targets === undefined) return known
  if (!Array.isArray(targets) || targets.length === 0 || targets.length > known.length)
    throw wrong('targets must be a list of names')
  const asked = known.filter((name) => targets.includes(name))
  if (asked.length !== targets.length)
    throw wrong('targets names something that is not served here, or something twice')
  return asked
}

async function endSession(request: IncomingMessage, ports: ControlPorts, id: string): Promise<Answer> {
  const authorization = authorizationOf(request)
  if (authorization === undefined) throw noToken()
  if (await ports.endSession(id, authorization.secret)) return json(200, { ended: id })
  // Whether there is such a session is for its holder to know.
  throw new BothKeysError('ERR_TOKEN_INVALID', 'this is not the key to that session', {
    hint: 'show one of its capabilities or the token that opened it',
  })
}

/** A request as whoever decides needs it. The text of the view is what the evidence is about. */
function shown(request: ApprovalRequest): object {
  const { digest, expiresAt, id, identity, operation, rules, stages, subject, target, view } = request
  return { id, digest, target, identity, operation, rules, stages, subject, view, expiresAt: expiresAt.toISOString() }
}
