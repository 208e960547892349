// Compiles, reads and runs every block of every page: `npm test -- build docs`. Names page and line of what is wrong.
import { checkBlocks } from './check-blocks.js'
import { allBlocks } from './pages.js'

const { counts, notRun, problems } = await checkBlocks(allBlocks())
for (const { line, message, page } of problems) console.error(`${page}:${String(line)}: ${message}`)
for (const line of notRun) console.log(`not run: ${line}`)
console.log(`${counts.map(([what, count]) => `${String(count)} ${what}`).join(', ')}; ${String(problems.length)} wrong`)
process.exitCode = problems.length === 0 ? 0 : 1
