// Prints `N passed, N failed` for a folder of tiers; the exit status says whether anything failed.
import { sumTiers } from './reports.mjs'

const { passed, failed } = sumTiers(process.argv[2])
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
