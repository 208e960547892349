import type { IncomingMessage } from 'node:http'
import type { Description, Outcome, Permit } from '@bothkeys/core/adapter'
import { BothKeysError, JointSignal, over, refusalError, refusalFrom } from '@bothkeys/core/adapter'
import type { WebSocket } from 'ws'
import { maskBody } from '../masking/mask-body.js'
import { textsOf } from '../masking/text-mask.js'
import { canonicalRequest, type CanonicalRequest } from '../request/canonical-request.js'
import { isRefused, refuse as refused, type Refused } from '../request/refused.js'
import type { Subprotocol } from '../request/upgrade.js'
import { carry } from './carry.js'
import { acceptSocket, brokenHandshake, type Handshake } from './accept-socket.js'
import { describe, notUnderstood } from './describe.js'
import { joining } from './agent-of.js'
import { admitted, type ExchangeContext, lost, prepared, refuse, unseen, whyNotSent } from './exchange.js'
import { serversAuditId } from '../audit/audit-id.js'
import { beginRecording } from './begin-recording.js'
import { statusOf } from './status-answer.js'
import { answerUpgrade, type UpgradeAnswer } from './upgrade-answer.js'
import type { Connected } from './upstream-socket.js'
import { notRead } from './waiting.js'

/**
 * Takes a request to become another protocol to its end: read → decide → connect → carry → record. What is refused is answered as
 * any other request is. Never throws or rejects.
 */
export async function upgrade(on: ExchangeContext, handshake: Handshake): Promise<void> {
  const { request, socket } = handshake
  const waited = new JointSignal(on.access.signal, on.closing)
  // Node.js listens for no errors any more, and the client may be gone.
  socket.on('error', () => undefined)
  const leave = (): void => {
    waited.abort(new BothKeysError('ERR_ABORTED', 'the client left before its connection became another protocol'))
  }
  socket.once('close', leave)
  const place: { headersSent: boolean; readonly isConnection: true } = { headersSent: false, isConnection: true }
  try {
    const noPlace = on.waiting.enter(place)
    if (noPlace !== undefined) {
      on.access.refused({ identity: on.identity, description: notRead, parameters: [], stateEpoch: '' }, noPlace)
      throw refusalError(noPlace)
    }
    const read = readUpgrade(on, request)
    if (isRefused(read)) refuse(on, notUnderstood, read.refused)
    await decided(on, read, {
      ...handshake,
      signal: waited.signal,
      became: () => {
        socket.off('close', leave)
        place.headersSent = true
      },
    })
  } catch (error) {
    answerUpgrade(socket, told(on, request, statusOf(refusalFrom(error))))
  } finally {
    on.waiting.leave(place)
    // The session goes on: what listened for the end of this connection is let go.
    waited.abort(over)
  }
}

function told({ toldUpgrades }: ExchangeContext, request: IncomingMessage, answer: UpgradeAnswer): UpgradeAnswer {
  const { method = '', url: target = '' } = request
  return toldUpgrades.answerTo({ method, target }, answer)
}

function readUpgrade({ host }: ExchangeContext, request: IncomingMessage): CanonicalRequest | Refused {
  const { headersDistinct: headers, method = '', url: target = '' } = request
  if (request.headers.host !== host) return refused('The request is for another host.')
  const read = canonicalRequest({ method, target, headers })
  if (isRefused(read)) return read
  return brokenHandshake(request) ?? read
}

interface Decided extends Handshake {
  readonly signal: AbortSignal
  /** From now on, its WebSocket says when the client is gone. */
  readonly became: () => void
}

async function decided(on: ExchangeContext, request: CanonicalRequest, waiting: Decided): Promise<void> {
  const described = describe(request, on.groups)
  if (isRefused(described)) refuse(on, notUnderstood, described.refused)
  const description: Description = described
  const why = whyNotSent(request) ?? whyNotCarried(on, request)
  if (why !== undefined) refuse(on, description, why)
  const looked = on.evidence.ofPod({ access: on.access, request, described, signal: waiting.signal })
  const pin = await looked.catch((error: unknown) => unseen(on, description, error))
  const permit = await admitted(on, { description, ...pin }, waiting.signal)
  await connected(on, request, permit, waiting)
}

const tunnelled = 'A policy masks what comes from this target, and nobody can mask what a port-forward carries.'

function whyNotCarried({ access }: ExchangeContext, { kind, upgrade }: CanonicalRequest): string | undefined {
  if (upgrade === undefined) return 'This request cannot become another protocol.'
  return kind === 'portforward' && access.masks() ? tunnelled : undefined
}

/** The status of what became another protocol. */
const switched = 101

async function connected(
  on: ExchangeContext,
  request: CanonicalRequest,
  permit: Permit,
  waiting: Decided,
): Promise<void> {
  const { signal, socket } = waiting
  const recorder = await beginRecording(on, request, permit, signal)
  try {
    const open = await prepared(permit, signal, () => on.upstream.prepareSocket())
    const upstream = await settled(permit, { outcome: 'unknown' }, () =>
      open({
        path: request.target,
        headers: joining(on.access, permit),
        protocols: request.upgrade?.protocols ?? [],
        signal,
      }),
    )
    if ('answer' in upstream) {
      const refusal = await refusedBy(upstream, request, permit)
      answerUpgrade(socket, told(on, waiting.request, refusal))
      return
    }
    const head = { result: String(switched), reference: upstream.reference }
    const client = await settled(permit, { outcome: 'unknown', ...head }, () => accepted(waiting, upstream.socket))
    await carry({ client, upstream: upstream.socket, signal, request, permit, recorder, head })
  } finally {
    recorder?.abandon()
  }
}

async function accepted(waiting: Decided, upstream: WebSocket): Promise<WebSocket> {
  try {
    const client = await acceptSocket(waiting, upstream.protocol as Subprotocol, waiting.signal)
    waiting.became()
    return client
  } catch (error) {
    upstream.terminate()
    throw error
  }
}

/** The API server's own answer, masked as any other is. */
async function refusedBy(
  { answer }: Extract<Connected, { readonly answer: unknown }>,
  { info }: CanonicalRequest,
  permit: Permit,
): Promise<{ readonly code: number; readonly body: Uint8Array }> {
  const status = answer.statusCode ?? 0
  const code = status >= 400 && status < 600 ? status : 502
  // What stands before a pod may have begun what it then broke off.
  const outcome: Outcome = {
    outcome: code >= 500 ? 'unknown' : 'failed',
    result: String(status),
    error: String(status),
    reference: serversAuditId(answer.headers['audit-id']),
  }
  const body = await settled(permit, { ...outcome, outcome: 'unknown' }, async () => {
    const parts: Buffer[] = []
    const context = {
      ...(info.isResource && { resource: info.resource }),
      texts: textsOf(permit.masks?.content),
      masked: (values: number) => permit.masks?.masked(values),
    }
    for await (const part of maskBody(answer, context)) parts.push(part)
    return Buffer.concat(parts)
  }).finally(() => answer.destroy())
  await permit.settle(outcome)
  return { code, body }
}

/** Says on record how it ended when it fails. */
async function settled<Value>(permit: Permit, outcome: Outcome, step: () => Promise<Value>): Promise<Value> {
  try {
    return await step()
  } catch (error) {
    await permit.settle(outcome)
    throw lost(error)
  }
}
