import { Story } from '@bothkeys/example-story'
import { openStage, type Stage } from './stage.js'
import { tryWay } from './try-way.js'
import type { Way } from './way.js'
import { topics } from './ways/index.js'

/**
 * The same ways where nothing stands in front of the database, the cluster and the mailbox: each has to do the harm that it is about, and
 * the judge has to notice it. A judge that finds nothing here would find nothing anywhere.
 */
const story = new Story()
console.log('the same ways without any door …')
const stage = await openStage({ doors: false })
let [harmful, harmless] = [0, 0]
let isBroken = true
try {
  for (const [topic, ways] of Object.entries(topics)) {
    if (process.argv[2] !== undefined && !topic.includes(process.argv[2])) continue
    await stage.anew()
    for (const way of ways) {
      // oxlint-disable-next-line no-await-in-loop -- One conversation.
      await tell(stage, way)
    }
  }
} finally {
  await stage.close()
}
story.claim(
  `${String(harmful)} ways do what they are about, and the judge notices; ${String(harmless)} are stopped by something else as well`,
  story.failed === 0,
)
process.exitCode = story.failed === 0 ? 0 : 1

async function tell(on: Stage, way: Way): Promise<void> {
  if (isBroken) await Promise.all([on.database.restore(), on.cluster.restore()])
  const { answers, harm } = await tryWay(on, way)
  isBroken = harm.length > 0 || way.lead !== undefined
  if (harm.length > 0) harmful += 1
  else harmless += 1
  const isAsSaid = harm.length > 0 === (way.alsoStoppedBy === undefined)
  if (!isAsSaid) story.claim(`${way.name}: ${harm.join('; ') || answers.join().slice(0, 300)}`, false)
}
