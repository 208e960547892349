import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { inspect } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import type { Session } from '@bothkeys/core'
import { dispatchCustomEvent } from '@langchain/core/callbacks/dispatch'
import { awaitAllCallbacks } from '@langchain/core/callbacks/promises'
import { setContextVariable } from '@langchain/core/context'
import { RunnableLambda } from '@langchain/core/runnables'
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons'
import { DynamicStructuredTool, type ToolRunnableConfig } from '@langchain/core/tools'
import { BaseTracer, type Run } from '@langchain/core/tracers/base'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { untraced } from '../src/untraced.js'
import { agentOf, answersOf, ask, card, mails, mailTool, thread, ways } from './support/agents.js'

let stage: ToolStage
let session: Session
beforeEach(async () => {
  stage = await openToolStage()
  session = await stage.session()
})
afterEach(() => stage.close())

/** A tracer that keeps all that it is told. */
class Tracer extends BaseTracer {
  readonly name = 'tracer'
  readonly #runs: string[] = []

  protected override persistRun(run: Run): Promise<void> {
    this.#runs.push(inspect(run, { depth: 30 }))
    return Promise.resolve()
  }

  override handleCustomEvent(...event: unknown[]): void {
    this.#runs.push(inspect(event, { depth: 30 }))
  }

  get seen(): string {
    return this.#runs.join('\n')
  }
}

/** A tool that has something to hide, and does so in several steps. */
const secretive = () =>
  mailTool(async (text, config: ToolRunnableConfig) => {
    await dispatchCustomEvent('paid', { with: card }, config)
    const inner = RunnableLambda.from(() => `inner ${card}`)
    if (text === 'throw') throw new Error(`no ${await inner.invoke('x', config)}`)
    return `paid ${await inner.invoke('x')} ${await inner.invoke('x', config)} ${await inner.invoke('x', { callbacks: [] })}`
  })

/** A tool that LangChain tells nobody within it of. */
const silentAfter = (first: () => void) =>
  new DynamicStructuredTool({
    name: 'mail',
    description: 'sends mail',
    schema: z.object({ to: z.string(), text: z.string() }) as never,
    func: async () => {
      first()
      const inner = RunnableLambda.from(() => `inner ${card}`)
      return `paid ${await inner.invoke('x')} ${await inner.invoke('x', { callbacks: [] })}`
    },
  }) as unknown as ReturnType<typeof mailTool>['tool']
const silent = silentAfter(() => undefined)

/** One that tells what runs within it something: LangChain makes a copy of the run that it finds for that. */
const telling = silentAfter(() => {
  setContextVariable('payer', card)
})

describe.each(ways)('what traces of a run see of a tool behind %s', (way) => {
  it('is its masked answer alone', async () => {
    const { ran, tool } = secretive()
    const tracer = new Tracer()
    const agent = agentOf({
      way,
      mail: stage.mail,
      session,
      tool,
      turns: [mails('hello'), mails('throw', 'ada', 'call-2')],
    })
    const state = await agent.invoke(ask, { ...thread, callbacks: [tracer] })
    const [paid, failed] = answersOf(state)
    expect(ran).toEqual(['hello', 'throw'])
    expect(paid).toMatch(/^success: paid inner /)
    expect(failed).toContain('the tool threw an error, which the host has')
    expect(tracer.seen).toContain('paid inner')
    for (const text of [tracer.seen, JSON.stringify(state)]) expect(text).not.toContain(card)
  })

  it('is the same of a tool that says nothing of its configuration to what runs within it', async () => {
    const tracer = new Tracer()
    const agent = agentOf({ way, mail: stage.mail, session, tool: silent, turns: [mails('hello')] })
    const state = await agent.invoke(ask, { ...thread, callbacks: [tracer] })
    expect(answersOf(state)).toEqual([expect.stringMatching(/^success: paid inner /)])
    expect(tracer.seen).toContain('paid inner')
    expect(tracer.seen).not.toContain(card)
  })

  it('is the same where the events of the run are streamed', async () => {
    const { tool } = secretive()
    const agent = agentOf({ way, mail: stage.mail, session, tool, turns: [mails('hello')] })
    let seen = ''
    for await (const event of agent.streamEvents(ask, { ...thread, version: 'v2' }))
      seen += inspect(event, { depth: 30 })
    expect(seen).toContain('paid inner')
    expect(seen).not.toContain(card)
  })
})

describe('what is sent to a service where the environment says that runs are traced', () => {
  const bodies: string[] = []
  const names = [
    'LANGSMITH_TRACING',
    'LANGSMITH_ENDPOINT',
    'LANGSMITH_API_KEY',
    'LANGCHAIN_CALLBACKS_BACKGROUND',
  ] as const
  const before = names.map((name) => [name, process.env[name]] as const)
  const service = createServer((request, response) => {
    void buffer(request).then((body) => {
      bodies.push((request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString('utf8'))
      response.setHeader('content-type', 'application/json')
      response.end('{}')
    })
  })
  // Its client is made once.
  beforeAll(async () => {
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    process.env['LANGSMITH_TRACING'] = 'true'
    process.env['LANGSMITH_API_KEY'] = 'key'
    process.env['LANGSMITH_ENDPOINT'] = `http://127.0.0.1:${String((service.address() as AddressInfo).port)}`
    process.env['LANGCHAIN_CALLBACKS_BACKGROUND'] = 'false'
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  afterAll(() => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name)
      else process.env[name] = value
    }
    service.closeAllConnections()
    service.close()
  })

  it.each(ways.flatMap((way) => [secretive().tool, silent, telling].map((tool) => ({ way, tool }))))(
    'is the masked answer alone, too, behind $way',
    async ({ tool, way }) => {
      bodies.length = 0
      const said = (['error', 'warn'] as const).map((kind) => vi.spyOn(console, kind).mockReturnValue())
      const agent = agentOf({ way, mail: stage.mail, session, tool, turns: [mails('hello')] })
      await agent.invoke(ask, thread)
      await allSent()
      expect(bodies.some((body) => body.includes('paid inner'))).toBe(true)
      expect(bodies.some((body) => body.includes(card))).toBe(false)
      // Nothing was even tried.
      for (const { mock } of said) expect(mock.calls).toEqual([])
    },
  )

  it('is nothing of what is done in a run that is traced, also where the first call is', async () => {
    const { found, untraced } = await anew()
    bodies.length = 0
    const within = async (): Promise<unknown> => {
      const inner = RunnableLambda.from(() => `inner ${card}`)
      return untraced({}, async () => [await inner.invoke('x'), found.getInstance().getStore() as object])
    }
    const said: unknown = await RunnableLambda.from(within).invoke('outer')
    expect(said).toMatchObject([`inner ${card}`, { tracingEnabled: false }])
    await allSent()
    expect(bodies.some((body) => body.includes('outer'))).toBe(true)
    expect(bodies.some((body) => body.includes('RunnableLambda'))).toBe(true)
    expect(bodies.filter((body) => body.includes('"input":"x"'))).toEqual([])
  })
})

interface Found {
  readonly id: string
  readonly trace_id: string
  readonly dotted_order: string
  readonly child_runs: unknown[]
  readonly extra: { readonly metadata: Record<string, unknown> }
  readonly client: { awaitPendingTraceBatches(): Promise<void> }
}

/** The run that functions find that look for theirs. */
const foundIn = (storage: typeof AsyncLocalStorageProviderSingleton) =>
  storage.getInstance().getStore() as unknown as Found

/** Runs are sent by the client of LangChain or by the one of the run that they were found to belong to. */
async function allSent(): Promise<void> {
  await awaitAllCallbacks()
  const { client } = await untraced({}, () => Promise.resolve(foundIn(AsyncLocalStorageProviderSingleton)))
  await client.awaitPendingTraceBatches()
}

/** What was not done in this process yet. */
async function anew() {
  vi.resetModules()
  const { AsyncLocalStorageProviderSingleton: found } = await import('@langchain/core/singletons')
  return { found, ...(await import('../src/untraced.js')) }
}

describe('the run that functions within a call find', () => {
  it('has its configuration, and tells the next one nothing', async () => {
    const { found, untraced } = await anew()
    const configs = [{ tags: ['one'] }, { tags: ['two'] }]
    const seen: unknown[] = []
    for (const config of configs) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await untraced(config, async () => {
        const { child_runs: runs, extra } = foundIn(found)
        seen.push([found.getRunnableConfig(), [...runs], { ...extra.metadata }])
        runs.push(card)
        extra.metadata['paid'] = card
        return Promise.resolve()
      })
    }
    expect(seen).toEqual(configs.map((config) => [config, [], {}]))
  })

  it('has a number of its own, by which whoever keeps something of a run finds that of no other', async () => {
    const { found, untraced } = await anew()
    const runs: Found[] = []
    for (let nth = 0; nth < 3; nth++) {
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      runs.push(await untraced({}, () => Promise.resolve(foundIn(found))))
    }
    expect(new Set(runs.map(({ id }) => id)).size).toBe(3)
    for (const { dotted_order: order, id, trace_id: trace } of runs) {
      expect(trace).toBe(id)
      expect(order.endsWith(`Z${id}`)).toBe(true)
    }
  })

  it.each([
    ['no run', () => undefined],
    ['a run without more', () => ({ id: 'one' })],
    ['a run without a number', (config: object) => ({ extra: { [Symbol('config')]: config } })],
  ])('is made by LangChain where it keeps configurations in a way that is not known: %s', async (_, kept) => {
    const { found, untraced } = await anew()
    const config = { tags: ['one'] }
    const run = vi
      .spyOn(found, 'runWithConfig')
      .mockImplementationOnce((given: object, work) => found.getInstance().run(kept(given), work))
    try {
      expect(await untraced(config, () => Promise.resolve(found.getRunnableConfig()))).toBe(config)
      expect(run).toHaveBeenCalledTimes(2)
    } finally {
      run.mockRestore()
    }
  })
})
