import { openToolStage, StubTool, type ToolStage } from '@bothkeys/agent-stage'
import type { Ledger } from '@bothkeys/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AnsweredCalls, argumentsSchema } from '../../src/index.js'

let stage: ToolStage
let tool: StubTool
beforeEach(async () => {
  stage = await openToolStage()
  tool = new StubTool(await stage.session(), stage.mail)
})
afterEach(() => stage.close())

const calls = (): AnsweredCalls => new AnsweredCalls({ thread: 'thread-1' })
const say = (text: string, callId = 'call-1') => ({ callId, args: { text } })

describe('a call that waits in place', () => {
  it('answers what the tool answers', async () => {
    expect(await calls().answer(tool, say('hello'))).toEqual({ text: 'said hello', isRefused: false })
  })

  it('answers a refusal in words, and nothing of an error that nobody knows', async () => {
    const refusal = await calls().answer(tool, say('refuse'))
    expect(refusal.isRefused).toBe(true)
    expect(refusal.text).toMatch(/^Not done \(ERR_DENIED\).*\nRules: no\n/)
    const failure = await calls().answer(tool, say('throw'))
    expect(failure).toEqual({ text: expect.stringMatching(/^Failed/) as string, isRefused: true })
    expect(failure.text).not.toContain('hunter2')
  })

  it('runs once, however often it is made in one conversation', async () => {
    const conversation = calls()
    const [one, other] = await Promise.all([
      conversation.answer(tool, say('hello')),
      conversation.answer(tool, say('hello')),
    ])
    expect(other).toEqual(one)
    expect(await conversation.answer(tool, say('hello'))).toEqual(one)
    expect(tool.ran).toEqual(['hello'])
  })

  it('is another one with other words, another number or in another conversation', async () => {
    const conversation = calls()
    await conversation.answer(tool, say('hello'))
    await conversation.answer(tool, say('bye'))
    await conversation.answer(tool, say('hello', 'call-2'))
    await new AnsweredCalls({ thread: 'thread-2' }).answer(tool, say('hello'))
    expect(tool.ran).toEqual(['hello', 'bye', 'hello', 'hello'])
  })

  it('says that people are asked, and runs when they agree', async () => {
    const held: string[] = []
    const answer = calls().answer(tool, { ...say('wait'), onHeld: ({ requestId }) => held.push(requestId) })
    await expect.poll(() => held).toEqual(['request-1'])
    expect(tool.ran).toEqual([])
    tool.decide('allow')
    expect(await answer).toEqual({ text: 'said wait', isRefused: false })
  })

  it('is taken back when the last one that waits for it leaves', async () => {
    const conversation = calls()
    const one = new AbortController()
    const other = new AbortController()
    const answers = [one, other].map(({ signal }) => conversation.answer(tool, { ...say('wait'), signal }))
    await expect.poll(() => tool.asked).toEqual(['wait'])
    one.abort()
    one.abort()
    await new Promise(setImmediate)
    expect(tool.isWaiting).toBe(true)
    other.abort()
    for (const answer of answers) {
      // oxlint-disable-next-line no-await-in-loop -- One by one.
      expect((await answer).text).toContain('ERR_APPROVAL_WITHDRAWN')
    }
    expect(tool.ran).toEqual([])
  })

  it('is not begun for somebody who has left already', async () => {
    const answer = await calls().answer(tool, { ...say('hello'), signal: AbortSignal.abort() })
    expect(answer.text).toContain('ERR_ABORTED')
    expect(tool.ran).toEqual([])
  })

  it('is refused on record where nobody has checked its arguments, and repeats none of them', async () => {
    const answer = await calls().answer(tool, { callId: 'call-1', args: { text: 7, note: ['hunter2'] } })
    expect(answer.isRefused).toBe(true)
    expect(answer.text).toContain('Not done (ERR_SNAPSHOT_INVALID)')
    expect(answer.text).toContain('text: Invalid input')
    expect(answer.text).not.toContain('hunter2')
    expect(tool.ran).toEqual([])
    const denied = stage.journal.events.filter(({ type }) => type === 'action.denied')
    expect(denied).toMatchObject([{ code: 'ERR_SNAPSHOT_INVALID', action: { text: 'say(…)' } }])
  })

  it('says that its session has ended where its refusal cannot be recorded', async () => {
    await tool.session.close()
    const answer = await calls().answer(tool, { callId: 'call-1', args: { text: 7 } })
    expect(answer).toEqual({ text: expect.stringContaining('ERR_SESSION_CLOSED') as string, isRefused: true })
  })

  it('runs nothing without a number or with a ledger that fails', async () => {
    expect((await calls().answer(tool, say('hello', ''))).text).toContain('ERR_CONFIG_INVALID')
    const ledger = { get: () => Promise.reject(new Error('no ledger')) } as unknown as Ledger
    const answer = await new AnsweredCalls({ thread: 'thread-1', ledger }).answer(tool, say('hello'))
    expect(answer.isRefused).toBe(true)
    expect(tool.ran).toEqual([])
  })

  it('is not joined by another session of the same agent, which may be shown less', async () => {
    const conversation = calls()
    const other = new StubTool(await stage.session(), stage.mail)
    const leaving = new AbortController()
    const left = conversation.answer(tool, { ...say('wait'), signal: leaving.signal })
    const answer = conversation.answer(other, say('wait'))
    await expect.poll(() => [tool.asked, other.asked]).toEqual([['wait'], ['wait']])
    leaving.abort()
    expect((await left).text).toContain('ERR_APPROVAL_WITHDRAWN')
    other.decide('allow')
    expect(await answer).toEqual({ text: 'said wait', isRefused: false })
    expect([tool.ran, other.ran]).toEqual([[], ['wait']])
  })

  it('is asked about once for all that wait for it, and is not taken back by one that was answered', async () => {
    const conversation = calls()
    const [one, other] = [new AbortController(), new AbortController()]
    const answers = [one, other].map(({ signal }) => conversation.answer(tool, { ...say('wait'), signal }))
    await expect.poll(() => tool.asked).toEqual(['wait'])
    tool.decide('allow')
    expect(await Promise.all(answers)).toEqual([0, 1].map(() => ({ text: 'said wait', isRefused: false })))
    one.abort()
    other.abort()
    expect(await conversation.answer(tool, say('wait'))).toEqual({ text: 'said wait', isRefused: false })
    expect(tool.ran).toEqual(['wait'])
  })

  it('stays taken back for whoever makes it again', async () => {
    const conversation = calls()
    const leaving = new AbortController()
    const left = conversation.answer(tool, { ...say('wait'), signal: leaving.signal })
    await expect.poll(() => tool.isWaiting).toBe(true)
    leaving.abort()
    await left
    expect((await conversation.answer(tool, say('wait'))).text).toContain('ERR_APPROVAL_WITHDRAWN')
    expect([tool.asked, tool.ran]).toEqual([['wait'], []])
  })

  it('leaves nothing on the signal of whoever made it, once it is answered', async () => {
    const { signal } = new AbortController()
    const listening = new Set<unknown>()
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listening.add(given[1])
      add(...given)
    }
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listening.delete(given[1])
      remove(...given)
    }
    const answer = calls().answer(tool, { ...say('wait'), signal })
    await expect.poll(() => tool.isWaiting).toBe(true)
    expect(listening.size).toBe(1)
    tool.decide('allow')
    await answer
    expect(listening.size).toBe(0)
  })

  it('needs a conversation with a name', () => {
    expect(() => new AnsweredCalls({ thread: 'a', keptMs: 0 })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
    )

    expect(() => new AnsweredCalls({ thread: '' })).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
  })
})

it('says what a tool takes as JSON Schema', () => {
  expect(argumentsSchema(tool)).toEqual({
    type: 'object',
    properties: { text: { type: 'string' }, note: { type: 'string' } },
    required: ['text'],
    additionalProperties: false,
  })
})
