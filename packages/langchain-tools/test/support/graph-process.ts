// A process with a guard and a graph whose checkpoints are in PostgreSQL. Does what its parent says: `{ invoke }` or `{ people }`.
import type { ApprovalRequest, ApprovalVote, Approver, Session } from '@bothkeys/core'
import { accountsAsPeople, createGuard, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import { memoryJournal } from '@bothkeys/core/testing'
import { postgresLedger } from '@bothkeys/ledger-postgres'
import { postgres } from '@bothkeys/pg'
import type { BaseMessage } from '@langchain/core/messages'
import { Command, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { PostgresSaver } from '@langchain/langgraph-checkpoint-postgres'
import { createAgent } from 'langchain'
import type pg from 'pg'
import { sqlTools, subAgent } from '../../src/index.js'
import { ScriptedModel } from '@bothkeys/scripted-model'

/** What a parent tells the process. */
export interface Order {
  /** Begins the conversation, or goes on with it: from its last checkpoint, or from an older one. */
  readonly invoke?: { readonly resume: boolean; readonly checkpoint?: string }
  /** What people say from now on. */
  readonly people?: 'allow'
}

/** What it tells its parent. */
export interface Said {
  readonly asked?: string
  readonly state?: { readonly waiting: number; readonly answers: readonly string[]; readonly checkpoint: string }
}

const [url = '', key = '', kind = ''] = process.argv.slice(2)
const say = (said: Said): void => void process.send?.(said)
const grace = await unverifiedIdentity().verify(
  { [unverifiedCredential]: { kind: 'human', subject: 'grace', roles: ['operator'] } },
  new AbortController().signal,
)
let decision: 'allow' | undefined
const waiting = new Map<ApprovalRequest, (vote: ApprovalVote) => unknown>()
const decide = async (): Promise<void> => {
  if (decision === undefined) return
  for (const [request, vote] of waiting) await vote({ decision, approver: grace, digest: request.digest })
  waiting.clear()
}
const people: Approver = {
  name: 'people',
  level: 'asserted',
  ask: async (request, vote) => {
    say({ asked: request.id })
    waiting.set(request, vote)
    await decide()
  },
}

const checkpoints = ['checkpoints', 'checkpoint_blobs', 'checkpoint_writes', 'checkpoint_migrations']
const orders = postgres('orders', { connectionString: url })
const ledger = await postgresLedger({ connection: { connectionString: url }, schema: 'ledger' })
const guard = await createGuard({
  directory: accountsAsPeople,
  policy: {
    load: () =>
      Promise.resolve({
        name: 'test',
        content: {
          version: 1,
          targets: { orders: { kind: 'postgres' } },
          roles: {
            agent: [{ target: 'orders', duty: ['read', 'write'], resource: 'table:public.log' }],
            graph: checkpoints.map((table) => ({
              target: 'orders',
              duty: ['read', 'write', 'delete'],
              resource: `table:public.${table}`,
            })),
            operator: [{ target: 'orders', duty: 'approve' }],
          },
          hold: [
            {
              id: 'log-writes',
              target: 'orders',
              duty: 'write',
              resource: 'table:public.log',
              require: [{ stage: 'operator', count: 1, role: 'operator' }],
              ttl: '15m',
            },
          ],
        },
      }),
  },
  identity: unverifiedIdentity(),
  targets: [orders],
  approvers: [people],
  journal: memoryJournal(),
  ledger,
  takeover: { key: Buffer.from(key, 'hex'), afterMs: 1_000 },
})
const as = (role: string) =>
  guard.openSession({
    [unverifiedCredential]: {
      kind: 'agent',
      subject: role,
      roles: [role],
      owners: ['ada'],
      agentClass: 'etl',
      runRoot: 'run-1',
    },
  })
const saver = new PostgresSaver(orders.pool(await as('graph')))
const call = { name: 'query', args: { sql: "INSERT INTO log VALUES ('one')" }, id: 'call-1' }
const make = (session: Session, options: { readonly checkpointer?: PostgresSaver }) =>
  createAgent({
    model: new ScriptedModel([[call]]),
    tools: sqlTools(session, orders, { wait: 'durable', ledger }),
    ...options,
  }).graph
const session = await as('agent')
const graph = kind === 'agent' ? make(session, { checkpointer: saver }) : team()

/** The same agent as a sub-agent of the session, in a graph that has the checkpoints. */
function team() {
  const options = { name: 'worker', roles: ['agent'], ttlMs: 600_000 }
  const worker = subAgent(session, { ...options, agent: (own) => make(own, {}) as never })
  return new StateGraph(MessagesAnnotation)
    .addNode('worker', worker.invoke)
    .addEdge(START, 'worker')
    .compile({ checkpointer: saver })
}

const tooSlow = new Set<string | undefined>(['ERR_LEDGER_UNAVAILABLE', 'ERR_DEADLINE'])

/** On a busy machine the ledger may answer too slowly to know what is revoked: then nothing ran, and the graph goes on later. */
async function patiently<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!tooSlow.has((error as pg.DatabaseError).detail)) throw error
    }
  }
}

async function invoke({ checkpoint, resume }: NonNullable<Order['invoke']>): Promise<void> {
  const configurable = { thread_id: 'thread-1', ...(checkpoint !== undefined && { checkpoint_id: checkpoint }) }
  const input = resume
    ? new Command({ resume: { decisions: [{ type: 'approve' }] } })
    : { messages: [{ role: 'user', content: 'go' }] }
  const state = (await patiently(() => graph.invoke(input as never, { configurable }))) as {
    readonly messages: readonly BaseMessage[]
    readonly __interrupt__?: readonly unknown[]
  }
  const { config } = await patiently(() => graph.getState({ configurable: { thread_id: 'thread-1' } }))
  say({
    state: {
      waiting: state.__interrupt__?.length ?? 0,
      answers: state.messages.filter((message) => message.getType() === 'tool').map(({ text }) => text),
      checkpoint: String(config.configurable?.['checkpoint_id']),
    },
  })
}

process.on('message', (order: Order) => {
  if (order.people !== undefined) decision = order.people
  void decide()
  if (order.invoke !== undefined) void invoke(order.invoke)
})
// The parent went.
process.once('disconnect', () => process.exit())
say({})
