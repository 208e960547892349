import type { Story } from '@bothkeys/example-story'
import type { Scene } from './scene.js'

/** What happens in a workspace of yours: two people of yours decide. */
export async function tellForReal(story: Story, { agent, shop }: Scene): Promise<void> {
  story.chapter(
    'The agent deletes cancelled orders. Look into your channel: two people, none of them its owner, decide.',
  )
  story.claim('all four orders are there', (await shop.orders()).length === 4)
  const { end, tool } = await agent.run("DELETE FROM orders WHERE status = 'cancelled'", 'tidy-up')
  for (const line of tool.split('\n')) story.line(`the agent is told: ${line}`)
  story.line(`the agent: ${end}`)
  const ran = tool === 'DELETE: 2 rows'
  const left = ran ? '101,103' : '101,102,103,104'
  story.claim(ran ? 'two orders are left' : 'nothing was deleted', (await shop.orders()).join() === left)
}
