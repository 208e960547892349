import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import type { RecordedEvent } from '@bothkeys/core'
import {
  createGuard,
  fileJournal,
  fileSource,
  readJournal,
  unverifiedCredential,
  unverifiedIdentity,
} from '@bothkeys/core'
import { Story } from '@bothkeys/example-story'
import { startPostgres } from '@bothkeys/local-postgres'
import { postgres } from '@bothkeys/pg'
import { Arrived, attributeOf } from './arrived.js'
import { Collector } from './collector.js'
import { otlpSink } from './otlp-sink.js'
import { secrets, seedShop } from './shop.js'

/** What the agent presents; a real guard uses `jwtVerifier` with the tokens of your identity provider. */
const agent = {
  [unverifiedCredential]: {
    kind: 'agent',
    subject: 'support-agent',
    owners: ['ada'],
    agentClass: 'support',
    roles: ['support-agent'],
  },
} as const

const story = new Story()
console.log('starting a PostgreSQL of its own with a small shop, and a collector of logs …')
const server = await startPostgres()
const audit = await mkdtemp(join(tmpdir(), 'bothkeys-audit-to-otel-'))
const collector = new Collector()
await collector.start()
try {
  await tell()
} finally {
  await collector.stop()
  await server.stop()
  await rm(audit, { recursive: true, force: true })
}
console.log(story.failed === 0 ? '\nEvery claim held.' : `\n${String(story.failed)} claims did not hold.`)
process.exitCode = story.failed === 0 ? 0 : 1

async function tell(): Promise<void> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: yours, OTEL_EXPORTER_OTLP_HEADERS: headers } = process.env
  const shop = postgres('shop', { connectionString: await seedShop(server) })
  const guard = await createGuard({
    policy: fileSource(fileURLToPath(new URL('../bothkeys.yaml', import.meta.url))),
    identity: unverifiedIdentity(),
    targets: [shop],
    journal: fileJournal(audit),
    sinks: [
      otlpSink({
        name: 'collector',
        endpoint: collector.endpoint,
        headers: `api-key=${encodeURIComponent(collector.key)}`,
      }),
      ...(yours === undefined ? [] : [otlpSink({ name: 'yours', endpoint: yours, headers })]),
    ],
  })
  const said: string[] = []
  guard.on('sinkBehind', ({ error, events, sink }) =>
    said.push(`${sink} behind: ${error.message}; ${String(events)} wait`),
  )
  guard.on('sinkRecovered', ({ sink }) => said.push(`${sink} recovered`))
  guard.on('sinkStopped', ({ events, sink }) => said.push(`${sink} stopped: ${String(events)} are left`))

  // What `span.spanContext()` of OpenTelemetry's API says, where your agent has a span.
  const trace = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
  const session = await guard.openSession(agent, { trace })
  const db = shop.pool(session)

  story.chapter('1. The agent reads a masked e-mail, and is refused a DROP. The collector has both:')
  const { rows } = await db.query<{ email: string | null }>('select name, email from customers')
  story.line(JSON.stringify(rows))
  const refusal = await db.query('drop table customers').catch((error: unknown) => String(error))
  story.claim('the agent was refused', typeof refusal === 'string' && refusal.includes('no-drop'))
  await until(() => collector.records.some((record) => nameOf(record) === 'bothkeys.action.denied'))
  const denied = collector.records.find((record) => nameOf(record) === 'bothkeys.action.denied')
  story.line(`${String(denied?.severityText)} ${String(denied?.body.stringValue.slice(0, 100))}…`)
  story.claim('the refusal is a warning', denied?.severityText === 'WARN')

  story.chapter('2. The collector is away. The agent goes on, and what it does waits in the journal:')
  await collector.stop()
  const before = collector.records.length
  const noted = await db.query("update customers set note = 'passport 4711-0815' where id = $1", [1])
  story.claim('the agent was not held up', noted.rowCount === 1)
  await until(() => said.some((line) => line.startsWith('collector behind')))
  story.line(String(said.find((line) => line.startsWith('collector behind'))))
  story.claim('nothing arrived, and operators were told', collector.records.length === before)
  await collector.start()
  await until(() => said.includes('collector recovered'))
  story.claim('it is back, and gets what waited', collector.records.length > before)

  story.chapter('3. A batch arrives, and the answer to it is lost:')
  collector.losesNextAnswer = true
  await db.query('select count(*) from customers')
  await until(() => !collector.losesNextAnswer && new Arrived(collector.records).again > 0)
  story.claim('it came again, with the same hashes', new Arrived(collector.records).again > 0)

  await db.end()
  await session.close()
  await guard.close()
  story.chapter('4. The collector has what the journal has:')
  const recorded: RecordedEvent[] = []
  for await (const event of readJournal(audit)) recorded.push(event)
  const arrived = new Arrived(collector.records)
  story.line(`${String(recorded.length)} events, ${String(arrived.again)} of them came more than once`)
  const events = arrived.texts.map((text) => JSON.parse(text) as RecordedEvent)
  story.claim('every event arrived, in order, and nothing else', isDeepStrictEqual(events, recorded))
  story.claim('each verifies by its hash', arrived.verify)
  story.claim('what the agent did is in its trace', arrived.ofTrace(trace.traceId) >= 5)
  const everything = JSON.stringify(collector.records)
  story.claim(
    'neither the e-mail, nor the password, nor the number is in it',
    !secrets.some((each) => everything.includes(each)),
  )
  for (const line of said.filter((each) => each.startsWith('yours'))) story.line(line)
  story.claim('nothing was left to send', !said.some((line) => line.includes('stopped')))
}

function nameOf(record: Parameters<typeof attributeOf>[0]): string {
  return attributeOf(record, 'event.name')
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('what the story waits for did not come')
    await sleep(20)
  }
}
