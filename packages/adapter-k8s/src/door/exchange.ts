import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Description, Outcome, Permit, Refusal, SessionAccess, TargetIdentity } from '@bothkeys/core/adapter'
import { BothKeysError, JointSignal, refusalError, refusalFrom } from '@bothkeys/core/adapter'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { isRefused } from '../request/refused.js'
import type { RequestKind } from '../request/request-kind.js'
import type { Evidence, Evident } from '../evidence/evidence.js'
import { notRefused, seeing } from '../evidence/outcome.js'
import { joining } from './agent-of.js'
import { serversAuditId } from '../audit/audit-id.js'
import { handOn } from './answer.js'
import { describe, notUnderstood } from './describe.js'
import type { ClusterCall } from './cluster-call.js'
import type { OpenRecording } from '../recordings/recording.js'
import type { HandedAnswer } from './handed-answer.js'
import type { HandedRequest } from './handed-request.js'
import { logLimit } from './log-limit.js'
import type { Outlet } from './outlet.js'
import { noRoom, readHanded, readRequest } from './read-request.js'
import { holdsMarkerIn } from '../masking/secret-marker.js'
import { textsOf } from '../masking/text-mask.js'
import { repeatsSecret } from './shown-body.js'
import { answerRefusal } from './status-answer.js'
import { unlessAborted } from './unless-aborted.js'
import { saidOfGroup } from './unlisted-group.js'
import type { ToldUpgrades } from './told-upgrades.js'
import type { Upstream } from './upstream.js'
import { notRead, tooMuch, type Waiting } from './waiting.js'

/** What every exchange of one session needs. */
export interface ExchangeContext {
  readonly access: SessionAccess
  /** Aborts when the target is closed. */
  readonly closing: AbortSignal
  readonly upstream: Upstream
  readonly identity: TargetIdentity
  /** Of the session, whichever of its doors it comes through. */
  readonly waiting: Waiting
  /** Of connections to pods that were refused. */
  readonly toldUpgrades: ToldUpgrades
  /** Groups of the user's own whose objects the target knows. */
  readonly groups: ReadonlySet<string>
  readonly evidence: Evidence
  /** What clients know the door as. */
  readonly host: string
  /** Opens the recording of an exec or attach. Undefined: none is made. */
  readonly recordings?: OpenRecording | undefined
  /** How large each may become. */
  readonly mostRecordedBytes?: number | undefined
  /** Whose requests these are, where one call has a door of its own. */
  readonly call?: ClusterCall | undefined
}

/** What this door carries. Whatever streams both ways, or is no JSON, is refused. */
const carried: ReadonlySet<RequestKind> = new Set([
  'other-path',
  'get',
  'list',
  'create',
  'review',
  'eviction',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'log',
])

/** Takes one request from the client to its answer: read → decide → send → mask → record. Never throws or rejects. */
export async function exchange(on: ExchangeContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // An answer that waits for an earlier one does not hear that the connection is over.
  await answering(on, response, [response, request.socket], (hold) => readRequest(request, on.host, hold))
}

/** The same for a request that is handed over without a wire. */
export async function exchangeHanded(on: ExchangeContext, request: HandedRequest, answer: HandedAnswer): Promise<void> {
  await answering(on, answer, [answer], (hold) => readHanded(request, hold))
}

type ReadRequest = ReturnType<typeof readHanded>

/** `ends`: what closes when whoever asks leaves. */
async function answering(
  on: ExchangeContext,
  response: Outlet,
  ends: readonly Pick<Outlet, 'off' | 'once'>[],
  read: (hold: (bytes: number) => boolean) => ReadRequest | Promise<ReadRequest>,
): Promise<void> {
  const noPlace = on.waiting.enter(response)
  if (noPlace !== undefined) {
    turnAway(on, response, noPlace)
    return
  }
  const waited = new JointSignal(on.access.signal, on.closing)
  const leave = (): void => {
    // Most answers were read to their end by then.
    if (!response.writableFinished)
      waited.abort(new BothKeysError('ERR_ABORTED', 'the client left before the request was answered'))
  }
  for (const end of ends) end.once('close', leave)
  try {
    const request = await read((bytes) => on.waiting.hold(response, bytes))
    if (request === noRoom) turnAway(on, response, tooMuch)
    else if (isRefused(request)) refuse(on, notUnderstood, request.refused)
    else await decided(on, request, response, waited.signal)
  } catch (error) {
    answerRefusal(response, refusalFrom(error))
  } finally {
    for (const end of ends) if (end !== response) end.off('close', leave)
    on.waiting.leave(response)
    // The session goes on: nothing of this request stays on its signal.
    waited.release()
  }
}

/** Refuses on record what was not read. */
function turnAway({ access, identity }: ExchangeContext, response: Outlet, why: Refusal): void {
  access.refused({ identity, description: notRead, parameters: [], stateEpoch: '' }, why)
  answerRefusal(response, why, { 'retry-after': '1' })
}

/** Nothing is decided before it is known what the request does. */
async function decided(
  on: ExchangeContext,
  request: CanonicalRequest,
  response: Outlet,
  signal: AbortSignal,
): Promise<void> {
  const described = describe(request, on.groups)
  if (isRefused(described)) refuse(on, notUnderstood, described.refused)
  const why = whyNotSent(request)
  if (why !== undefined) refuse(on, described, why)
  if (!carried.has(request.kind)) refuse(on, described, `This door does not carry ${request.kind} yet.`)
  const looked = on.evidence.of({ access: on.access, request, described, signal })
  const evident = await looked.catch((error: unknown) => unseen(on, described, error))
  if (isRefused(evident)) refuse(on, described, evident.refused)
  const permit = await admitted(on, evident, signal)
  await run(on, evident, { permit, response, signal })
}

/** What cannot be looked at is refused on record, unless nobody waits for it any more or nothing can be recorded. */
const unseenCodes: ReadonlySet<string> = new Set(['ERR_APPROVAL_VOID', 'ERR_INTERNAL', 'ERR_LIMIT_EXCEEDED'])

export function unseen({ access, identity }: ExchangeContext, description: Description, error: unknown): never {
  if (error instanceof BothKeysError && unseenCodes.has(error.code))
    access.refused({ identity, description, parameters: [], stateEpoch: '' }, refusalFrom(error))
  throw error
}

/** Asks for a permit. Rejects with the refusal. */
export async function admitted(
  { access, call, identity }: ExchangeContext,
  { description, estimate, recheck, stateEpoch = '' }: Omit<Evident, 'request'>,
  signal: AbortSignal,
): Promise<Permit> {
  const admission = await access.admit({
    identity,
    description,
    parameters: [],
    stateEpoch,
    inTransaction: false,
    // Nobody is asked any more for whoever left, but what was let through is answered.
    signal: call === undefined ? signal : AbortSignal.any([signal, call.signal]),
    onHeld: call?.onHeld,
    estimate,
    recheck,
  })
  if (admission.outcome === 'refused') throw refusalError(saidOfGroup(admission.refusal, description))
  if (admission.outcome === 'stale') throw new BothKeysError('ERR_ABORTED', 'the target changed, so nothing was sent')
  return admission.permit
}

/** What the API server would take otherwise than whoever asks means it, or whoever is asked would not see. */
export function whyNotSent(request: CanonicalRequest): string | undefined {
  const { body, identityHeaders } = request
  // Without these headers it would be done with more rights than were asked for.
  if (identityHeaders.some((name) => name.startsWith('impersonate-'))) return 'The request acts for somebody else.'
  if (repeatsSecret(request)) return 'The body holds the manifest of a Secret: write the Secret as a Secret.'
  return body !== undefined && holdsMarkerIn(body.value) ? 'The body has a mask in the place of a secret.' : undefined
}

interface Run {
  readonly permit: Permit
  readonly response: Outlet
  readonly signal: AbortSignal
}

async function run(on: ExchangeContext, evident: Evident, { permit, response, signal }: Run): Promise<void> {
  const { request } = evident
  const limit = logLimit(request, permit.masks?.content !== undefined)
  const send = await prepared(permit, signal, () => on.upstream.prepare())
  // What is known of the answer once it began, however it ends.
  let head: Pick<Outcome, 'result' | 'reference'> = {}
  try {
    const answer = await send({
      method: request.method,
      path: limit?.target ?? request.target,
      headers: { ...request.headers, 'accept-encoding': 'identity', ...joining(on.access, permit) },
      body: request.body && Buffer.from(request.body.text, 'utf8'),
      signal,
    })
    const status = answer.statusCode ?? 0
    head = { result: String(status), reference: serversAuditId(answer.headers['audit-id']) }
    const settle = async (): Promise<void> => {
      const outcome = outcomeOf(request.method, status)
      await permit.settle({
        outcome,
        ...head,
        ...(outcome !== 'completed' && { error: String(status) }),
      })
    }
    if (evident.onlyRefused === true && status < 400) {
      answer.destroy()
      await permit.settle({ outcome: 'completed', ...head })
      throw notRefused()
    }
    const seen = seeing(on.access, evident, {
      actionId: permit.actionId,
      status,
      texts: textsOf(permit.masks?.content),
    })
    await handOn(request, answer, response, { masks: permit.masks, limit, settle, signal, seen }).finally(() =>
      answer.destroy(),
    )
  } catch (error) {
    // Nobody knows what the API server made of it.
    await permit.settle({ outcome: 'unknown', ...head })
    throw lost(error)
  }
}

/** What sends the request, once the permit is spent: nothing comes between the two. */
export async function prepared<Send>(permit: Permit, signal: AbortSignal, login: () => Promise<Send>): Promise<Send> {
  try {
    const send = await unlessAborted(signal, login).catch((cause: unknown) => {
      signal.throwIfAborted()
      if (cause instanceof BothKeysError) throw cause
      throw new BothKeysError('ERR_INTERNAL', 'nobody could log in to the API server, so nothing was sent', { cause })
    })
    permit.use()
    permit.run()
    return send
  } catch (error) {
    await permit.settle({ outcome: 'not-run' })
    throw error
  }
}

/** Of a write that a server, or what stands before it, broke off, nobody knows what came. What leads elsewhere was not done. */
function outcomeOf(method: string, status: number): Outcome['outcome'] {
  if (status >= 200 && status < 300) return 'completed'
  return status >= 500 && method !== 'GET' ? 'unknown' : 'failed'
}

/** What the network says may name hosts, and its errors are no refusals. */
export function lost(error: unknown): unknown {
  if (error instanceof BothKeysError) return error
  return new BothKeysError('ERR_INTERNAL', 'the API server did not answer, or its answer broke off', {
    hint: 'look whether it is reachable; what was asked may have been done',
    cause: error,
  })
}

/** Refuses on record. */
export function refuse({ access, identity }: ExchangeContext, description: Description, why: string): never {
  const refusal: Refusal = {
    code: 'ERR_STATEMENT_INVALID',
    message: `refused: ${why}`,
    rules: [],
    hint: 'the request was not sent; send what client-node or kubectl would',
  }
  access.refused({ identity, description, parameters: [], stateEpoch: '' }, refusal)
  throw refusalError(refusal)
}
