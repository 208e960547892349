import { existsSync } from 'node:fs'
import { afterAll, describe, expect, it } from 'vitest'
import { StatementParser } from '../../src/analyzer/parse.js'

/** Workers cannot load TypeScript on Node.js 20: these run the built worker, which `npm test` makes first. */
const built = existsSync(new URL('../../dist/analyzer/worker.js', import.meta.url))

describe.runIf(built)('long texts, in a worker', () => {
  const parser = new StatementParser({ deadlineMs: 60_000 })
  afterAll(() => parser.close())

  it('parses what is too long for the main thread', async () => {
    const list = Array.from({ length: 5_000 }, (_, index) => String(index)).join(',')
    const result = await parser.parse(`select 'x' from t where id in (${list})`)
    const recorded = result.unparsable ? result.reason : result.recordedText
    expect(recorded.slice(0, 32)).toBe('select ? from t where id in (?,?')
  }, 180_000)

  it('leaves the main thread free meanwhile', async () => {
    let ticks = 0
    const timer = setInterval(() => (ticks += 1), 1)
    await parser.parse(`select ${'/*'.repeat(2_000)} ${'*/'.repeat(2_000)} ${'1,'.repeat(10_000)}1`)
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(0)
  }, 180_000)

  it('gives up at the deadline and parses the next text', async () => {
    const impatient = new StatementParser({ deadlineMs: 1_500 })
    const endless = `select 1 ${'/*'.repeat(60_000)}${'*/'.repeat(60_000)}`
    const started = performance.now()
    expect(await impatient.parse(endless)).toMatchObject({ unparsable: true })
    expect(performance.now() - started).toBeLessThan(60_000)
    const long = `select ${'1,'.repeat(10_000)}1`
    const patient = new StatementParser({ deadlineMs: 60_000 })
    expect(await patient.parse(long)).toMatchObject({ unparsable: false })
    await Promise.all([impatient.close(), patient.close()])
  }, 180_000)

  it('refuses when too many wait', async () => {
    const busy = new StatementParser({ maxWaiting: 1 })
    const long = (index: number): string => `select ${String(index)}, ${'1,'.repeat(10_000)}1`
    const answers = await Promise.all([0, 1, 2, 3].map(async (index) => busy.parse(long(index))))
    expect(answers.filter((answer) => answer.unparsable).length).toBeGreaterThan(0)
    expect(answers.some((answer) => !answer.unparsable)).toBe(true)
    await busy.close()
  }, 180_000)
})
