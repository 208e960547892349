import { verifyJournal } from '@bothkeys/core'
import { Story } from '@bothkeys/example-story'
import { canariesIn } from './canaries.js'
import { recordedTexts } from './record.js'
import { openStage } from './stage.js'
import { tryWay } from './try-way.js'
import { topics } from './ways/index.js'

const story = new Story()
console.log('starting a PostgreSQL and an API server of their own …')
const stage = await openStage({ doors: process.argv[2] !== 'bare' })
try {
  for (const [topic, ways] of Object.entries(topics)) {
    if (process.argv[3] !== undefined && !topic.includes(process.argv[3])) continue
    story.chapter(topic)
    await stage.anew()
    for (const way of ways) {
      const v = await tryWay(stage, way)
      const bad =
        process.argv[2] === 'bare'
          ? (v.harm.length === 0) !== (way.alsoStoppedBy !== undefined)
          : [...v.harm, ...v.missing, ...v.stopped].length > 0
      console.log(
        bad ? 'BAD' : 'ok ',
        way.name,
        '|',
        v.refusedBy,
        v.because.join(' '),
        bad ? JSON.stringify(v, null, 1) : '',
      )
    }
  }
} finally {
  await stage.close()
}
;(void verifyJournal, canariesIn, recordedTexts)
