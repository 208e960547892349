import type { Outcome, Permit } from '@bothkeys/core/adapter'
import { BothKeysError, refusalFrom } from '@bothkeys/core/adapter'
import type { WebSocket } from 'ws'
import type { Recorder } from '../recordings/recorder.js'
import type { CanonicalRequest } from '../request/canonical-request.js'
import type { Carried } from '../streams/carried.js'
import { carryPorts } from '../streams/carry-ports.js'
import { carryProcess } from '../streams/carry-process.js'
import { channels, written } from '../streams/frame.js'
import { portsOf, processFacts } from '../streams/process-facts.js'
import { send } from '../streams/send.js'
import { untilAborted } from '../streams/until-aborted.js'
import { statusOf } from './status-answer.js'

/** A connection whose both sides are there. */
export interface Connection {
  readonly client: WebSocket
  readonly upstream: WebSocket
  readonly signal: AbortSignal
  readonly request: CanonicalRequest
  readonly permit: Permit
  readonly recorder: Recorder | undefined
  /** What is known of it whatever comes. */
  readonly head: Pick<Outcome, 'result' | 'reference'>
}

/**
 * Carries a connection to its end, and tells the client how it ended once that is on record. Whatever goes wrong cuts both sides.
 * Resolves when both are closed; never rejects.
 */
export async function carry(connection: Connection): Promise<void> {
  const { client, head, permit, signal: given, upstream } = connection
  const over = new AbortController()
  const signal = AbortSignal.any([given, over.signal])
  try {
    const { last, ...outcome } = await untilAborted(carried(connection, signal), signal)
    await permit.settle({ ...head, ...outcome })
    if (last !== undefined) await send(client, last, signal)
    client.close(1000)
    upstream.close(1000)
  } catch (error) {
    upstream.terminate()
    await cut(connection, error)
  } finally {
    // Whoever waits for a side to take more waits no longer.
    over.abort(new BothKeysError('ERR_ABORTED', 'the connection is over'))
    await Promise.all([closed(client), closed(upstream)])
  }
}

/** Who does not answer is gone after a while: see `socketLimits`. */
async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState !== socket.CLOSED) await new Promise((resolve) => socket.once('close', resolve))
}

function carried({ client, permit, recorder, request, upstream }: Connection, signal: AbortSignal): Promise<Carried> {
  const { masks } = permit
  if (request.kind !== 'portforward') {
    return carryProcess({ client, upstream, signal, facts: processFacts(request), masks, recorder })
  }
  // The policy may have changed since it was asked.
  if (masks?.content !== undefined)
    throw new BothKeysError('ERR_INTERNAL', 'nobody can mask what a port-forward carries')
  return carryPorts({ client, upstream, signal }, portsOf(request))
}

/** Where the end cannot be recorded either, the session ends by that. */
async function cut({ client, head, permit, request }: Connection, error: unknown): Promise<void> {
  let reason = error
  try {
    await permit.settle({ outcome: 'unknown', ...head })
  } catch (unrecorded) {
    reason = unrecorded
  }
  const { body } = statusOf(refusalFrom(reason))
  // It is told why where it listens, and does not have to.
  if (request.kind !== 'portforward') client.send(written(channels.status, Buffer.from(body)), () => undefined)
  client.close(1011)
}
