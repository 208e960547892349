import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createSignerKey } from '../../src/file-signer.js'
import { envelopeOf } from '../support/envelopes.js'
import { closedLater, people, peopleFile } from '../support/relay-stage.js'
import { RelayProcess } from '../support/relay-process.js'
import { issuer, TestEngine } from '../support/test-engine.js'

const isWhole = process.env['BOTHKEYS_SOAK'] !== undefined
const perSecond = isWhole ? 100 : 20
const seconds = isWhole ? 120 : 3
const mebibyte = 1024 * 1024
/** What is no list would never come, so it is taken as one answer and fails there. */
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value])

describe('a relay under load', () => {
  it('takes requests, has them decided and forgets them, with flat memory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'load-'))
    closedLater(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'people.yaml'), peopleFile)
    await createSignerKey(join(folder, 'key.json'))
    const engines = Array.from({ length: 4 }, (_, n) => new TestEngine(`engine-${String(n)}`))
    const relay = await RelayProcess.start({ folder, issuer, people, engines: engines.map(({ known }) => known) })
    for (const engine of engines) engine.url = relay.url
    const times: number[] = []
    const memory: number[] = []
    const failures: unknown[] = []
    let answered = 0
    let askedAgain = 0
    const one = async (engine: TestEngine): Promise<void> => {
      const startedAt = performance.now()
      const { body, id } = envelopeOf({ engine: engine.name })
      expect((await engine.ask(body)).status).toBe(201)
      const waiting = engine.answers(id, 0, 25)
      relay.decide('ann', id)
      let { body: given } = await waiting
      // A machine that has more to do than it can is slow to decide; whoever waits asks again, as engines do.
      while (given['state'] === 'pending' && asList(given['answers']).length === 0) {
        askedAgain++
        given = (await engine.answers(id, 0, 25)).body
      }
      expect(given['answers']).toHaveLength(1)
      await engine.receipts(id, { n: 1, counted: true })
      expect((await engine.end(id, 'consumed')).status).toBe(204)
      times.push(performance.now() - startedAt)
      answered++
    }
    const running = new Set<Promise<void>>()
    const startedAt = performance.now()
    for (let n = 0; n < perSecond * seconds; n++) {
      const dueMs = (n * 1000) / perSecond - (performance.now() - startedAt)
      if (dueMs > 0) await sleep(dueMs)
      const step: Promise<void> = one(engines[n % engines.length] ?? engines[0]!)
        .catch((error: unknown) => failures.push(error))
        .then(() => void running.delete(step))
      running.add(step)
      if (n % (perSecond * Math.max(1, Math.floor(seconds / 12))) === 0) memory.push(await relay.memory())
    }
    await Promise.all(running)
    const tookS = (performance.now() - startedAt) / 1000
    memory.push(await relay.memory())
    await relay.stop()
    expect(failures).toEqual([])
    expect(answered).toBe(perSecond * seconds)
    expect(await readdir(join(folder, 'relay/requests'))).toEqual([])
    times.sort((one_, other) => one_ - other)
    const at = (part: number): string => `${(times[Math.floor(times.length * part)] ?? 0).toFixed(0)} ms`
    const [first = 0] = memory.slice(1)
    const last = memory.at(-1) ?? 0
    console.log(
      `${String(answered)} approvals in ${tookS.toFixed(1)} s (${(answered / tookS).toFixed(1)}/s), whole round p50 ${at(0.5)}, ` +
        `p99 ${at(0.99)}, asked again ${String(askedAgain)} times, heap ${memory.map((bytes) => (bytes / mebibyte).toFixed(1)).join(' ')} MiB`,
    )
    // History and what is remembered of used messages are bounded, and come to less than this.
    expect(last - first).toBeLessThan(48 * mebibyte)
  }, 400_000)
})
