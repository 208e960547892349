import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createGuard, fileDirectory, fileJournal, fileSource, verifyJournal } from '@bothkeys/core'
import { Story } from '@bothkeys/example-story'
import { kubernetes } from '@bothkeys/k8s'
import { postgres } from '@bothkeys/pg'
import type { BaseMessage } from '@langchain/core/messages'
import { Command, isInterrupted } from '@langchain/langgraph'
import { deedsIn, recorded } from './journal.js'
import { isScripted } from './models.js'
import { identity, person, teamCredential } from './people.js'
import { team } from './reviewing.js'
import { newImage } from './scripts.js'
import { SecondKey } from './second-key.js'
import { email, type Shop, startShop } from './shop.js'
import { teamGraph } from './team.js'

const story = new Story()
console.log('starting a PostgreSQL and an API server of its own …')
const shop = await startShop()
const audit = await mkdtemp(join(tmpdir(), 'bothkeys-langgraph-team-'))
try {
  await tell(shop)
} finally {
  await shop.stop()
  await rm(audit, { recursive: true, force: true })
}
console.log(story.failed === 0 ? '\nEvery claim held.' : `\n${String(story.failed)} claims did not hold.`)
process.exitCode = story.failed === 0 ? 0 : 1

async function tell({ cluster: config, doorUrl, image, ownerSees }: Shop): Promise<void> {
  const key = new SecondKey()
  const database = postgres('shop', { connectionString: doorUrl })
  const cluster = kubernetes('cluster', config, { namespace: 'shop' })
  const guard = await createGuard({
    policy: fileSource(fileURLToPath(new URL('../bothkeys.yaml', import.meta.url))),
    directory: fileDirectory(fileURLToPath(new URL('../people.yaml', import.meta.url))),
    identity,
    targets: [database, cluster, team],
    approvers: [key],
    journal: fileJournal(audit),
  })
  const session = await guard.openSession(teamCredential)
  const seen = new Map<string, readonly BaseMessage[]>()
  const comments: string[] = []
  const graph = teamGraph({ session, shop: database, cluster, key, audit, comments, seen })
  const thread = { configurable: { thread_id: 'night-1' } }
  const before = await image()

  const waiting: unknown = await graph.invoke({ messages: [{ role: 'user', content: 'tonight’s import' }] }, thread)

  story.chapter('1. The ingest agent stages rows, and may do nothing else:')
  told('ingest')
  happened('two rows are staged', (await ownerSees('select count(*) from staging')) === '2')
  happened('the copy to customers was refused', answers('ingest')[1]?.includes('ERR_DENIED') === true)
  story.claim('the customers are as they were', (await ownerSees('select count(*) from customers')) === '2')

  story.chapter('2. The analyst reads masked rows, and was handed a tool of the whole team by mistake:')
  told('analyst')
  happened('four rows came back', answers('analyst')[0]?.includes('SELECT: 4 rows') === true)
  happened("the team's tool refused to act for it", answers('analyst')[1]?.includes('ERR_DELEGATION_REFUSED') === true)
  happened('nobody deleted what was staged', (await ownerSees('select count(*) from staging')) === '2')

  story.chapter('3. The deployer shows what would change, and waits for a second person. The reviewer is none:')
  told('reviewer')
  happened('the run is interrupted', isInterrupted(waiting))
  happened('the reviewer saw in the record what waits', answers('reviewer')[0]?.includes('approval.requested') === true)
  happened('it commented on it', comments.length === 1)
  happened('its key did not turn, for it is no person', answers('reviewer')[2] === 'not-human')
  story.claim('nothing was deployed', (await image()) === before)

  if (isInterrupted(waiting)) {
    const byOwner = await key.turn(await person('ada'))
    story.claim(`ada, who owns the team, turned nothing: ${byOwner}`, byOwner !== 'turned')
    story.claim('nothing was deployed yet', (await image()) === before)
    story.claim('grace turned the key', (await key.turn(await person('grace'))) === 'turned')
    happened('she was shown what is sent', key.requests.at(-1)?.text.includes(newImage) === true)
    await graph.invoke(new Command({ resume: { decisions: [{ type: 'approve' }] } }), thread)
    told('deployer')
    happened('the new image is there', (await image()) === newImage)
  }

  const shown = JSON.stringify([...seen.values()])
  story.claim('no model was shown an e-mail address of the customers', !shown.includes(email))
  happened('they were shown masks in their place', shown.includes('[pii]'))

  await session.close()
  await guard.close()
  story.chapter('4. The record says who acted for whom:')
  const events = await recorded(audit)
  const deeds = deedsIn(events)
  story.table(
    ['agent', 'acts for', 'with the roles', 'did', 'was refused'],
    deeds.map(({ actsFor, denied, done, name, roles }) => [name, actsFor, roles.join(), String(done), String(denied)]),
  )
  story.claim(
    'four sessions were delegated, one to each',
    deeds
      .map(({ name }) => name)
      .toSorted((a, b) => a.localeCompare(b))
      .join() === 'analyst,deployer,ingest,reviewer',
  )
  story.claim(
    'each had its own role alone',
    deeds.every(({ name, roles }) => roles.join() === name),
  )
  story.claim(
    'each was closed when its work was over, and not with the team',
    deeds.every(({ closedItself }) => closedItself),
  )
  const votes = events.filter(({ type }) => type === 'approval.vote')
  story.claim('no vote counted but that of grace', votes.length === (isInterrupted(waiting) ? 1 : 0))
  story.claim('the record verifies', (await verifyJournal(audit)).verdict === 'intact')

  function answers(agent: string): string[] {
    return (seen.get(agent) ?? []).filter((message) => message.getType() === 'tool').map(({ text }) => text)
  }

  function told(agent: string): void {
    for (const answer of answers(agent)) for (const line of answer.split('\n')) story.line(`${agent}: ${line}`)
  }
}

/** A claim about what the script has the agents do. Of a model that reads, it is only told. */
function happened(text: string, holds: boolean): void {
  if (isScripted) story.claim(text, holds)
  else story.line(`${holds ? 'yes   ' : 'no    '} ${text}`)
}
