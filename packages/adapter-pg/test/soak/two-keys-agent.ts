// An agent that does what it is told until it is killed. Runs on the built packages. Argument: a TwoKeysConfig as JSON.
// Reads numbers, one a line, and writes each into the table, however often it takes. Prints `ready`, `asks <n> <subject>` for
// each request to people, and `done <n>` for each statement that it was told is done.
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  accountsAsPeople,
  createGuard,
  fileJournal,
  signedApprover,
  unverifiedCredential,
  unverifiedIdentity,
} from '@bothkeys/core'
import { postgresLedger } from '@bothkeys/ledger-postgres'
import { postgres } from '@bothkeys/pg'
import { desk, peopleOf, twoKeysPolicy } from './two-keys-policy.js'

/** What the test tells the agent. */
export interface TwoKeysConfig {
  readonly url: string
  readonly ledgerUrl: string
  readonly schemaWriter: string
  readonly folder: string
  /** The desk's public key. */
  readonly jwk: object
  /** The secret of all guards on the ledger, in hex. */
  readonly key: string
  readonly afterMs: number
}

const config = JSON.parse(process.argv[2] ?? '') as TwoKeysConfig
const target = postgres('db', {
  connectionString: config.url,
  schemaWriters: [config.schemaWriter],
  statementComments: true,
})
const guard = await createGuard({
  directory: accountsAsPeople,
  policy: { load: () => Promise.resolve({ name: 'two-keys', content: twoKeysPolicy }) },
  identity: unverifiedIdentity(),
  targets: [target],
  approvers: [
    signedApprover({
      name: 'desk',
      issuer: desk,
      jwks: { keys: [config.jwk] },
      people: ({ id, issuer }) => (issuer === peopleOf && id === 'ann' ? { roles: ['dba'] } : undefined),
    }),
  ],
  ledger: await postgresLedger({ connection: { connectionString: config.ledgerUrl } }),
  takeover: { key: Buffer.from(config.key, 'hex'), afterMs: config.afterMs },
  journal: fileJournal(config.folder),
})
guard.on('held', ({ request }) => {
  const asked = guard.approvals.pending().find(({ id }) => id === request)
  // Pipes are written synchronously, so what was printed outlives the process.
  if (asked !== undefined)
    process.stdout.write(`asks ${JSON.stringify(asked.parameters[0])} ${JSON.stringify(asked.subject)}\n`)
})
const session = await guard.openSession({
  [unverifiedCredential]: { kind: 'agent', subject: 'agent-1', roles: ['agent'], owners: ['ada'], agentClass: 'etl' },
})
const pool = target.pool(session, { max: 8 })
process.stdout.write('ready\n')
createInterface({ input: process.stdin }).on('line', (line) => void work(Number(line)))

async function work(n: number): Promise<void> {
  for (;;) {
    try {
      await pool.query('insert into entries (n) select $1::int from pg_sleep(0.02)', [n])
      break
    } catch {
      // The other process still counts as there, or the request is over: it is asked again.
      await sleep(100)
    }
  }
  process.stdout.write(`done ${String(n)}\n`)
}
