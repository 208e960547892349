import type { Session } from '@bothkeys/core'
import type pg from 'pg'
import { expect } from 'vitest'
import type { Governed } from '../../support/governed.js'
import { agent } from '../../support/governed.js'
import type { Desk } from './desk.js'

let count = 0

/** A session of a run of its own, because estimates are counted by run, with a client in it. */
export async function openedRun(on: Governed): Promise<{ readonly session: Session; readonly client: pg.Client }> {
  count += 1
  const session = await on.session({ ...agent, subject: `agent-${String(count)}`, owners: [`owner-${String(count)}`] })
  const client = on.target.client(session)
  client.on('error', () => undefined)
  await client.connect()
  return { session, client }
}

interface Sending {
  readonly before?: readonly string[]
  /** Of what comes before, that which is held: it is approved. */
  readonly held?: readonly string[]
  readonly values?: unknown[]
  readonly types?: readonly number[]
}

export interface Shown {
  /** The lines of the estimate. */
  readonly lines: readonly string[]
  /** Everything that approvers see. */
  readonly text: string
  /** What the sender was told when it gave up. */
  readonly told: string
}

/**
 * What comes of asking once the machine has not stood still for as long as an estimate may take. Who is late every time is
 * late for a reason.
 */
export async function inTime<Answer>(ask: () => Promise<Answer>, isLate: (answer: Answer) => boolean): Promise<Answer> {
  for (let left = 4; ; left--) {
    const answer = await ask()
    if (left === 0 || !isLate(answer)) return answer
  }
}

/** What approvers are shown of a statement, after these. Then its sender gives up. */
export function shownOf(on: Governed, desk: Desk, text: string, sending: Sending = {}): Promise<Shown> {
  return inTime(
    () => shownOnce(on, desk, text, sending),
    ({ lines }) => lines[0] === 'no estimate: timeout',
  )
}

async function shownOnce(
  on: Governed,
  desk: Desk,
  text: string,
  { before = [], held = [], types, values }: Sending,
): Promise<Shown> {
  const { client, session } = await openedRun(on)
  for (const each of before) await client.query(each)
  for (const each of held) {
    const done = client.query(each)
    await (await desk.next()).approve()
    await done
  }
  const told: unknown[] = []
  client.on('notice', (notice) => told.push(notice))
  const waiting = client.query({ text, values, types } as pg.QueryConfig).catch((error: unknown) => told.push(error))
  // A statement that is denied is nobody's to approve.
  const asked = await Promise.race([desk.next(), waiting.then(() => undefined)])
  if (asked === undefined) throw told[0]
  const { request } = asked
  await session.close()
  await waiting
  expect(told).toHaveLength(1)
  // Long lines go on in further rows.
  const shown = request.view.text.replaceAll('\n    |> ', '').split('\n')
  const at = shown.findIndex((line) => /^ {2}(?:claimed by|no estimate)/.test(line))
  expect(at).toBeGreaterThan(0)
  const lines = shown.slice(at).map((line) => line.trim())
  return {
    lines: lines.filter((line) => !line.startsWith('!')),
    text: request.view.text,
    told: told.map((each) => `${String(each)} ${JSON.stringify(each)}`).join('\n'),
  }
}
