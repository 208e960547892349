/**
 * A process whose guard has a sink. `send DIR [LSN]`: opens and closes sessions until it is killed, and prints each event that
 * its sink took, by lsn and hash; with LSN it kills itself right after that one was delivered, before it is acknowledged.
 * `flood DIR COUNT BYTES`: records so many events of so many bytes while the sink is down, and then sends all of them.
 */
import { writeSync } from 'node:fs'
import { createGuard } from '../../src/guard.js'
import { unverifiedIdentity } from '../../src/identity/unverified.js'
import { unverifiedCredential } from '../../src/identity/verifier.js'
import { systemClock } from '../../src/model/clock.js'
import { inlineSource } from '../../src/policy/inline-source.js'
import { fileJournal } from '../../src/record/file-journal.js'
import { callbackSink } from '../../src/sinks/callback.js'
import { SinkPump } from '../../src/sinks/pump.js'
import type { SinkBatch } from '../../src/sinks/sink.js'

const [mode, directory = '', ...numbers] = process.argv.slice(2)

if (mode === 'send') await send(Number(numbers[0] ?? Number.POSITIVE_INFINITY))
else await flood(Number(numbers[0]), Number(numbers[1]))

async function send(last: number): Promise<void> {
  const guard = await createGuard({
    policy: inlineSource({ version: 1, targets: {}, roles: {} }),
    identity: unverifiedIdentity(),
    targets: [],
    journal: fileJournal(directory, { segmentBytes: 20_000 }),
    sinks: [callbackSink({ name: 'parent', batchEvents: 7, deliver: (batch) => print(batch, last) })],
  })
  guard.on('sinkStopped', ({ error }) => {
    say(`stopped ${error.message}`)
  })
  for (;;) {
    const claims = { kind: 'agent', subject: 'a1', roles: [], owners: ['ada'], agentClass: 'etl' } as const
    const session = await guard.openSession({ [unverifiedCredential]: claims })
    await session.close()
  }
}

function print({ events }: SinkBatch, last: number): Promise<void> {
  for (const { hash, lsn } of events) {
    say(`${String(lsn)} ${hash}`)
    if (lsn === last) process.kill(process.pid, 'SIGKILL')
  }
  return Promise.resolve()
}

async function flood(count: number, bytes: number): Promise<void> {
  const journal = await fileJournal(directory).open({ recorder: 'bothkeys', clock: systemClock })
  let isUp = false
  let got = 0
  let inOrder = true
  const sink = callbackSink({
    name: 'parent',
    deliver: async ({ events }) => {
      if (!isUp) throw new Error('down')
      // A turn of the event loop, as anything that sends takes one.
      await new Promise(setImmediate)
      for (const { lsn } of events) inOrder &&= lsn === got++
    },
  })
  const told = { behind: 0, stopped: 0 }
  const ports = {
    clock: systemClock,
    random: Math.random,
    behind: () => told.behind++,
    recovered: () => undefined,
    stopped: () => told.stopped++,
  }
  const follower = journal.follow?.('parent', () => undefined)
  if (follower === undefined) throw new Error('the journal feeds no sinks')
  const pump = new SinkPump(sink, follower, ports, { idleMs: 5, backOffMs: 5, mostBackOffMs: 20, graceMs: 100 })
  pump.start()
  const pad = 'x'.repeat(bytes)
  for (let n = 0; n < count; n++) {
    await journal.append({ type: 'target.internal', session: 's', body: { n, pad } }, 'written')
    if (n % 200 === 199) await follower.settle()
  }
  isUp = true
  await pump.close(600_000)
  await journal.close()
  say(JSON.stringify({ got, inOrder, wasDown: told.behind > 0, stopped: told.stopped }))
}

function say(text: string): void {
  writeSync(1, `${text}\n`)
}
