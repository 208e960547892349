// `npm run bench`: builds, then measures the tables of bench/src/tables on the built packages.
// `npm run bench -- select` measures one; `npm run bench -- select --profile` shows where the time of one goes.
import { join } from 'node:path'
import { ensureInstalled } from './ensure-installed.mjs'
import { execute } from './execute.mjs'
import { root } from './root.mjs'
import { builtKubernetes } from './built-kubernetes.mjs'
import { runStep, steps } from './steps.mjs'

await ensureInstalled()
console.log('Building the packages …')
const [build] = steps(['build'])
if (!(await runStep(build))) process.exit(1)
// What is not built is not measured.
process.env.KUBEBUILDER_ASSETS ||= builtKubernetes() ?? ''
const args = process.argv.slice(2)
const flags = ['--expose-gc', ...(args.includes('--profile') ? ['--enable-source-maps'] : []), '--import', 'tsx']
const command = ['node', ...flags, join(root, 'bench', 'src', 'main.ts'), ...args].map((word) => `"${word}"`).join(' ')
const { ok } = await execute(command, { cwd: join(root, 'bench') })
process.exitCode = ok ? 0 : 1
