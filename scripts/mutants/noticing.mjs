import { performance } from 'node:perf_hooks'

/** How long tests may take that have not run before. */
const unknownMs = 600_000

/** How much longer tests may take than when nothing was out: a mutant that makes them hang is noticed too. */
const leastMs = { unit: 30_000, integration: 90_000 }
const longer = 10

/** How long tests wait for what does not come: longer than a whole file took when nothing was out. */
const leastPatienceMs = 3000
const mostPatienceMs = 30_000
const morePatient = 3

/** Tells which guards' removal the tests notice, from tests that pass when none is out. */
export class Noticing {
  /** How long each test file took with every guard in its place. */
  #durations = new Map()
  #now

  constructor(now = () => performance.now()) {
    this.#now = now
  }

  /** A test that fails anyway cannot tell a mutant. Throws when this one does. */
  async assertHealthy(test, laboratory) {
    const started = this.#now()
    const { output, verdict } = await laboratory.run(test, { limitMs: unknownMs })
    this.#durations.set(test, this.#now() - started)
    if (verdict === 'passed') return
    throw new Error(`${test} ${verdict} without any mutant, so it cannot tell one\n${output}`)
  }

  /** Takes one guard out and runs its tests, the quickest file first, until one notices. */
  async of(mutant, laboratory) {
    try {
      return await laboratory.mutate(mutant, () => this.#runUntilNoticed(mutant, laboratory))
    } catch (error) {
      // Nothing was shown, so nothing was noticed.
      return { isNoticed: false, remark: error instanceof Error ? error.message : String(error) }
    }
  }

  async #runUntilNoticed({ file, only, tests }, laboratory) {
    const quickestFirst = Array.from(new Set(tests)).sort((a, b) => this.#duration(a) - this.#duration(b))
    const verdicts = new Set()
    let isLoaded = false
    for (const test of quickestFirst) {
      const durationMs = this.#duration(test)
      const { loaded, verdict } = await laboratory.run(test, {
        limitMs: limitMs(test, durationMs),
        only,
        patienceMs: Math.min(mostPatienceMs, leastPatienceMs + Math.ceil(morePatient * durationMs)),
      })
      if (verdict === 'failed' || verdict === 'timed out') return { isNoticed: true }
      verdicts.add(verdict)
      isLoaded ||= loaded.includes(file)
    }
    if (!verdicts.has('passed')) return { isNoticed: false, remark: `no test has a name like "${only}"` }
    return { isNoticed: false, remark: isLoaded ? undefined : 'Vitest gave the file to none of the tests' }
  }

  #duration(test) {
    return this.#durations.get(test) ?? unknownMs
  }
}

function limitMs(test, durationMs) {
  const kind = test.endsWith('.int.test.ts') ? 'integration' : 'unit'
  return leastMs[kind] + Math.ceil(longer * durationMs)
}
