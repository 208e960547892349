import { BothKeysError } from '@bothkeys/core'
import { ToolMessage } from '@langchain/core/messages'
import { Command } from '@langchain/langgraph'
import { describe, expect, it } from 'vitest'
import { answerOf } from '../src/govern-tool.js'
import { maskAnswer } from '../src/mask-answer.js'
import { done, notDone, refused } from '../src/tool-answer.js'

const mask = (text: string): string => text.replaceAll('secret', '***')
const call = { name: 'mail', callId: 'call-1' }

describe('the answer of a tool', () => {
  it('is masked in every text of it, and what goes beside it is left out', () => {
    const answer = new ToolMessage({
      content: 'a secret',
      name: 'a secret',
      tool_call_id: 'a secret',
      status: 'error',
      artifact: { raw: 'a secret' },
      additional_kwargs: { raw: 'a secret' },
      metadata: { raw: 'a secret' },
    })
    const shown = maskAnswer(answer, mask, call) as ToolMessage
    expect(shown).toMatchObject({ content: 'a ***', name: 'mail', tool_call_id: 'call-1', status: 'error' })
    expect(JSON.stringify([shown, shown.artifact, shown.additional_kwargs])).not.toContain('secret')
    const said = new ToolMessage({ content: 'x', tool_call_id: 'call-1', status: 'a secret' as never })
    expect(JSON.stringify(maskAnswer(said, mask, call))).not.toContain('secret')
  })

  it('is masked where it is of several parts', () => {
    const content = [
      { type: 'text', text: 'a secret' },
      { type: 'text', text: 'no' },
    ]
    const shown = maskAnswer(new ToolMessage({ content, tool_call_id: 'call-1' }), mask, call) as ToolMessage
    expect(shown.text).toBe('[{"type":"text","text":"a ***"},{"type":"text","text":"no"}]')
  })

  it('is not shown where it changes the state of the graph, which nobody can mask', () => {
    const command = new Command({ update: { note: 'secret' } })
    expect(() => maskAnswer(command, mask, call)).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }))
  })

  it('is a message of its call, whatever a tool answers', () => {
    const answers = ['text', { a: 1 }, 7, null, undefined, [1]].map((answer) => answerOf(answer, call))
    expect(answers).toMatchObject(
      ['text', '{"a":1}', '7', 'null', 'undefined', '[1]'].map((content) => ({
        content,
        name: 'mail',
        tool_call_id: 'call-1',
      })),
    )
    const [message, command] = [new ToolMessage({ content: 'x', tool_call_id: 'call-1' }), new Command({})]
    expect([answerOf(message, call), answerOf(command, call)]).toEqual([message, command])
    expect(answerOf({ _getType: () => 'human', content: 'x' }, call)).toBeInstanceOf(ToolMessage)
  })

  it('says whether it was done', () => {
    expect(done(call, 'x')).toMatchObject({ content: 'x', name: 'mail', tool_call_id: 'call-1' })
    expect(done(call, 'x').status).not.toBe('error')
    expect(refused(call, 'x')).toMatchObject({ content: 'x', name: 'mail', tool_call_id: 'call-1', status: 'error' })
    expect(notDone(call, new BothKeysError('ERR_DENIED', 'no'))).toMatchObject({
      content: expect.stringMatching(/^Not done \(ERR_DENIED\): no/) as string,
      status: 'error',
    })
  })
})
