// `npm run soak`: builds, then runs the load run, the crash runs and the effect battery in their whole counts and prints their figures.
// `npm run soak -- crash` runs those with "crash" in their file name. BOTHKEYS_SEED repeats a run. `npm test` does a tenth.
import { ensureInstalled } from './ensure-installed.mjs'
import { execute } from './execute.mjs'
import { runStep, steps } from './steps.mjs'

await ensureInstalled()
console.log('Building the packages …')
const [build] = steps(['build'])
if (!(await runStep(build))) process.exit(1)
const [word = ''] = process.argv.slice(2)
const folders = ['packages/adapter-pg/test/soak', 'packages/adapter-pg/test/battery']
const { ok } = await execute(`vitest run --project int ${folders.map((folder) => `"${folder}/${word}"`).join(' ')}`, {
  env: { BOTHKEYS_SOAK: '1' },
})
process.exitCode = ok ? 0 : 1
