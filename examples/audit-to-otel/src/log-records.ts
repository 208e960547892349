import type { RecordedEvent, SinkBatch } from '@bothkeys/core'

type Event = SinkBatch['events'][number]

/** A value of an attribute; whole numbers are written as text, as JSON of protobuf has them. */
type AnyValue = { readonly stringValue: string } | { readonly intValue: string }

/** A log record, as far as events of a journal need one. */
export interface LogRecord {
  readonly timeUnixNano: string
  readonly severityNumber: number
  readonly severityText: string
  /** The text that was recorded, to the last byte: whoever has it can verify it. */
  readonly body: { readonly stringValue: string }
  readonly attributes: readonly { readonly key: string; readonly value: AnyValue }[]
  readonly traceId?: string
  readonly spanId?: string
}

/** What is posted to `/v1/logs`. */
export interface LogsData {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: LogRecord['attributes'] }
    readonly scopeLogs: readonly {
      readonly scope: { readonly name: string }
      readonly logRecords: readonly LogRecord[]
    }[]
  }[]
}

/** Events of a journal as logs of OpenTelemetry. */
export function logsOf(events: readonly Event[]): LogsData {
  const attributes = [{ key: 'service.name', value: { stringValue: 'shop-agents' } }]
  const scopeLogs = [{ scope: { name: '@bothkeys/core' }, logRecords: events.map(logRecord) }]
  return { resourceLogs: [{ resource: { attributes }, scopeLogs }] }
}

function logRecord({ hash, lsn, session, text, type }: Event): LogRecord {
  const { spanId, time, traceId } = JSON.parse(text) as RecordedEvent // as the journal wrote it
  const isRefusal = /denied|refused|rejected/.test(type)
  return {
    timeUnixNano: `${String(Date.parse(time))}000000`,
    severityNumber: isRefusal ? 13 : 9,
    severityText: isRefusal ? 'WARN' : 'INFO',
    body: { stringValue: text },
    attributes: [
      { key: 'event.name', value: { stringValue: `bothkeys.${type}` } },
      // The same whenever it is sent: what has it already, a receiver leaves out.
      { key: 'bothkeys.hash', value: { stringValue: hash } },
      { key: 'bothkeys.lsn', value: { intValue: String(lsn) } },
      { key: 'bothkeys.session', value: { stringValue: session } },
    ],
    ...(traceId !== undefined && spanId !== undefined && { traceId, spanId }),
  }
}
