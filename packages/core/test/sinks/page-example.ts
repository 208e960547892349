import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { GuardOptions } from '@bothkeys/core'
import { createGuard, fileJournal, httpSink, jsonlSink } from '@bothkeys/core'

/** A guard whose record also goes to a server and to a file. */
export async function guardWithSinks(
  options: Omit<GuardOptions, 'journal' | 'sinks'>,
  at: { readonly audit: string; readonly url: string; readonly key: Uint8Array; readonly archive: string },
  alert: (text: string) => void,
) {
  const guard = await createGuard({
    ...options,
    journal: fileJournal(at.audit),
    sinks: [
      httpSink({ name: 'siem', url: at.url, key: at.key }),
      jsonlSink({ name: 'archive', path: at.archive, rotateBytes: 256 * 1024 * 1024 }),
    ],
  })
  guard.on('sinkBehind', ({ error, events }) => {
    alert(`${error.message}; ${String(events)} events wait`)
  })
  guard.on('sinkStopped', ({ error, events }) => {
    alert(`${error.message}; ${String(events)} events are left`)
  })
  return guard
}

/** What the server does with a request: the events that are new to it. Answer HTTP 401 when it throws. */
export function newEvents(headers: Headers, body: Uint8Array, key: Uint8Array, seen: Set<string>) {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
    (name) => headers.get(`webhook-${name}`) ?? '',
  )
  const expected = `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64')}`
  const isOurs = (signatures ?? '').split(' ').some((each) => same(each, expected))
  if (!isOurs || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) throw new Error('not signed by the guard')
  const events: unknown[] = []
  for (const text of new TextDecoder().decode(body).split('\n').slice(0, -1)) {
    const hash = createHash('sha256').update(`\0${text}`).digest('hex')
    // Keep what was seen where you keep the events, in one transaction with them.
    if (!seen.has(hash)) events.push(JSON.parse(text))
    seen.add(hash)
  }
  return events
}

function same(given: string, expected: string): boolean {
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
}
