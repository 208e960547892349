import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { verifyJournal } from '@bothkeys/core'
import { describe, expect, it } from 'vitest'
import { createSignerKey } from '../../src/file-signer.js'
import { claimsOf } from '../support/claims.js'
import { envelopeOf } from '../support/envelopes.js'
import { closedLater, people, peopleFile } from '../support/relay-stage.js'
import { RelayProcess } from '../support/relay-process.js'
import { issuer, TestEngine } from '../support/test-engine.js'

const rounds = process.env['BOTHKEYS_SOAK'] === undefined ? 2 : 30
const perRound = 12

describe('a relay that is killed while requests wait and people decide', () => {
  it('has every request that it took, and every decision that somebody was told of, once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'killed-'))
    closedLater(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'people.yaml'), peopleFile)
    await createSignerKey(join(folder, 'key.json'))
    const engine = new TestEngine('orders')
    const config = { folder, issuer, people, engines: [engine.known] }
    const taken = new Set<string>()
    const told = new Map<string, number>()
    /** The evidence of each answer, the first time that it was seen. */
    const seen = new Map<string, string>()
    let relay = await RelayProcess.start(config)
    for (let round = 0; round < rounds; round++) {
      engine.url = relay.url
      for (const id of taken) await assertDelivered(engine, id, told, seen)
      const work = Array.from({ length: perRound }, async (_, n) => {
        const { body, id } = envelopeOf()
        const { status } = await engine.ask(body)
        if (status !== 201) throw new Error(`a request was answered with ${String(status)}`)
        taken.add(id)
        relay.decide(n % 2 === 0 ? 'ann' : 'bob', id)
      })
      // At another moment each time: while requests come in, while people decide, when all is done.
      const enough = 1 + ((round * 5) % perRound)
      while (relay.told.length < enough) await sleep(1)
      await relay.kill()
      await Promise.allSettled(work)
      for (const line of relay.told) {
        const [word, id = '', n] = line.split(' ')
        if (word === 'told') told.set(id, Number(n))
        else expect(line).toBe(`told ${id}`)
      }
      relay = await RelayProcess.start(config)
    }
    engine.url = relay.url
    for (const id of taken) await assertDelivered(engine, id, told, seen)
    expect(told.size).toBeGreaterThan(0)
    expect(new Set([...seen.values()].map((evidence) => claimsOf(evidence)['jti'])).size).toBe(seen.size)
    console.log(`killed ${String(rounds)} times: ${String(taken.size)} requests, ${String(told.size)} decisions told`)
    await relay.stop()
    const verified = await verifyJournal(join(folder, 'audit'))
    expect(verified).toMatchObject({ verdict: 'intact' })
  })
})

async function assertDelivered(
  engine: TestEngine,
  id: string,
  told: ReadonlyMap<string, number>,
  seen: Map<string, string>,
): Promise<void> {
  const { body, status } = await engine.answers(id)
  expect({ status, state: body['state'] }).toEqual({ status: 200, state: 'pending' })
  const answers = body['answers'] as readonly { readonly n: number; readonly evidence: string }[]
  const n = told.get(id)
  if (n !== undefined) expect(answers.map((answer) => answer.n)).toContain(n)
  // One person was asked about each.
  expect(answers.length).toBeLessThanOrEqual(1)
  for (const { evidence, n: each } of answers) {
    const name = `${id} ${String(each)}`
    expect(evidence).toBe(seen.get(name) ?? evidence)
    seen.set(name, evidence)
  }
}
