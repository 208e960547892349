import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Guard, JournalFactory } from '@bothkeys/core'
import { accountsAsPeople, createGuard, fileJournal, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import type { LocalPostgres } from '@bothkeys/local-postgres'
import { postgres } from '@bothkeys/pg'
import pg from 'pg'
import { BareDuplex } from './bare-duplex.js'
import { shopPolicy } from './policy.js'

/** A database with a seeded shop, and clients that reach it raw or governed. */
export interface Stage {
  readonly url: string
  /** A folder on the disk of the journals. */
  readonly folder: string
  /** The driver's own connection. */
  raw(): Promise<pg.Client>
  /** The driver's own connection behind a stream that only hands bytes on. */
  bare(): Promise<pg.Client>
  /** `mask`: the rules of the policy that mask something. */
  governed(journal: 'memory' | 'file', mask?: readonly object[]): Promise<pg.Client>
  close(): Promise<void>
}

const seed = `
create table orders (id int primary key, customer int not null, total numeric(10,2) not null, status text not null);
insert into orders select i, i % 1000, i, 'open' from generate_series(1, 20000) i;
create table customers (id int primary key, name text not null);
insert into customers select i, 'customer ' || i from generate_series(0, 999) i;
analyze orders, customers;
`

/** Makes a database and seeds it; `more` are statements for the table at hand. */
export async function openStage(server: LocalPostgres, more = ''): Promise<Stage> {
  const database = await server.createDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'bothkeys-bench-'))
  const opened: { close(): Promise<void> }[] = []
  const connect = async (config: pg.ClientConfig): Promise<pg.Client> => {
    const client = new pg.Client(config)
    await client.connect()
    opened.push({ close: () => client.end() })
    return client
  }
  const owner = await connect({ connectionString: database.url })
  await owner.query(seed + more)
  return {
    url: database.url,
    folder,
    raw: () => connect({ connectionString: database.url }),
    bare: () => connect({ connectionString: database.url, stream: () => new BareDuplex() } as pg.ClientConfig),
    governed: async (kind, mask) => {
      const journal = kind === 'memory' ? memoryJournal() : fileJournal(mkdtempSync(join(folder, 'journal-')))
      const { client, guard } = await governedClient(database.url, journal, mask)
      opened.push({ close: () => guard.close() }, { close: () => client.end() })
      return client
    },
    close: async () => {
      for (const each of opened.toReversed()) await each.close()
      await database.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A client of an agent that the shop's policy governs. */
export async function governedClient(
  url: string,
  journal: JournalFactory,
  mask?: readonly object[],
): Promise<{ readonly client: pg.Client; readonly guard: Guard }> {
  const target = postgres('shop', { connectionString: url })
  const policy = { ...shopPolicy(50), ...(mask !== undefined && { mask }) }
  const guard = await createGuard({
    policy: { load: () => Promise.resolve({ name: 'bench', content: policy }) },
    identity: unverifiedIdentity(),
    directory: accountsAsPeople,
    targets: [target],
    journal,
  })
  const session = await guard.openSession({
    [unverifiedCredential]: { kind: 'agent', subject: 'agent-1', roles: ['agent'], owners: ['ada'], agentClass: 'etl' },
  })
  const client = target.client(session)
  await client.connect()
  return { client, guard }
}
