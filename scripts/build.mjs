// `npm run build`: JavaScript by tsup, declarations by tsc, packages in dependency order.
import { ensureInstalled } from './ensure-installed.mjs'
import { runSteps } from './run-steps.mjs'
import { steps } from './steps.mjs'

await ensureInstalled()
process.exitCode = await runSteps(steps(['build']))
