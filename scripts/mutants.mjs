// `npm run mutants [word]`: takes each named guard out of a copy of the workspace, one at a time, and runs the tests that
// must notice. A guard whose removal no test notices fails the run.
import { performance } from 'node:perf_hooks'
import { ensureInstalled } from './ensure-installed.mjs'
import { mutants } from './mutants/list.mjs'
import { Laboratory } from './mutants/laboratory.mjs'

const word = process.argv[2] ?? ''
const chosen = mutants.filter(({ name, file }) => `${name} ${file}`.includes(word))
if (chosen.length === 0) throw new Error(`no mutant has "${word}" in its name or file`)

await ensureInstalled()
const laboratory = await Laboratory.open()
let killed = 0
const survivors = []
try {
  console.log(`${String(chosen.length)} guards; first the tests as they are …`)
  const healthy = await laboratory.run(
    chosen.flatMap(({ tests }) => tests),
    600_000,
  )
  if (healthy.verdict !== 'passed') {
    console.log(healthy.output)
    throw new Error('the tests fail without any mutant, so they cannot tell one')
  }
  for (const mutant of chosen) {
    const started = performance.now()
    const { verdict } = await laboratory.mutate(mutant, () => laboratory.run(mutant.tests, 120_000))
    // A mutant that makes a test hang is noticed too.
    const noticed = verdict !== 'passed'
    if (noticed) killed += 1
    else survivors.push(mutant.name)
    console.log(
      `${noticed ? 'killed  ' : 'SURVIVED'} ${mutant.name} (${((performance.now() - started) / 1000).toFixed(1)} s)`,
    )
  }
} finally {
  await laboratory.close()
}
console.log(`${String(killed)} passed, ${String(survivors.length)} failed`)
if (survivors.length > 0) process.exitCode = 1
