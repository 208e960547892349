import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import type { Session } from '@bothkeys/core'
import { ScriptedModel } from '@bothkeys/scripted-model'
import { tool, type ToolRunnableConfig } from '@langchain/core/tools'
import { createAgent } from 'langchain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { bothkeysMiddleware, governTool } from '../src/index.js'
import { answersOf, ask, thread, ways } from './support/agents.js'

let stage: ToolStage
let session: Session
beforeEach(async () => {
  stage = await openToolStage()
  session = await stage.session()
})
afterEach(() => stage.close())

/** Enough for a call to run that goes on. */
async function turns(): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- One after the other.
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve))
}

const never = (): Promise<never> => new Promise(() => undefined)
const toAda = () => ({ effects: [{ duty: 'write' as const, resource: 'mailbox:ada' }] })
const recorded = (type: string) => stage.journal.events.filter((event) => event.type === type)

/** A schema whose reading hangs this time, counted from 1. */
function hangingAt(time: number) {
  let reads = 0
  const state = { goOn: (): void => undefined }
  const schema = z.object({
    text: z.string().refine(() => {
      reads += 1
      if (reads !== time) return true
      return new Promise<boolean>((resolve) => {
        state.goOn = () => {
          resolve(true)
        }
      })
    }),
  })
  return { schema, state }
}

interface Hanging {
  readonly way: (typeof ways)[number]
  readonly schema?: z.ZodType
  readonly describe?: () => ReturnType<typeof toAda> | Promise<ReturnType<typeof toAda>>
  readonly run?: (text: string, config: ToolRunnableConfig) => unknown
  readonly timeoutMs?: number
}

async function answered({ describe: says = toAda, run, schema, timeoutMs, way }: Hanging) {
  const ran: string[] = []
  const mail = tool(
    ({ text }: { text: string }, config: ToolRunnableConfig) => {
      ran.push(text)
      return run === undefined ? 'sent' : run(text, config)
    },
    { name: 'mail', description: '', schema: (schema ?? z.object({ text: z.string() })) as never },
  )
  const options = { target: stage.mail, describeMs: 20, timeoutMs }
  const governed = governTool(mail as never, session, { ...options, describe: says as never })
  const middleware = bothkeysMiddleware({ session, ...options, tools: { mail: says } })
  const agent = createAgent({
    model: new ScriptedModel([[{ name: 'mail', args: { text: 'hello' }, id: 'call-1' }]]),
    tools: [way === 'governTool' ? governed : mail],
    middleware: way === 'governTool' ? [] : [middleware],
  })
  const state = await agent.invoke(ask, thread)
  expect(state.messages.at(-1)?.text).toBe('done')
  return { answers: answersOf(state), ran }
}

describe.each(ways)('code of the host that hangs behind %s', (way) => {
  // LangChain reads before it calls a tool, the middleware before LangChain, and both before and after deciding.
  it.each([1, 2, 3])('is no call where it reads arguments for the %i. time, and that is on record', async (time) => {
    const { schema, state } = hangingAt(time)
    const { answers, ran } = await answered({ way, schema })
    expect(answers).toEqual([
      expect.stringContaining('Not done (ERR_DEADLINE): reading the arguments of mail took longer than 20 ms'),
    ])
    const events = [...recorded('action.denied'), ...recorded('action.outcome')]
    expect(events).toHaveLength(1)
    state.goOn()
    await turns()
    expect(ran).toEqual([])
  })

  it('is no call where it says what a call does, and that is on record', async () => {
    const { answers, ran } = await answered({ way, describe: never })
    expect(answers).toEqual([
      expect.stringContaining('Not done (ERR_DEADLINE): saying what mail does took longer than 20 ms'),
    ])
    expect(recorded('action.denied')).toMatchObject([{ code: 'ERR_DEADLINE', action: { text: 'mail(…)' } }])
    expect(ran).toEqual([])
  })

  it('ends in time where it is the tool, which hears of it, and nobody knows how far it came', async () => {
    const signals: (AbortSignal | undefined)[] = []
    const run = (_text: string, { signal }: ToolRunnableConfig): Promise<never> => {
      signals.push(signal)
      return never()
    }
    const { answers, ran } = await answered({ way, run, timeoutMs: 20 })
    expect(answers).toEqual([
      expect.stringContaining(
        'Not done (ERR_DEADLINE): mail ran for longer than 20 ms, and nobody knows how far it came',
      ),
    ])
    expect(recorded('action.outcome')).toMatchObject([{ outcome: 'unknown' }])
    expect([ran, signals.map((signal) => signal?.aborted)]).toEqual([['hello'], [true]])
  })

  it('is none where it takes no longer than it may', async () => {
    const { answers, ran } = await answered({ way, describe: () => Promise.resolve(toAda()), timeoutMs: 60_000 })
    expect([answers, ran]).toEqual([['success: sent'], ['hello']])
  })
})

it.each([{ describeMs: 0 }, { describeMs: 1.5 }, { timeoutMs: 0 }, { timeoutMs: Number.NaN }, { timeoutMs: 2 ** 31 }])(
  'takes no limit like %j',
  (limits) => {
    const mail = tool(() => 'sent', { name: 'mail', description: '', schema: z.object({}) })
    const wrong = expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as unknown
    expect(() => governTool(mail, session, { target: stage.mail, describe: toAda, ...limits })).toThrow(wrong)
    expect(() => bothkeysMiddleware({ session, target: stage.mail, ...limits })).toThrow(wrong)
  },
)
