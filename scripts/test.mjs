// `npm test`: everything that needs only npm. `npm test -- unit integration` runs just those steps.
import { ensureInstalled } from './ensure-installed.mjs'
import { runSteps } from './run-steps.mjs'
import { steps } from './steps.mjs'

const names = process.argv.slice(2)
await ensureInstalled()
process.exitCode = await runSteps(steps(names.length > 0 ? names : undefined))
