// `npm run soak`: the long fuzz, kill and load runs whole; `npm test` runs the same files at a tenth. Each prints its seed.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ensureInstalled } from './ensure-installed.mjs'
import { execute } from './execute.mjs'
import { root } from './root.mjs'

await ensureInstalled()
const long = readdirSync(join(root, 'packages'), { recursive: true })
  .map((name) => join('packages', name))
  .filter((name) => name.endsWith('.test.ts') && !name.includes('node_modules'))
  .filter((name) => readFileSync(join(root, name), 'utf8').includes('BOTHKEYS_SOAK'))
let ok = (await execute('node scripts/build.mjs')).ok
for (const project of ['unit', 'int']) {
  const own = long.filter((name) => name.endsWith('.int.test.ts') === (project === 'int'))
  if (own.length === 0) continue
  const run = await execute(`vitest run --project ${project} --testTimeout 3600000 ${own.join(' ')}`, {
    env: { BOTHKEYS_SOAK: '1' },
  })
  ok &&= run.ok
}
process.exitCode = ok ? 0 : 1
