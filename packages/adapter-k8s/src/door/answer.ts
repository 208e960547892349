import type { IncomingMessage } from 'node:http'
import { BothKeysError, type Permit } from '@bothkeys/core/adapter'
import { maskBody } from '../masking/mask-body.js'
import type { MaskContext } from '../masking/mask-context.js'
import { maskLog } from '../masking/mask-log.js'
import { maskPlain } from '../masking/mask-plain.js'
import { maskWarning } from '../masking/mask-warning.js'
import { maskWatch } from '../masking/mask-watch.js'
import { textsOf } from '../masking/text-mask.js'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { type LogLimit, upTo } from './log-limit.js'
import type { Outlet } from './outlet.js'
import { isSchema } from './schema.js'

/** Headers of the API server that a client sees. */
const shown = ['audit-id', 'retry-after'] as const

/** What an answer is handed on with. */
interface Handing {
  readonly masks: Permit['masks']
  /** How much is shown of a log. */
  readonly limit?: LogLimit | undefined
  readonly settle: () => Promise<void>
  /** Told of the bytes of the answer, as the API server sent them, before the last of it goes out. */
  readonly seen?: ((parts: readonly Uint8Array[]) => void) | undefined
  /** Aborts when nobody waits for the answer any more. */
  readonly signal: AbortSignal
}

/**
 * Hands the answer of the API server on, masked. The last of it waits for `settle`. Rejects with what is wrong, and then no more of
 * it goes out.
 */
export async function handOn(
  request: CanonicalRequest,
  from: IncomingMessage,
  to: Outlet,
  { limit, masks, seen, settle, signal }: Handing,
): Promise<void> {
  const { info, kind, query } = request
  const context: MaskContext = {
    ...(info.isResource && { resource: info.resource }),
    texts: textsOf(masks?.content),
    masked: (values) => masks?.masked(values),
  }
  const asItIs = isSchema(request, from)
  const type = contentTypeOf(from, asItIs)
  // A watch that the server refuses is answered with a Status, not with events.
  const isWatch =
    from.statusCode === 200 && info.isResource && query.some(([name, value]) => name === 'watch' && value === 'true')
  const isLog = from.statusCode === 200 && kind === 'log'
  const isFollowed = isWatch || (isLog && query.some(([name, value]) => name === 'follow' && value === 'true'))
  const kept: Uint8Array[] = []
  const parts = asItIs
    ? (from as AsyncIterable<Buffer>)
    : isLog
      ? logOf(from, type, masks, limit)
      : partsOf(seen === undefined ? from : keeping(from, kept), info.isResource, { context, isWatch, type })
  to.statusCode = statusOf(from)
  to.setHeaders(new Map(Object.entries({ 'content-type': type, ...headersOf(from, context) })))
  // Clients wait for the head of what is followed while nothing happens. Else it goes out with what comes next.
  if (isFollowed) to.flushHeaders()
  let last: Uint8Array | undefined
  for await (const part of parts) {
    if (last !== undefined) await write(to, last, signal)
    // What is followed is not kept back for what may never come.
    last = isFollowed ? await write(to, part, signal) : part
  }
  seen?.(kept)
  await settle()
  to.end(last)
}

/** The most bytes of an answer that are kept: as many as an object of the API server has. */
const mostKept = 4 * 1024 * 1024

async function* keeping(from: IncomingMessage, kept: Uint8Array[]): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const part of from as AsyncIterable<Buffer>) {
    length += part.length
    if (length <= mostKept) kept.push(part)
    else kept.length = 0
    yield part
  }
}

/** A status that is none would only be noticed where the answer is sent. */
function statusOf({ statusCode = 0 }: IncomingMessage): number {
  if (statusCode < 200 || statusCode > 599) throw unreadable('its status is none')
  return statusCode
}

/** Answers of another type cannot be masked. */
function contentTypeOf({ headers }: IncomingMessage, asItIs: boolean): string {
  const type = headers['content-type'] ?? ''
  if (headers['content-encoding'] !== undefined) throw unreadable('it is encoded')
  if (!asItIs && !/^(?:application\/json|text\/plain)(?:;|$)/.test(type))
    throw unreadable('it is neither JSON nor plain text')
  return type
}

/** A log is of what no rule detects. What is a secret by its place has none there. */
function logOf(
  from: IncomingMessage,
  type: string,
  masks: Permit['masks'],
  limit: LogLimit | undefined,
): AsyncIterable<Uint8Array> {
  if (!type.startsWith('text/plain')) throw unreadable('it is no plain text')
  const masked = maskLog(from, masks?.content)
  return limit === undefined ? masked : upTo(masked, limit.most)
}

function partsOf(
  from: AsyncIterable<Uint8Array>,
  isResource: boolean,
  { context, isWatch, type }: { readonly context: MaskContext; readonly isWatch: boolean; readonly type: string },
): AsyncIterable<Uint8Array> {
  if (type.startsWith('application/json')) return isWatch ? maskWatch(from, context) : maskBody(from, context)
  if (isResource) throw unreadable('it is no JSON')
  return maskPlain(from, context)
}

function headersOf(from: IncomingMessage, context: MaskContext): Record<string, string | string[]> {
  const given: Record<string, string | string[]> = {}
  for (const name of shown) {
    const value = from.headers[name]
    if (typeof value === 'string') given[name] = value
  }
  if (from.headers['warning'] === undefined) return given
  const warnings = (from.headersDistinct['warning'] ?? []).flatMap((each) => maskWarning(each, context) ?? [])
  return warnings.length === 0 ? given : { ...given, warning: warnings }
}

/** Resolves when the client can take more. What is written to a client that leaves is never heard of again. */
function write(to: Outlet, part: Uint8Array, signal: AbortSignal): Promise<undefined> | undefined {
  if (!signal.aborted && to.write(part)) return undefined
  return new Promise((resolve, reject) => {
    const left = (): void => {
      to.off('drain', go)
      reject(new BothKeysError('ERR_ABORTED', 'the client left before the answer was whole'))
    }
    const go = (): void => {
      signal.removeEventListener('abort', left)
      resolve(undefined)
    }
    if (signal.aborted) {
      left()
      return
    }
    signal.addEventListener('abort', left, { once: true })
    to.once('drain', go)
  })
}

function unreadable(why: string): BothKeysError {
  return new BothKeysError('ERR_INTERNAL', `the answer of the API server is not shown: ${why}`, {
    hint: 'ask for JSON',
  })
}
