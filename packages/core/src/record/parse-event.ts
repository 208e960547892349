import { traceContextOf } from '../model/trace.js'
import type { RecordedEvent } from './event.js'

const hashText = /^[0-9a-f]{64}$/
const timeText = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

/** Reads one line as an event. Undefined when it is not JSON or has no proper envelope. Never throws. */
export function parseEvent(text: string): RecordedEvent | undefined {
  const value = parseJson(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { v, recorder, lsn, session, seq, prev, time, mono, type } = value as Readonly<Record<string, unknown>>
  if (v !== 1 || typeof recorder !== 'string' || !isCount(lsn) || !isCount(seq)) return undefined
  if (typeof session !== 'string' || typeof mono !== 'number' || typeof type !== 'string') return undefined
  if (typeof prev !== 'string' || !hashText.test(prev)) return undefined
  if (typeof time !== 'string' || !timeText.test(time) || Number.isNaN(Date.parse(time))) return undefined
  if (('traceId' in value || 'spanId' in value) && traceContextOf(value) === undefined) return undefined
  // Every member of the envelope was looked at; a type that this version does not know is still an event.
  return value as RecordedEvent
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
