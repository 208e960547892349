import { verifyJournal } from '@bothkeys/core'
import { Story } from '@bothkeys/example-story'
import { canariesIn } from './canaries.js'
import { recordedTexts } from './record.js'
import { openStage } from './stage.js'
import { tryWay } from './try-way.js'
import { topics } from './ways/index.js'

const story = new Story()
console.log('starting a PostgreSQL and an API server of their own …')
const stage = await openStage()
try {
  for (const [topic, ways] of Object.entries(topics)) {
    story.chapter(topic)
    for (const way of ways) {
      const v = await tryWay(stage, way)
      console.log(way.name, JSON.stringify(v, null, 1))
    }
  }
} finally {
  await stage.close()
}
void verifyJournal, canariesIn, recordedTexts
