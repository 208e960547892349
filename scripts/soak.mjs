// `npm run soak`: builds, then runs the load run, the crash runs, the effect battery, the random statements over overloads of
// users and over masked columns, every split and the memory of streams and the model checks in their whole counts and prints
// their figures. `npm run soak -- crash` runs those with "crash" in their file name. BOTHKEYS_SEED repeats a run. `npm test`
// does a tenth.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled } from './ensure-installed.mjs'
import { execute } from './execute.mjs'
import { root } from './root.mjs'
import { runStep, steps } from './steps.mjs'

await ensureInstalled()
console.log('Building the packages …')
const [build] = steps(['build'])
if (!(await runStep(build))) process.exit(1)
const [word = ''] = process.argv.slice(2)
const long = [
  ['int', 'packages/adapter-pg/test/soak', /\.test\.ts$/],
  ['int', 'packages/adapter-pg/test/battery', /\.test\.ts$/],
  ['int', 'packages/adapter-pg/test/overloads', /\.test\.ts$/],
  ['int', 'packages/adapter-pg/test/masking', /^(canaries|non-interference|room)\.int\.test\.ts$/],
  ['int', 'packages/adapter-pg/test/catalog', /^view-lineage\.int\.test\.ts$/],
  ['int', 'packages/serve/test/soak', /\.test\.ts$/],
  ['unit', 'packages/approval-relay/test/soak', /\.test\.ts$/],
  [
    'unit',
    'packages/core/test/masking',
    /^((masker-)?stream|stream-memory|windows|seen-through|cell-screen|keyword-ends)\.test\.ts$/,
  ],
  ['unit', 'packages/core/test/masking/views', /^readings\.test\.ts$/],
  ['unit', 'packages/core/test/sinks', /^processes\.test\.ts$/],
  ['unit', 'packages/core/test/approvals', /^model-check\.test\.ts$/],
  ['unit', 'packages/core/test/model-check', /model-check\.test\.ts$/],
]
const chosen = long.flatMap(([project, folder, names]) =>
  readdirSync(join(root, folder))
    .filter((name) => names.test(name) && name.includes(word))
    .map((name) => ({ project, path: `${folder}/${name}` })),
)
if (chosen.length === 0) throw new Error(`no long run has ${JSON.stringify(word)} in its file name`)
for (const project of new Set(chosen.map((file) => file.project))) {
  const paths = chosen.filter((file) => file.project === project).map(({ path }) => `"${path}"`)
  const { ok } = await execute(`vitest run --project ${project} ${paths.join(' ')}`, { env: { BOTHKEYS_SOAK: '1' } })
  if (!ok) process.exitCode = 1
}
