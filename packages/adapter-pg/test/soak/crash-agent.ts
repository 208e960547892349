// An agent that works until it is killed. Runs on the built packages. Argument: an AgentConfig as JSON.
// Prints `ready` once it is connected, and `done <n>` for each statement that it was told is done.
import { createGuard, fileJournal, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { postgres } from '@bothkeys/pg'
import { crashPolicy, crashStatements } from './crash-policy.js'
import { Random } from './random.js'

/** What the test tells the agent. */
export interface AgentConfig {
  readonly url: string
  readonly schemaWriter: string
  readonly folder: string
  readonly connections: number
  /** The first of the numbers that it uses. */
  readonly firstNumber: number
  readonly seed: number
  /** Whether it does nothing but wait for one statement that takes an hour. */
  readonly waits?: boolean
}

const config = JSON.parse(process.argv[2] ?? '') as AgentConfig
const target = postgres('db', {
  connectionString: config.url,
  schemaWriters: [config.schemaWriter],
  statementComments: true,
})
const guard = await createGuard({
  policy: { load: () => Promise.resolve({ name: 'crash', content: crashPolicy }) },
  identity: unverifiedIdentity(),
  targets: [target],
  journal: fileJournal(config.folder),
})
const session = await guard.openSession({
  [unverifiedCredential]: { kind: 'agent', subject: 'agent-1', roles: ['agent'], owners: ['ada'], agentClass: 'etl' },
})
const pool = target.pool(session, { max: config.connections })
await Promise.all(Array.from({ length: config.connections }, () => pool.query('select 1')))
let next = config.firstNumber
const random = new Random(config.seed)
// Pipes are written synchronously, so what was printed outlives the process.
process.stdout.write('ready\n')
if (config.waits === true) void pool.query(`insert into entries (n) select ${String(next)} from pg_sleep(3600)`)
else for (let connection = 0; connection < config.connections; connection++) void work()

async function work(): Promise<never> {
  for (;;) {
    const n = next++
    const make = crashStatements[random.between(0, crashStatements.length - 1)]
    if (make === undefined) continue
    await pool.query(make(n, random.next()))
    process.stdout.write(`done ${String(n)}\n`)
  }
}
