import type { ApprovalRequest, ApprovalVote, Approver, Guard, GuardOptions, Session } from '@bothkeys/core'
import { accountsAsPeople, createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { freshDatabase } from '@bothkeys/local-postgres/vitest'
import type { PostgresTarget } from '@bothkeys/pg'
import { postgres } from '@bothkeys/pg'
import { toolTarget, type ToolTarget } from '@bothkeys/tools'
import pg from 'pg'

/** A guard with a database, functions of the host, and people who answer when a test says so. */
export interface Stage {
  readonly guard: Guard
  readonly orders: PostgresTarget
  readonly mail: ToolTarget
  readonly owner: pg.Client
  readonly url: string
  readonly journal: ReturnType<typeof memoryJournal>
  readonly people: People
  session(subject?: string, roles?: readonly string[]): Promise<Session>
  /** Rows of the table that agents may write to. */
  orders_(): Promise<readonly { readonly id: number; readonly status: string }[]>
  close(): Promise<void>
}

/** People whose answers a test gives. */
export class People implements Approver {
  readonly name = 'people'
  readonly level = 'asserted'
  readonly requests: ApprovalRequest[] = []
  readonly #votes = new Map<string, (vote: ApprovalVote) => unknown>()

  ask(request: ApprovalRequest, vote: (vote: ApprovalVote) => unknown): Promise<void> {
    this.requests.push(request)
    this.#votes.set(request.id, vote)
    return Promise.resolve()
  }

  /** Has a person vote on a request. */
  async say(decision: 'allow' | 'deny', request: ApprovalRequest | undefined, subject = 'grace'): Promise<unknown> {
    if (request === undefined) throw new Error('nobody was asked')
    const claims = { kind: 'human' as const, subject, roles: ['operator'] }
    const approver = await unverifiedIdentity().verify({ [unverifiedCredential]: claims }, new AbortController().signal)
    return this.#votes.get(request.id)?.({ decision, approver, digest: request.digest })
  }
}

export const policy = {
  version: 1,
  targets: {
    orders: { kind: 'postgres', labels: { env: 'prod' } },
    mail: { kind: 'tool', labels: {} },
  },
  roles: {
    agent: [
      { target: 'orders', duty: ['read', 'write', 'delete'], resource: 'table:public.orders' },
      { target: 'orders', duty: 'read', resource: 'table:public.users' },
      { target: 'orders', duty: ['read', 'write'], resource: 'table:public.log' },
      { target: 'orders', duty: 'read', resource: 'table:information_schema.*' },
      { target: 'mail', duty: ['read', 'write'], resource: 'mailbox:**' },
    ],
    reader: [{ target: 'orders', duty: 'read', resource: 'table:public.*' }],
    operator: [
      { target: 'orders', duty: 'approve' },
      { target: 'mail', duty: 'approve' },
    ],
  },
  deny: [
    { id: 'no-outside-mail', target: 'mail', duty: 'write', resource: 'mailbox:outside', reason: 'mail stays inside' },
  ],
  hold: [
    {
      id: 'deletes',
      target: 'orders',
      duty: 'delete',
      require: [{ stage: 'operator', count: 1, role: 'operator' }],
      ttl: '15m',
    },
    {
      id: 'log-writes',
      target: 'orders',
      duty: 'write',
      resource: 'table:public.log',
      require: [{ stage: 'operator', count: 1, role: 'operator' }],
      ttl: '15m',
    },
    {
      id: 'mail-to-all',
      target: 'mail',
      duty: 'write',
      resource: 'mailbox:all',
      require: [{ stage: 'operator', count: 1, role: 'operator' }],
      ttl: '15m',
    },
  ],
  mask: [
    { id: 'pii', target: 'orders', columns: ['public.users.email'], with: 'redact' },
    { id: 'cards', target: 'mail', detect: ['credit-card'], with: 'redact' },
  ],
}

const seed = `
CREATE TABLE orders (id int PRIMARY KEY, status text NOT NULL);
INSERT INTO orders SELECT n, 'open' FROM generate_series(1, 100) n;
CREATE TABLE log (text text NOT NULL);
CREATE TABLE users (id int PRIMARY KEY, email text NOT NULL);
INSERT INTO users VALUES (1, 'ada@example.com');
`

/** What a test may have otherwise than the stage has it. */
export type StageOptions = Partial<
  Pick<GuardOptions, 'approvers' | 'clock' | 'directory' | 'engine' | 'ledger' | 'policy'>
>

export async function openStage(options: StageOptions = {}): Promise<Stage> {
  const database = await freshDatabase()
  const owner = new pg.Client(database.url)
  await owner.connect()
  await owner.query(seed)
  const orders = postgres('orders', { connectionString: database.url })
  const mail = toolTarget('mail')
  const journal = memoryJournal()
  const people = new People()
  const guard = await createGuard({
    directory: accountsAsPeople,
    policy: { load: () => Promise.resolve({ name: 'test', content: policy }) },
    approvers: [people],
    ...options,
    identity: unverifiedIdentity(),
    targets: [orders, mail],
    journal,
  })
  return {
    guard,
    orders,
    mail,
    owner,
    url: database.url,
    journal,
    people,
    session: (subject = 'agent-1', roles = ['agent']) =>
      guard.openSession({
        [unverifiedCredential]: { kind: 'agent', subject, roles: [...roles], owners: ['ada'], agentClass: 'etl' },
      }),
    orders_: async () => (await owner.query<{ id: number; status: string }>('SELECT * FROM orders ORDER BY id')).rows,
    close: async () => {
      await guard.close()
      await owner.end()
    },
  }
}
