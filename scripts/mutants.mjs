// `npm run mutants [word…]`: takes each named guard out of a copy of the workspace, one at a time, and runs the tests that
// must notice. A guard whose removal no test notices fails the run. Words choose guards by list, name or file.
//   --skip FILE        leaves out what the output of an earlier run says was killed; may be given several times
//   --part 2/3         takes the second of three parts
//   --laboratories 1   works on so many copies of the workspace at a time
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { ensureInstalled } from './ensure-installed.mjs'
import { killedIn, partOf } from './mutants/choice.mjs'
import { Laboratory } from './mutants/laboratory.mjs'
import { chosenBy } from './mutants/list.mjs'
import { Noticing } from './mutants/noticing.mjs'

const { positionals: words, values } = parseArgs({
  allowPositionals: true,
  options: {
    // More than two would make tests that wait for clocks unfair.
    laboratories: { type: 'string', default: '2' },
    part: { type: 'string', default: '1/1' },
    skip: { type: 'string', multiple: true, default: [] },
  },
})
const count = Number(values.laboratories)
if (!Number.isInteger(count) || count < 1) throw new Error('--laboratories takes a whole number from 1 on')
const done = killedIn(values.skip.map((file) => readFileSync(file, 'utf8')))
const chosen = partOf(chosenBy(words), values.part).filter(({ name }) => !done.has(name))
if (chosen.length === 0)
  throw new Error(`no mutant is left of those with "${words.join('", "')}" in list, name or file`)

await ensureInstalled()
const laboratories = await Promise.all(Array.from({ length: count }, () => Laboratory.open()))
const closeAll = () => Promise.all(laboratories.map((laboratory) => laboratory.close()))
const interruption = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    interruption.abort()
    void closeAll().finally(() => process.exit(130))
  })
}

const noticing = new Noticing()
let survived = 0
try {
  console.log(`${String(chosen.length)} guards; first the tests as they are …`)
  const tests = Array.from(new Set(chosen.flatMap((mutant) => mutant.tests)))
  await shareOut(tests, (test, laboratory) => noticing.assertHealthy(test, laboratory))
  await shareOut(chosen, takeOut)
} finally {
  await closeAll()
}
if (!interruption.signal.aborted) console.log(`${String(chosen.length - survived)} passed, ${String(survived)} failed`)
if (survived > 0) process.exitCode = 1

/** Each laboratory takes the next one as soon as it is free. */
async function shareOut(items, work) {
  const waiting = items.values()
  await Promise.all(
    laboratories.map(async (laboratory) => {
      for (const item of waiting) {
        if (interruption.signal.aborted) return
        await work(item, laboratory)
      }
    }),
  )
}

async function takeOut(mutant, laboratory) {
  const started = performance.now()
  const { isNoticed, remark } = await noticing.of(mutant, laboratory)
  // What came of tests that were ended says nothing.
  if (interruption.signal.aborted) return
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  if (!isNoticed) survived += 1
  console.log(`${isNoticed ? 'killed  ' : 'SURVIVED'} ${mutant.name} (${seconds} s)`)
  if (remark !== undefined) console.log(`         ${remark}`)
}
