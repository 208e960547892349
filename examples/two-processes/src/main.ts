import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Story } from '@bothkeys/example-story'
import { startPostgres } from '@bothkeys/local-postgres'
import { AgentProcess } from './agent-process.js'
import { Desk } from './desk.js'
import { printJournal } from './journals.js'
import type { Asked, Setup } from './orders.js'
import { ownerSees, seedShop } from './shop.js'

const story = new Story()
console.log('starting a PostgreSQL of its own with a small shop and a ledger in it …')
const server = await startPostgres()
const audit = await mkdtemp(join(tmpdir(), 'bothkeys-two-processes-'))
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
  const desk = new Desk()
  const { doorUrl, ledgerUrl } = shop
  const takeoverKey = randomBytes(32).toString('hex')
  const setup = (name: string): Setup => ({
    doorUrl,
    ledgerUrl,
    journal: join(audit, name),
    jwks: desk.jwks,
    takeoverKey,
  })
  let a = await AgentProcess.start(setup('a'))
  const b = await AgentProcess.start(setup('b'))
  /** Somebody decides at the desk, and hands it in at the other process than the one that asked. */
  const throughB = async (person: string, dec: 'allow' | 'deny', asked: Asked): Promise<string> =>
    b.tell({ do: 'hand in', request: asked.request, evidence: await desk.decided(person, dec, asked) })
  const credit = (id: number): Promise<string> =>
    ownerSees(shop, `select credit from accounts where id = ${String(id)}`)

  story.chapter('1. Process A asks, people answer through process B, and it runs once:')
  const sql = 'update accounts set credit = credit + 10 where id = 1'
  const updated = a.tell({ do: 'query', sql })
  const asked = await a.asks()
  claim('B cannot do meanwhile what A waits for', await b.tell({ do: 'query', sql }), 'ERR_LIMIT_EXCEEDED')
  claim('the owner of the agent says yes, which A has to judge', await throughB('ada', 'allow', asked), 'later')
  const yes = await desk.decided('grace', 'allow', asked)
  claim('so does grace', await b.tell({ do: 'hand in', request: asked.request, evidence: yes }), 'later')
  claim('A was let through', await updated, '1 rows')
  claim('the yes is worth nothing more', await b.tell({ do: 'hand in', request: asked.request, evidence: yes }), 'late')
  const again = b.tell({ do: 'query', sql })
  const anew = await b.asks()
  const reused = await b.tell({ do: 'hand in', request: anew.request, evidence: yes })
  story.claim(`nor for the same statement of B: ${reused}`, reused.startsWith('no-evidence'))
  await throughB('grace', 'deny', anew)
  claim('about which grace says no', await again, 'ERR_APPROVAL_DENIED')
  claim('the credit, as the owner of the shop sees it', await credit(1), '10')

  story.chapter('2. What people grant to A is taken back in B:')
  const granting = a.tell({ do: 'ask for a grant', uses: 3 })
  await throughB('grace', 'allow', await a.asks())
  const grant = await granting
  claim('A deletes without asking', await a.tell({ do: 'query', sql: 'delete from drafts where id = 1' }), '1 rows')
  claim('B takes the grant back', await b.tell({ do: 'take back', grant }), 'true')
  const more = a.tell({ do: 'query', sql: 'delete from drafts where id = 2' })
  await throughB('grace', 'deny', await a.asks())
  claim('A has to ask again, in vain', await more, 'ERR_APPROVAL_DENIED')
  claim('drafts that are left', await ownerSees(shop, 'select count(*) from drafts'), '2')

  story.chapter('3. A is killed while it waits for people. B goes on, and takes over what people decided:')
  const second = 'update accounts set credit = credit + 10 where id = 2'
  const killed = a.tell({ do: 'query', sql: second })
  const left = await a.asks()
  await a.kill()
  claim('A', await killed, 'gone')
  claim('grace says yes while nobody waits', await throughB('grace', 'allow', left), 'later')
  let carriedOn = await b.tell({ do: 'query', sql: second })
  // For some seconds A counts as there.
  while (carriedOn === 'ERR_LIMIT_EXCEEDED') {
    await sleep(250)
    carriedOn = await b.tell({ do: 'query', sql: second })
  }
  claim('the same agent asks in B, and people are not asked twice', carriedOn, '1 rows')
  claim('the credit, as the owner of the shop sees it', await credit(2), '10')

  story.chapter('4. A is started again. Both share what the role may be given, ten rows an hour:')
  a = await AgentProcess.start(setup('a'))
  claim('A reads', await a.tell({ do: 'query', sql: 'select * from accounts' }), '6 rows')
  claim('B reads', await b.tell({ do: 'query', sql: 'select * from accounts where id < 5' }), '4 rows')
  claim('A has none left', await a.tell({ do: 'query', sql: 'select 1 from drafts limit 1' }), 'ERR_LIMIT_EXCEEDED')

  story.chapter('5. The kill switch is turned in B:')
  const ended = a.sessionClosed()
  claim('B ends whatever belongs to ada', await b.tell({ do: 'revoke', person: 'ada' }), 'revoked')
  await ended
  claim('so A has nothing open and gets in no more', await a.tell({ do: 'query', sql: 'select 1' }), 'ERR_REVOKED')
  const late = await AgentProcess.start(setup('c'))
  claim('nor gets a process that starts later in', await late.tell({ do: 'query', sql: 'select 1' }), 'ERR_REVOKED')

  await Promise.all([a, b, late].map((each) => each.end()))
  story.chapter('6. Each process has its own record, and all of them verify:')
  const recordOfA = await printJournal(join(audit, 'a'), 'A', story)
  const recordOfB = await printJournal(join(audit, 'b'), 'B', story)
  await printJournal(join(audit, 'c'), 'C', story)
  const has = (record: readonly string[], words: RegExp): boolean => record.some((line) => words.test(line))
  story.claim("the owner's yes did not count in A", has(recordOfA, /^approval\.refused-vote +not-independent/))
  story.claim('B took over what A left', has(recordOfB, /^approval\.requested .* \(taken over\)/))
}

function claim(text: string, result: string, expected: string): void {
  story.claim(`${text}: ${result}`, result === expected)
}
