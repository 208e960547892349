import { inspect } from 'node:util'
import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import type { Session } from '@bothkeys/core'
import { ScriptedModel } from '@bothkeys/scripted-model'
import type { RunnableConfig } from '@langchain/core/runnables'
import type { ToolRunnableConfig } from '@langchain/core/tools'
import { MemorySaver, MessagesAnnotation, START, StateGraph, task } from '@langchain/langgraph'
import { createAgent } from 'langchain'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bothkeysMiddleware, governTool } from '../src/index.js'
import { ask, card, describeMail, mails, mailTool, thread, ways } from './support/agents.js'

let stage: ToolStage
let session: Session
beforeEach(async () => {
  stage = await openToolStage()
  session = await stage.session()
})
afterEach(() => stage.close())

/** All that is kept in memory, with what is written there in bytes. */
function kept(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  return typeof value === 'object' && value !== null ? Object.values(value).map(kept).join('\n') : ''
}

/** What is streamed of one call of a tool in every way that there is, and what is kept in checkpoints. */
async function shown(way: (typeof ways)[number], answer: Parameters<typeof mailTool>[0]) {
  const { ran, tool } = mailTool(answer)
  const saver = new MemorySaver()
  const target = stage.mail
  const agent = createAgent({
    model: new ScriptedModel([mails('hello')]),
    tools: [way === 'governTool' ? governTool(tool, session, { target, describe: describeMail as never }) : tool],
    middleware:
      way === 'governTool' ? [] : [bothkeysMiddleware({ session, target, tools: { mail: describeMail as never } })],
    checkpointer: saver,
  })
  const streamMode = ['values', 'updates', 'custom', 'messages', 'tools', 'debug', 'checkpoints', 'tasks'] as const
  let streamed = ''
  for await (const chunk of await agent.stream(ask, { ...thread, streamMode: [...streamMode], subgraphs: true }))
    streamed += inspect(chunk, { depth: 30 })
  expect(ran).toEqual(['hello'])
  return { streamed, stored: kept(saver) }
}

describe.each(ways)('what is streamed of a tool behind %s, and kept in checkpoints', (way) => {
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('inner', () => ({ messages: [{ role: 'assistant', content: `inner ${card}` }] }))
    .addEdge(START, 'inner')

  it.each([
    { of: 'given', compile: {}, withConfig: true },
    { of: 'not given', compile: {}, withConfig: false },
    { of: 'given, which keeps its history,', compile: { checkpointer: true }, withConfig: true },
  ])('is nothing of a graph within it that is $of the configuration', async ({ compile, withConfig }) => {
    const { stored, streamed } = await shown(way, async (_text, config) => {
      const { messages } = await graph.compile(compile).invoke({ messages: [] }, withConfig ? config : undefined)
      return `paid ${messages.at(-1)?.text ?? ''}`
    })
    for (const text of [streamed, stored]) {
      expect(text).toContain('paid inner')
      expect(text).not.toContain(card)
    }
  })

  it('is nothing that it writes to the stream', async () => {
    const { streamed } = await shown(way, (_text, config: ToolRunnableConfig & { config?: RunnableConfig }) => {
      for (const { writer } of [config, config.config ?? {}] as { writer?: (chunk: unknown) => void }[])
        writer?.({ paid: card })
      return 'paid'
    })
    expect(streamed).toContain('paid')
    expect(streamed).not.toContain(card)
  })

  it('is nothing of tasks and of changes of the state that it makes by itself', async () => {
    const pay = task('pay', () => card)
    const { stored, streamed } = await shown(way, async (_text, { configurable }: ToolRunnableConfig) => {
      const send = configurable?.['__pregel_send'] as ((writes: unknown[]) => void) | undefined
      send?.([['messages', [{ role: 'user', content: card }]]])
      return pay().catch(() => 'paid nothing')
    })
    for (const text of [streamed, stored]) expect(text).not.toContain(card)
  })
})
