import { openToolStage, StubTool, type ToolStage } from '@bothkeys/agent-stage'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { argumentsSchema } from '@bothkeys/tools'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { mcpServer } from '../src/index.js'
import { connected, type EagerClient } from './support/connect.js'

let stage: ToolStage
let tool: StubTool
let client: EagerClient
beforeEach(async () => {
  stage = await openToolStage()
  tool = new StubTool(await stage.session(), stage.mail)
  const [ours, theirs] = InMemoryTransport.createLinkedPair()
  await mcpServer(tool.session, [tool], { progressMs: 5 }).connect(ours)
  client = await connected(theirs)
})
afterEach(async () => {
  await client.close()
  await stage.close()
})

describe('a server of the Model Context Protocol', () => {
  it('lists and calls its tools', async () => {
    const { tools } = await client.listTools()
    expect(tools).toMatchObject([{ name: 'say', inputSchema: argumentsSchema(tool) }])
    expect(await client.say('say', { text: 'hello' })).toBe('success: said hello')
  })

  it('answers refusals as errors of the tool', async () => {
    expect(await client.say('say', { text: 'refuse' })).toContain('error: Not done (ERR_DENIED)')
    expect(await client.say('say', { text: 'throw' })).not.toContain('hunter2')
  })

  it.each([
    [{ text: 7, note: 'hunter2' }, 'text: Invalid input'],
    [{ text: 'hello', approved: true }, 'approved'],
    [undefined, 'text: Invalid input'],
  ])('refuses %j on record, and its client is told what is wrong', async (args, wrong) => {
    const answer = await client.say('say', args)
    expect(answer).toContain('error: Not done (ERR_SNAPSHOT_INVALID)')
    expect(answer).toContain(wrong)
    const denied = stage.journal.events.filter(({ type }) => type === 'action.denied')
    expect(denied).toMatchObject([
      { code: 'ERR_SNAPSHOT_INVALID', action: { text: 'say(…)' }, target: { name: 'mail' } },
    ])
    expect(JSON.stringify(denied)).not.toMatch(/hunter2|approved/)
    expect(tool.ran).toEqual([])
  })

  it('keeps a request open, with progress, while people think', async () => {
    const told: string[] = []
    const answer = client.say(
      'say',
      { text: 'wait' },
      { onprogress: ({ message }: { message?: string }) => told.push(message ?? '') },
    )
    await expect.poll(() => told.length).toBeGreaterThan(2)
    expect(told[0]).toMatch(/^say waits for approval until .* \(rule deletes; request request-\)/)
    expect(tool.ran).toEqual([])
    tool.decide('allow')
    expect(await answer).toBe('success: said wait')
  })

  it('takes a call back that its client cancels', async () => {
    const abort = new AbortController()
    const answer = client.say('say', { text: 'wait' }, { signal: abort.signal }).catch(() => 'cancelled')
    await expect.poll(() => tool.isWaiting).toBe(true)
    abort.abort()
    expect(await answer).toBe('cancelled')
    await expect.poll(() => tool.isWaiting).toBe(false)
    expect(tool.ran).toEqual([])
  })

  it('gives nothing to a client that accepts whatever it is asked', async () => {
    const answer = client.say('say', { text: 'wait' })
    await expect.poll(() => tool.isWaiting).toBe(true)
    expect(tool.ran).toEqual([])
    tool.decide('deny')
    expect(await answer).toContain('error: Not done (ERR_APPROVAL_DENIED)')
    expect([client.accepted, tool.ran]).toEqual([0, []])
  })

  it('has no tool that acts for another session', async () => {
    const other = await stage.session('agent-2')
    expect(() => mcpServer(other, [tool])).toThrow(expect.objectContaining({ code: 'ERR_DELEGATION_REFUSED' }))
    expect(() => mcpServer(tool.session, [tool], { progressMs: 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
    )
  })
})
