// `npm run mutants [word…]`: takes each named guard out of a copy of the workspace, one at a time, and runs the tests that
// must notice. A guard whose removal no test notices fails the run. Words choose guards by list, name or file.
import { performance } from 'node:perf_hooks'
import { ensureInstalled } from './ensure-installed.mjs'
import { chosenBy } from './mutants/list.mjs'
import { Laboratory } from './mutants/laboratory.mjs'

/** Copies of the workspace, each with one guard out at a time. More would make tests that wait for clocks unfair. */
const laboratoryCount = 2

const words = process.argv.slice(2)
const chosen = chosenBy(words)
if (chosen.length === 0) throw new Error(`no mutant has one of "${words.join('", "')}" in its list, name or file`)

await ensureInstalled()
const laboratories = await Promise.all(Array.from({ length: laboratoryCount }, () => Laboratory.open()))
const survivors = []
try {
  await assertHealthy()
  const waiting = [...chosen]
  await Promise.all(laboratories.map((laboratory) => workOff(waiting, laboratory)))
} finally {
  await Promise.all(laboratories.map((laboratory) => laboratory.close()))
}
console.log(`${String(chosen.length - survivors.length)} passed, ${String(survivors.length)} failed`)
if (survivors.length > 0) process.exitCode = 1

/** A test that fails anyway cannot tell a mutant. */
async function assertHealthy() {
  console.log(`${String(chosen.length)} guards; first the tests as they are …`)
  const tests = chosen.flatMap((mutant) => mutant.tests)
  const { output, verdict } = await laboratories[0].run(tests, 1_200_000)
  if (verdict === 'passed') return
  console.log(output)
  throw new Error('the tests fail without any mutant, so they cannot tell one')
}

async function workOff(waiting, laboratory) {
  for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
    const { name, only, tests } = mutant
    const started = performance.now()
    const { verdict } = await laboratory.mutate(mutant, () => laboratory.run(tests, 120_000, only))
    // A mutant that makes a test hang is noticed too.
    const isNoticed = verdict !== 'passed'
    if (!isNoticed) survivors.push(name)
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    console.log(`${isNoticed ? 'killed  ' : 'SURVIVED'} ${name} (${seconds} s)`)
  }
}
