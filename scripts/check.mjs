// `npm run check`: the fast part of `npm test`, for the edit loop.
import { ensureInstalled } from './ensure-installed.mjs'
import { runSteps } from './run-steps.mjs'
import { steps } from './steps.mjs'

await ensureInstalled()
process.exitCode = await runSteps(steps(['format', 'types', 'lint', 'layers', 'build', 'unit']))
