import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createGuard, fileDirectory, fileJournal, fileSource } from '@bothkeys/core'
import { Story } from '@bothkeys/example-story'
import { startPostgres } from '@bothkeys/local-postgres'
import { postgres } from '@bothkeys/pg'
import type pg from 'pg'
import { printJournal } from './journal.js'
import { Keys } from './keys.js'
import { agentCredential, hands, identity, reportCredential } from './people.js'
import { runLangChain } from './langchain-agent.js'
import { textsTheServerSaw } from './server-log.js'
import type { Shop } from './shop.js'
import { ownerSees, seedShop } from './shop.js'

const story = new Story()
console.log('starting a PostgreSQL of its own with a small shop in it …')
const server = await startPostgres({ jsonlog: true, settings: { log_statement: 'all' } })
const audit = await mkdtemp(join(tmpdir(), 'bothkeys-quickstart-'))
try {
  await tell()
} finally {
  await server.stop()
  await rm(audit, { recursive: true, force: true })
}
console.log(story.failed === 0 ? '\nEvery claim held.' : `\n${String(story.failed)} claims did not hold.`)
process.exitCode = story.failed === 0 ? 0 : 1

async function tell(): Promise<void> {
  const shop = await seedShop(server)
  const keys = new Keys(await hands())
  const target = postgres('shop', { connectionString: shop.doorUrl })
  const guard = await createGuard({
    policy: fileSource(fileURLToPath(new URL('../bothkeys.yaml', import.meta.url))),
    directory: fileDirectory(fileURLToPath(new URL('../people.yaml', import.meta.url))),
    identity,
    targets: [target],
    approvers: [keys],
    journal: fileJournal(audit),
  })
  const session = await guard.openSession(agentCredential)
  const db = target.pool(session)

  story.chapter('1. The agent reads, and gets its rows from an unmodified pg.Pool:')
  const orders = await db.query('select id, total, status from orders where customer = $1 order by id', [1])
  story.line(JSON.stringify(orders.rows))
  story.claim('two orders came back', orders.rowCount === 2)

  story.chapter('2. What the policy denies is refused before the server sees it:')
  await refused(db, 'drop table orders')
  await refused(db, 'with gone as (delete from orders returning *) select count(*) from gone')
  await refused(db, 'select monthly_report()')
  const seen = await textsTheServerSaw(server)
  story.claim(
    "none of the three texts is in the server's own log",
    !seen.some((text) => /drop table orders|with gone|monthly_report\(\)$/.test(text)),
  )

  story.chapter('3. An UPDATE is held until two people turn their keys who have nothing to do with the agent:')
  const update = "update orders set status = 'refunded' where id = $1"
  keys.hands = [
    'the agent itself',
    "ada's other agent",
    'ada, who owns both',
    "ada's second account",
    'grace',
    'grace: the same vote again',
    'linus',
  ]
  const updated = await db.query(update, [101])
  const first = keys.turns.splice(0)
  story.table(
    ['who tried', 'turned', 'which key, or why not'],
    first.map(({ who, turned, why }) => [who, turned ? 'yes' : 'no', why]),
  )
  story.claim(
    'grace and linus turned the keys, and nobody else did',
    first.flatMap(({ who, turned }) => (turned ? [who] : [])).join() === 'grace,linus',
  )
  story.claim('one row changed', updated.rowCount === 1)
  story.claim('the owner sees one refunded order', (await refundedOrders(shop)) === '1')

  story.chapter('4. What was approved once is good for nothing else, not even for the same statement:')
  keys.hands = ['grace: the same vote again', 'linus: the same vote again']
  await refused(db, update, [103])
  const second = keys.turns.splice(0)
  story.table(
    ['who tried', 'turned', 'why not'],
    second.map(({ who, turned, why }) => [who, turned ? 'yes' : 'no', why]),
  )
  story.claim('still one refunded order', (await refundedOrders(shop)) === '1')

  story.chapter('5. The same query by two roles: one sees what the policy shows of an e-mail, the other nothing:')
  const contacts = 'select name, email from customers order by id'
  const seenBySupport = await db.query<{ name: string; email: string }>(contacts)
  story.line(JSON.stringify(seenBySupport.rows))
  story.claim(
    'no e-mail came back in clear',
    seenBySupport.rows.map(({ email }) => email).join() === 'j***@example.com,***@example.com',
  )
  const reporting = await guard.openSession(reportCredential)
  const reports = target.pool(reporting)
  await refused(reports, contacts)
  await refused(db, "select id from customers where email like 'j%'")
  await reports.end()
  await reporting.close()

  story.chapter('6. The same tools for a model, through LangChain: what is held waits, and a refusal is an answer:')
  keys.hands = ['grace', 'linus']
  const told = await runLangChain(session, target, ['delete from orders where id = 102', 'drop table orders'])
  for (const { answer, sql } of told) {
    story.line(`the model asks for: ${sql}`)
    for (const line of answer.split('\n')) story.line(`       ${line}`)
  }
  story.claim(
    'grace and linus turned the keys for the DELETE, and for nothing else',
    keys.turns.map(({ turned, who }) => `${who} ${String(turned)}`).join() === 'grace true,linus true',
  )
  story.claim('the order is gone', (await ownerSees(shop, 'select count(*) from orders where id = 102')) === '0')
  story.claim('the model was told by which rule the DROP was refused', told[1]?.answer.includes('no-drop') === true)

  await db.end()
  await session.close()
  await guard.close()
  story.chapter('7. The journal has all of it, intents before outcomes:')
  story.claim('the journal verifies and every kind of event is in it', await printJournal(audit, story))
}

function refundedOrders(shop: Shop): Promise<string> {
  return ownerSees(shop, "select count(*) from orders where status = 'refunded'")
}

async function refused(db: pg.Pool, text: string, values: readonly unknown[] = []): Promise<void> {
  try {
    await db.query(text, [...values])
    story.claim(`refused: ${text}`, false)
  } catch (error) {
    const { code, message, hint } = error as {
      readonly code?: string
      readonly message: string
      readonly hint?: string
    }
    story.claim(`refused: ${text}`, code === '42501')
    story.line(`       ${message}`)
    if (hint !== undefined) story.line(`       hint: ${hint}`)
  }
}
