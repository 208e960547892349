import { Story } from '@bothkeys/example-story'
import { LocalSlack } from './local-slack.js'
import { realDesk } from './real-desk.js'
import { inScene } from './scene.js'
import { tellForReal } from './tell-for-real.js'
import { tellLocally } from './tell-locally.js'
import { tellRecord } from './tell-record.js'

const story = new Story()
if (process.env['SLACK_BOT_TOKEN'] === undefined) await locally()
else await forReal()
console.log(story.failed === 0 ? '\nEvery claim held.' : `\n${String(story.failed)} claims did not hold.`)
process.exitCode = story.failed === 0 ? 0 : 1

async function locally(): Promise<void> {
  console.log('starting a PostgreSQL, a double of Slack, and a desk that asks there …')
  const slack = await LocalSlack.open()
  try {
    await inScene(slack.variables, async (scene) => {
      await tellLocally(story, scene, slack)
      await scene.end()
      const [deletion, denied] = await tellRecord(story, scene)
      story.claim('grace and linus allowed the first, and nobody else', deletion?.ranBy?.join() === 'grace,linus')
      const ofAda = deletion?.votes.filter(({ person }) => person === 'ada')
      story.claim("ada's click is there too, not counted", ofAda?.[0]?.said === 'not counted: not-independent')
      story.claim('nobody allowed the second', denied !== undefined && denied.ranBy === undefined)
    })
  } finally {
    await slack.close()
  }
}

async function forReal(): Promise<void> {
  console.log('starting a PostgreSQL, and a desk that asks in your Slack …')
  await inScene(realDesk(process.env), async (scene) => {
    await tellForReal(story, scene)
    await scene.end()
    await tellRecord(story, scene)
  })
}
