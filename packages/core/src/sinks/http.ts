import { createHmac } from 'node:crypto'
import { answered, isPassing, retryAfterMs } from '../identity/answered.js'
import { readAtMost } from '../identity/bounded-fetch.js'
import { secureUrl } from '../identity/secure-url.js'
import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { Clock } from '../model/clock.js'
import { systemClock } from '../model/clock.js'
import type { Delivery, Sink, SinkBatch, SinkOptions } from './sink.js'
import { linesOf, taken } from './sink.js'
import { sinkLimits, sinkOptionNames } from './sink-options.js'

/** Where an HTTP sink sends events, and what it signs with. */
export interface HttpSinkOptions extends SinkOptions {
  /** https, or http on loopback, without credentials, query and fragment; redirects are not followed. */
  readonly url: string
  /** What the receiver knows as well: 32 bytes or more. Several while they change: each of them signs. */
  readonly key: Uint8Array | readonly Uint8Array[]
  /** Default: the system's clock. */
  readonly clock?: Clock
}

const optionNames: ReadonlySet<string> = new Set<keyof HttpSinkOptions>([
  ...sinkOptionNames,
  'url',
  'key',
  'clock',
] as const)

/** How much of an answer is read, in bytes: nothing in it counts. */
const maxAnswerBytes = 64 * 1024
const leastKeyBytes = 32
const mostKeys = 8

/**
 * Posts the events of the journal to a server, one line of RFC 8785 JSON for each (`application/x-ndjson`), signed as Standard
 * Webhooks has it: `webhook-id` is the batch's key, by which a server knows one that came before, `webhook-timestamp` the time
 * in seconds, and `webhook-signature` `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64, one for each key with blanks
 * between them.
 *
 * A 2xx answer takes the batch. 408, 429, 5xx and no answer are tried again, after `Retry-After` (60 seconds at most) at the
 * earliest; anything else, a redirect too, refuses it, which is tried again slowly. Throws ERR_CONFIG_INVALID when an option
 * is wrong.
 *
 * @example
 * httpSink({ name: 'siem', url: 'https://siem.example.com/bothkeys', key: Buffer.from(process.env.SIEM_KEY, 'base64') })
 */
export function httpSink(options: HttpSinkOptions): Sink {
  assertKnownOptions(of, options, optionNames)
  const limits = sinkLimits(of, options)
  const { clock = systemClock, name } = options
  const url = secureUrl(options.url, 'url', (what) => wrongOption(of, what))
  // They stand in the logs of servers on the way.
  if (url.search !== '' || url.hash !== '') throw wrongOption(of, 'url must have no query and no fragment')
  const keys = keysOf(options.key)
  return Object.freeze<Sink>({
    name,
    ...limits,
    async deliver(batch, { signal }) {
      const body = linesOf(batch)
      const headers = signedHeaders(batch, body, keys, clock)
      try {
        const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
        // A connection is used again when its answer was read. The status alone says what became of the batch.
        await readAtMost(response, maxAnswerBytes).catch(() => undefined)
        return deliveryBy(response)
      } catch (cause) {
        return { outcome: 'failed', why: 'it could not be reached', cause }
      }
    },
  })
}

const of = 'httpSink'

function signedHeaders(
  { key: id }: SinkBatch,
  body: string,
  keys: readonly Buffer[],
  clock: Clock,
): Record<string, string> {
  const timestamp = String(Math.floor(clock.wallMs() / 1000))
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`,
  )
  return {
    'content-type': 'application/x-ndjson',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}

function deliveryBy({ headers, status }: Response): Delivery {
  if (status >= 200 && status <= 299) return taken
  const why = answered(status)
  return isPassing(status) ? { outcome: 'failed', why, retryMs: retryAfterMs(headers) } : { outcome: 'refused', why }
}

/** Copies: what the host does with its bytes later changes no signature. */
function keysOf(given: unknown): readonly Buffer[] {
  const keys: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (keys.length === 0 || keys.length > mostKeys) throw wrongOption(of, `key must be 1 to ${String(mostKeys)} keys`)
  return keys.map((key) => {
    if (key instanceof Uint8Array && key.byteLength >= leastKeyBytes) return Buffer.from(key)
    throw wrongOption(of, `key must be ${String(leastKeyBytes)} bytes or more`)
  })
}
