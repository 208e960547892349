// `npm run docs`: the API reference of all packages, in the folder api-reference. Fails on a public name without a doc block.
import { join } from 'node:path'
import { notExported } from './api/not-exported.mjs'
import { exportedModules, readReference } from './api/reference.mjs'
import { ensureInstalled } from './ensure-installed.mjs'
import { root } from './root.mjs'
import { packagesBelow } from './workspace.mjs'

await ensureInstalled()
const modules = exportedModules(root, packagesBelow('packages'))
const tsconfig = join(root, 'tsconfig.all.json')
const { app, names, problems, project } = await readReference({ root, modules, tsconfig, unexported: notExported })
for (const problem of problems) console.error(problem)
const undocumented = problems.filter((problem) => problem.endsWith('has no doc block')).length
const percent = ((100 * (names - undocumented)) / names).toFixed(undocumented === 0 ? 0 : 1)
console.log(`${String(names - undocumented)} of ${String(names)} public names have a doc block: ${percent} %`)
if (problems.length > 0) process.exitCode = 1
else await app.generateDocs(project, join(root, 'api-reference'))
