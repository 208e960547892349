import { verifyJournal } from '@bothkeys/core'
import type { Story } from '@bothkeys/example-story'
import { type RecordedRequest, requestsIn } from './record.js'
import type { Scene } from './scene.js'

/** What the record says of who decided what. Answers its requests. */
export async function tellRecord(story: Story, { records }: Scene): Promise<readonly RecordedRequest[]> {
  story.chapter('The record of the door says who:')
  const requests = await requestsIn(records.door)
  for (const { ranBy, text, votes } of requests) {
    story.line(text)
    for (const { person, said } of votes) story.line(`  ${person}: ${said}`)
    story.line(ranBy === undefined ? '  did not run' : `  ran, allowed by ${ranBy.join(' and ')}`)
  }
  for (const { ranBy, text } of requests) {
    if (ranBy !== undefined) story.claim(`two people allowed: ${text}`, new Set(ranBy).size === 2)
  }
  story.claim('the record of the door verifies', (await verifyJournal(records.door)).verdict === 'intact')
  story.claim('the record of the desk verifies', (await verifyJournal(records.desk)).verdict === 'intact')
  return requests
}
