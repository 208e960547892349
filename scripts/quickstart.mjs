// `npm run quickstart`: installs and builds what is missing, then shows one agent being governed on a real PostgreSQL.
import { join } from 'node:path'
import { ensureInstalled } from './ensure-installed.mjs'
import { execute } from './execute.mjs'
import { isBuilt } from './is-built.mjs'
import { root } from './root.mjs'
import { runStep, steps } from './steps.mjs'

await ensureInstalled()
if (!isBuilt()) {
  console.log('Building the packages (about a minute) …')
  const [build] = steps(['build'])
  if (!(await runStep(build))) process.exit(1)
}
const { ok } = await execute('npm start --silent', { cwd: join(root, 'examples', 'quickstart') })
process.exitCode = ok ? 0 : 1
