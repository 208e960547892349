import { describe, expect, it } from 'vitest'
import { killedIn, partOf } from '../mutants/choice.mjs'
import { Noticing } from '../mutants/noticing.mjs'

const mutant = { name: 'counts', file: 'count.ts', only: 'counts', tests: ['slow.test.ts', 'quick.test.ts'] }

/** A laboratory whose tests end as said, and take as long as said by a clock. */
function laboratoryOf(outcomes, take = () => {}) {
  return {
    ran: [],
    limits: {},
    patience: {},
    mutate: (_, work) => work(),
    async run(test, { limitMs, only, patienceMs }) {
      this.ran.push(only === undefined ? test : `${test}: ${only}`)
      this.limits[test] = limitMs
      this.patience[test] = patienceMs
      take(test)
      const outcome = outcomes[test]
      if (outcome instanceof Error) throw outcome
      return { output: '', loaded: ['count.ts'], verdict: 'passed', ...outcome }
    },
  }
}

async function noticingAfter(delays) {
  let nowMs = 0
  const noticing = new Noticing(() => nowMs)
  const healthy = laboratoryOf({}, (test) => (nowMs += delays[test]))
  for (const test of Object.keys(delays)) await noticing.assertHealthy(test, healthy)
  return noticing
}

describe('what the tests notice', () => {
  const delays = { 'slow.test.ts': 5000, 'quick.test.ts': 10 }

  it('is found by the quickest file first, and no other runs then', async () => {
    const laboratory = laboratoryOf({ 'quick.test.ts': { verdict: 'failed' } })
    expect(await (await noticingAfter(delays)).of(mutant, laboratory)).toEqual({ isNoticed: true })
    expect(laboratory.ran).toEqual(['quick.test.ts: counts'])
  })

  it('is found by any file', async () => {
    const laboratory = laboratoryOf({ 'slow.test.ts': { verdict: 'timed out' } })
    expect(await (await noticingAfter(delays)).of(mutant, laboratory)).toEqual({ isNoticed: true })
    expect(laboratory.ran).toEqual(['quick.test.ts: counts', 'slow.test.ts: counts'])
  })

  it('is nothing when all pass', async () => {
    const found = await (await noticingAfter(delays)).of(mutant, laboratoryOf({}))
    expect(found).toEqual({ isNoticed: false, remark: undefined })
  })

  it('is nothing when no test ran, and that is said', async () => {
    const none = { verdict: 'nothing ran' }
    const noticing = await noticingAfter(delays)
    const found = await noticing.of(mutant, laboratoryOf({ 'slow.test.ts': none, 'quick.test.ts': none }))
    expect(found).toEqual({ isNoticed: false, remark: 'no test has a name like "counts"' })
    expect(await noticing.of(mutant, laboratoryOf({ 'slow.test.ts': none }))).toEqual({ isNoticed: false })
  })

  it('is nothing when the tests were never given the file, and that is said', async () => {
    const away = { loaded: ['other.ts'] }
    const noticing = await noticingAfter(delays)
    const found = await noticing.of(mutant, laboratoryOf({ 'slow.test.ts': away, 'quick.test.ts': away }))
    expect(found).toEqual({ isNoticed: false, remark: 'Vitest gave the file to none of the tests' })
  })

  it('is nothing when it cannot be told, and why is said', async () => {
    const laboratory = laboratoryOf({ 'quick.test.ts': new Error('the tests ran with another count.ts') })
    const found = await (await noticingAfter(delays)).of(mutant, laboratory)
    expect(found).toEqual({ isNoticed: false, remark: 'the tests ran with another count.ts' })
  })

  it('needs tests that pass when nothing is lost', async () => {
    const laboratory = laboratoryOf({ 'slow.test.ts': { verdict: 'failed' } })
    await expect(new Noticing().assertHealthy('slow.test.ts', laboratory)).rejects.toThrow(
      'slow.test.ts failed without',
    )
  })

  it('is waited for longer than the tests took when nothing was lost', async () => {
    const laboratory = laboratoryOf({})
    await (await noticingAfter(delays)).of(mutant, laboratory)
    expect(laboratory.limits).toEqual({ 'quick.test.ts': 30_100, 'slow.test.ts': 80_000 })
    expect(laboratory.patience).toEqual({ 'quick.test.ts': 3030, 'slow.test.ts': 18_000 })
    const long = laboratoryOf({})
    await (await noticingAfter({ ...delays, 'slow.test.ts': 60_000 })).of(mutant, long)
    expect(long.patience['slow.test.ts']).toBe(30_000)
  })
})

describe('a choice of guards', () => {
  it('leaves out what an earlier run killed and nothing else', () => {
    const output =
      '3 guards; first …\nkilled   counts (twice) (1.2 s)\nSURVIVED adds (120.0 s)\nkilled   asks (0.1 s)\n'
    expect(killedIn([output, 'killed   more (1.0 s)'])).toEqual(new Set(['counts (twice)', 'asks', 'more']))
    expect(killedIn([])).toEqual(new Set())
  })

  it('comes in parts that are the whole together', () => {
    const list = ['a', 'b', 'c', 'd', 'e']
    expect(partOf(list, '1/1')).toEqual(list)
    expect([partOf(list, '1/2'), partOf(list, '2/2')]).toEqual([
      ['a', 'c', 'e'],
      ['b', 'd'],
    ])
  })

  it.each(['0/2', '3/2', '1', '', '-1/2', '1/2/3', 'a/b'])('has no part "%s"', (part) => {
    expect(() => partOf(['a'], part)).toThrow('is no part')
  })
})
