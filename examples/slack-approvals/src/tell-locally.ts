import type { Story } from '@bothkeys/example-story'
import { screenOf } from '@bothkeys/slack-double'
import type { LocalSlack } from './local-slack.js'
import type { Scene } from './scene.js'

/** What happens in the local workspace: everybody tries, and two can. */
export async function tellLocally(story: Story, { agent, shop }: Scene, slack: LocalSlack): Promise<void> {
  const shown = (message: Parameters<typeof screenOf>[0]): string => screenOf(message).join('\n')

  story.chapter('1. The agent deletes cancelled orders, and the policy asks two people. This is in the channel:')
  const deletion = "DELETE FROM orders WHERE status = 'cancelled'"
  const running = agent.run(deletion, 'tidy-up')
  const message = await slack.asking()
  for (const line of screenOf(message)) story.line(line)
  const seen = { ...message }
  story.claim('the message shows the statement', shown(message).includes(deletion))
  story.claim('all four orders are there', (await shop.orders()).length === 4)

  story.chapter('2. People click "Approve":')
  const tries: (readonly [string, string])[] = []
  const approve = async (who: 'ada' | 'grace' | 'linus', whom: string): Promise<string> => {
    const told = await slack.approve(who, message)
    tries.push([whom, told])
    return told
  }
  const unlinked = await approve('grace', 'grace, linked to nobody')
  for (const who of ['grace', 'linus', 'ada'] as const) {
    story.claim(`${who} logs in at the page and links the account`, await slack.link(who, message))
  }
  await approve('ada', 'ada, who owns the agent')
  await slack.shows(message, 'NOT COUNTED')
  const refused = screenOf(message).find((line) => line.includes('NOT COUNTED')) ?? ''
  await approve('grace', 'grace')
  const twice = await approve('grace', 'grace, once more')
  const early = await shop.orders()
  await approve('linus', 'linus')
  const said = await running
  story.table(['who clicked', 'what they alone are told'], tries)
  story.line(`the message says: ${refused}`)
  story.claim('an account that is linked to nobody approves nothing', unlinked.includes('not linked'))
  story.claim("the owner's click is not counted", refused.includes('not-independent'))
  story.claim('nobody clicks twice', twice === 'You have answered that request before.')
  story.claim('after one independent person all four orders are there', early.length === 4)

  story.chapter('3. After the second one the deletion ran:')
  await slack.ended(message)
  for (const line of screenOf(message)) story.line(line)
  story.line(`the agent: ${said.end}`)
  story.claim('the agent is told what its statement did', said.tool === 'DELETE: 2 rows')
  story.claim('two orders are left', (await shop.orders()).join() === '101,103')
  story.claim('statement and buttons are gone from the message', !/DELETE|\[/u.test(shown(message)))

  story.chapter('4. Somebody still has the old message on the screen, and the agent tries something else:')
  const other = agent.run('DELETE FROM orders WHERE id = 103', 'more')
  const second = await slack.asking()
  const late = await slack.approve('grace', seen)
  story.line(`grace presses the old button: ${late}`)
  story.claim(
    'the old button is good for nothing',
    late.startsWith('That message does not ask about anything any more'),
  )
  await slack.deny('linus', second, 'order 103 is paid')
  const denied = await other
  await slack.ended(second)
  for (const line of screenOf(second)) story.line(line)
  for (const line of denied.tool.split('\n')) story.line(`the agent is told: ${line}`)
  story.line(`the agent: ${denied.end}`)
  story.claim('the agent is told why', denied.tool.includes('order 103 is paid'))
  story.claim('order 103 is there', (await shop.orders()).join() === '101,103')
  story.claim('the channel has one message for each request', slack.messages === 2)
}
