// `npm run soak`: builds, then runs the load run and the crash runs in their whole counts and prints their figures.
// `npm run soak -- crash` runs those with "crash" in their file name. BOTHKEYS_SEED repeats a run. `npm test` does a tenth.
import { ensureInstalled } from './ensure-installed.mjs'
import { execute } from './execute.mjs'
import { runStep, steps } from './steps.mjs'

await ensureInstalled()
console.log('Building the packages …')
const [build] = steps(['build'])
if (!(await runStep(build))) process.exit(1)
const [word = ''] = process.argv.slice(2)
const { ok } = await execute(`vitest run --project int "packages/adapter-pg/test/soak/${word}"`, {
  env: { BOTHKEYS_SOAK: '1' },
})
process.exitCode = ok ? 0 : 1
