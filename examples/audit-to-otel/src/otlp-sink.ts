import type { Delivery, Sink } from '@bothkeys/core'
import { logsOf } from './log-records.js'

/** Where the logs of OpenTelemetry go. */
export interface OtlpSinkOptions {
  readonly name: string
  /** As OTEL_EXPORTER_OTLP_ENDPOINT has it: `/v1/logs` follows. */
  readonly endpoint: string
  /** As OTEL_EXPORTER_OTLP_HEADERS has them, `key=value` with commas between: what tells the collector who sends. */
  readonly headers?: string | undefined
}

/**
 * Sends the journal as OpenTelemetry logs, by OTLP/HTTP with JSON. The journal is the spool: what the collector does not take
 * is sent again, in order, for as long as it takes. A batch processor of an SDK would drop what its queue cannot hold.
 */
export function otlpSink({ endpoint, headers: given = '', name }: OtlpSinkOptions): Sink {
  const url = `${endpoint.replace(/\/$/, '')}/v1/logs`
  const headers = headersOf(given)
  return {
    name,
    async deliver({ events }, { signal }): Promise<Delivery> {
      const body = JSON.stringify(logsOf(events))
      try {
        const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal })
        return deliveryBy(response, await response.text())
      } catch (cause) {
        return { outcome: 'failed', why: 'the collector could not be reached', cause }
      }
    },
  }
}

function headersOf(given: string): Headers {
  const headers = new Headers({ 'content-type': 'application/json' })
  for (const pair of given.split(',')) {
    const [name = '', value = ''] = pair.split(/=(.*)/)
    if (name.trim() !== '') headers.set(name.trim(), decodeURIComponent(value.trim()))
  }
  return headers
}

function deliveryBy({ ok, status }: Response, answer: string): Delivery {
  if (!ok) return { outcome: isPassing(status) ? 'failed' : 'refused', why: `HTTP ${String(status)}` }
  const rejected = rejectedOf(answer)
  return rejected === 0
    ? { outcome: 'taken' }
    : { outcome: 'refused', why: `${String(rejected)} records were rejected` }
}

/** What OTLP/HTTP lets a client send again. */
function isPassing(status: number): boolean {
  return [408, 429, 502, 503, 504].includes(status)
}

/** A collector may take a part alone, and says so with 200. */
function rejectedOf(answer: string): number {
  const { partialSuccess } = JSON.parse(answer === '' ? '{}' : answer) as {
    readonly partialSuccess?: { readonly rejectedLogRecords?: string | number }
  }
  return Number(partialSuccess?.rejectedLogRecords ?? 0)
}
