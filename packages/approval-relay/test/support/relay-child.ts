/**
 * A relay in a process of its own, until it is killed. Prints where it listens, then for each line `decide WHO ID` on its input
 * what the person was told: `told ID N`, or `refused ID REASON`.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileDirectory, fileJournal } from '@bothkeys/core'
import { fileSigner } from '../../src/file-signer.js'
import type { RelayOptions } from '../../src/relay-options.js'
import { composeRelay } from '../../src/relay.js'

/** What the parent gives it. */
export interface ChildConfig {
  readonly folder: string
  readonly issuer: string
  readonly people: string
  readonly engines: RelayOptions['engines']
}

// What the parent wrote.
const { engines, folder, issuer, people } = JSON.parse(process.argv[2] ?? '') as ChildConfig
const many = 1_000_000
const { desk, relay } = await composeRelay({
  issuer,
  engines,
  signer: fileSigner(`${folder}/key.json`),
  directory: fileDirectory(`${folder}/people.yaml`),
  folder: `${folder}/relay`,
  journal: fileJournal(`${folder}/audit`),
  limits: {
    pendingPerEngine: many,
    requestsPerMinute: many,
    requestsPerRequesterPerMinute: many,
    messagesPerMinute: many,
    waitingPerEngine: many,
    decisionsPerPersonPerMinute: many,
  },
  onFailure: (cause) => process.stderr.write(`${String(cause)}\n`),
})
const never = new AbortController().signal
say((await relay.listen({ port: 0 })).url)
for await (const line of createInterface({ input: process.stdin })) {
  const [command, who = '', id = ''] = line.split(' ')
  if (command === 'decide') void decide(who, id)
  if (command === 'memory') {
    globalThis.gc?.()
    say(`memory ${String(process.memoryUsage().heapUsed)}`)
  }
}
await relay.close()

async function decide(who: string, id: string): Promise<void> {
  const person = { subject: { issuer: people, id: who } }
  const viewDigest = (await desk.viewFor(id, person, never))?.digest ?? ''
  const via = { kind: 'page', name: 'test' } as const
  const told = await desk.decide(id, { decision: 'allow', person, level: 'signed', via, viewDigest }, never)
  say(told.decided ? `told ${id} ${String(told.n)}` : `refused ${id} ${told.reason}`)
}

function say(text: string): void {
  writeSync(1, `${text}\n`)
}
