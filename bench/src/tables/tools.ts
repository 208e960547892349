import { accountsAsPeople, createGuard, fileJournal, unverifiedCredential, unverifiedIdentity } from '@bothkeys/core'
import type { Session } from '@bothkeys/core'
import { sessionAccess } from '@bothkeys/core/adapter'
import { sqlTools as aiSqlTools } from '@bothkeys/ai-sdk'
import { bothkeysMiddleware, governTool, sqlTools, toolTarget } from '@bothkeys/langchain'
import type { ToolTarget } from '@bothkeys/langchain'
import { sqlTools as openAiSqlTools } from '@bothkeys/openai-agents'
import { postgres } from '@bothkeys/pg'
import { tool } from '@langchain/core/tools'
import type pg from 'pg'
import { z } from 'zod'
import type { Variant } from '../interleave.js'
import { interleave, runFor } from '../interleave.js'
import { shopPolicy } from '../policy.js'
import { openStage } from '../stage.js'
import { estimate, pairwise } from '../statistics.js'
import type { Bench, Benchmark, Row } from '../table.js'
import { microsText, verdict } from '../table.js'

type Name = 'door' | 'bare' | 'langchain' | 'ai' | 'openai' | 'admitted' | 'function' | 'governed' | 'middleware'

const text = 'select id, customer, total, status from orders where id = $1'
const goalMs = 0.3

/** What a wrapper adds to a call of a tool, in processor time of the whole process. */
export const tools: Benchmark = {
  name: 'tools',
  async measure(bench) {
    const { close, variants } = await start(bench)
    try {
      const samples = await interleave(variants, { rounds: bench.rounds, turns: 10, perTurn: 20, clock: cpuMs })
      const row = (figure: string, name: Name, door: Name, goal?: number): Row => {
        const adds = estimate(pairwise(samples[name], samples[door], (one, other) => one - other))
        return {
          figure,
          goal: goal === undefined ? '' : `≤ ${String(goal * 1000)} µs`,
          accepted: '',
          measured: microsText(adds),
          verdict: goal === undefined ? '' : verdict(adds.median, goal),
        }
      }
      return {
        title: 'Tools of agents',
        method: `Processor time of the process (all threads), file journal, calls of one conversation with a number each. \`${text}\`, a row, by a pool behind the door: ${microsText(estimate(samples.door))}; a decision about a function: ${microsText(estimate(samples.admitted))}. ${String(bench.rounds)} rounds of 200 calls of each kind.`,
        rows: [
          row('LangChain’s own tool that uses the pool − the pool', 'bare', 'door'),
          row('`query` for LangChain − the pool', 'langchain', 'door', goalMs),
          row('`query` for LangChain − LangChain’s own tool', 'langchain', 'bare'),
          row('`query` for the AI SDK − the pool', 'ai', 'door', goalMs),
          row('`query` for OpenAI Agents − the pool', 'openai', 'door', goalMs),
          row('LangChain’s own tool − the decision alone', 'function', 'admitted'),
          row('`governTool` − the decision alone', 'governed', 'admitted', goalMs),
          row('`bothkeysMiddleware` − the decision alone', 'middleware', 'admitted', goalMs),
        ],
      }
    } finally {
      await close()
    }
  },
  async work(bench, milliseconds) {
    const { close, variants } = await start(bench)
    try {
      const [, , langchain] = variants
      return langchain === undefined ? 0 : await runFor(milliseconds, langchain.run)
    } finally {
      await close()
    }
  },
}

async function start({ server }: Bench): Promise<{
  readonly variants: readonly Variant<Name>[]
  readonly close: () => Promise<void>
}> {
  const stage = await openStage(server)
  const target = postgres('shop', { connectionString: stage.url })
  const mail = toolTarget('mail')
  const { roles, targets, ...policy } = shopPolicy(50)
  const guard = await createGuard({
    policy: {
      load: () =>
        Promise.resolve({
          name: 'bench',
          content: {
            ...policy,
            targets: { ...(targets as object), mail: { kind: 'tool' } },
            roles: { ...(roles as object), clerk: [{ target: 'mail', duty: 'write' }] },
          },
        }),
    },
    identity: unverifiedIdentity(),
    directory: accountsAsPeople,
    targets: [target, mail],
    journal: fileJournal(stage.folder),
  })
  const session = await guard.openSession({
    [unverifiedCredential]: {
      kind: 'agent',
      subject: 'agent-1',
      roles: ['agent', 'clerk'],
      owners: ['ada'],
      agentClass: 'etl',
    },
  })
  const pool = target.pool(session)
  return {
    variants: [...ofStatements(session, target, pool), ...ofFunctions(session, mail)],
    close: async () => {
      await pool.end()
      await guard.close()
      await stage.close()
    },
  }
}

function ofStatements(
  session: Session,
  target: ReturnType<typeof postgres>,
  pool: pg.Pool,
): readonly Variant<Name>[] {
  const values = (index: number): number[] => [1 + ((index * 7919) % 20_000)]
  const bare = tool(
    async ({ parameters, sql }: { sql: string; parameters: number[] }) =>
      JSON.stringify((await pool.query(sql, parameters)).rows),
    {
      name: 'query',
      description: 'runs a statement',
      schema: z.strictObject({ sql: z.string(), parameters: z.array(z.number()) }),
    },
  )
  const [query] = sqlTools(session, target)
  const { query: ai } = aiSqlTools(session, target, { thread: 'ai' })
  const [openai] = openAiSqlTools(session, target, { thread: 'openai' })
  if (query === undefined || ai === undefined || openai === undefined) throw new Error('there is no query')
  const args = (index: number): { sql: string; parameters: number[] } => ({ sql: text, parameters: values(index) })
  const called = (index: number) => ({
    call: { type: 'tool_call' as const, name: 'query', args: args(index), id: `call-${String(index)}` },
    config: { configurable: { thread_id: 'bench' } },
  })
  return [
    { name: 'door', run: (index) => pool.query(text, values(index)) },
    { name: 'bare', run: (index) => answered(bare.invoke(called(index).call, called(index).config)) },
    { name: 'langchain', run: (index) => answered(query.invoke(called(index).call, called(index).config)) },
    { name: 'ai', run: (index) => answered(ai.execute(args(index), { toolCallId: String(index) })) },
    {
      name: 'openai',
      run: (index) =>
        answered(
          openai.invoke({} as never, JSON.stringify(args(index)), {
            toolCall: { type: 'function_call', callId: String(index), name: 'query', arguments: '' },
          }),
        ),
    },
  ]
}

function ofFunctions(session: Session, target: ToolTarget): readonly Variant<Name>[] {
  const schema = z.strictObject({ to: z.string(), body: z.string() })
  const mail = tool(({ to }: { to: string; body: string }) => `sent to ${to}`, {
    name: 'mail',
    description: 'sends mail',
    schema,
  })
  const describe = ({ to }: { to: string }) => ({ effects: [{ duty: 'write' as const, resource: `mailbox:"${to}"` }] })
  const governed = governTool(mail, session, { target, describe })
  const { wrapToolCall } = bothkeysMiddleware({ session, target, tools: { mail: describe } })
  if (typeof wrapToolCall !== 'function') throw new Error('the middleware wraps no calls')
  const args = { to: 'ops@example.com', body: 'the order has left' }
  const called = (index: number) => ({ type: 'tool_call' as const, name: 'mail', args, id: `call-${String(index)}` })
  const config = { configurable: { thread_id: 'bench-mail' } }
  const around = { configurable: { thread_id: 'bench-middleware' } }
  const access = sessionAccess(session, target)
  const { signal } = new AbortController()
  return [
    { name: 'function', run: (index) => answered(mail.invoke(called(index), config)) },
    {
      name: 'admitted',
      run: async () => {
        const recordedText = 'mail(…)'
        const effect = { duty: 'write' as const, resource: 'mailbox:"ops@example.com"', attributes: {} }
        const admission = await access.admit({
          identity: { tool: 'mail' },
          description: { operation: 'call', text: JSON.stringify(args), recordedText, effects: [effect] },
          parameters: [args],
          stateEpoch: '',
          inTransaction: false,
          signal,
        })
        if (admission.outcome !== 'permitted') throw new Error('the policy refused')
        admission.permit.use()
        admission.permit.run()
        await admission.permit.settle({ outcome: 'completed' })
      },
    },
    { name: 'governed', run: (index) => answered(governed.invoke(called(index), config)) },
    {
      name: 'middleware',
      run: (index) => {
        const request = { toolCall: called(index), tool: mail, state: { messages: [] }, runtime: { ...around, context: {} } }
        return answered(
          wrapToolCall(request as never, ({ tool: governedMail, toolCall }) =>
            (governedMail as typeof mail).invoke(toolCall as never, around) as never,
          ),
        )
      },
    },
  ]
}

/** What was refused is not measured. */
async function answered(answer: unknown): Promise<void> {
  const given: unknown = await answer
  const said = typeof given === 'string' ? given : JSON.stringify(given)
  if (said.includes('Not done')) throw new Error(`a call was not done: ${said}`)
}

function cpuMs(): number {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}
