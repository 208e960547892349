import * as ai7 from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import * as ai6 from 'ai-6'
import { MockLanguageModelV3 } from 'ai-6/test'
import type { AiTool } from '../../src/index.js'

/** One call that the model makes. */
export interface ScriptedCall {
  readonly id: string
  readonly name: string
  readonly input: unknown
}

/** A turn of the model: calls, or what it says at the end. */
export type Turn = readonly ScriptedCall[] | string

/** What a model is told, as far as tests look at it. */
export interface Prompt {
  readonly tools?: readonly object[]
}

/** What a run answers, as far as tests look at it. */
export interface Run {
  readonly text: string
  readonly steps: readonly { readonly toolResults: readonly { readonly output: unknown }[] }[]
  readonly content: readonly { readonly type: string }[]
}

/** What both versions take. */
export interface Asked {
  readonly tools: Record<string, AiTool>
  readonly turns: readonly Turn[]
  readonly messages?: readonly unknown[]
  readonly abortSignal?: AbortSignal
  /** Takes what the model is told with each turn. */
  readonly seen?: Prompt[]
}

function generated(turn: Turn): object {
  const usage = { inputTokens: { total: 1 }, outputTokens: { total: 1 } }
  const content =
    typeof turn === 'string'
      ? [{ type: 'text', text: turn }]
      : turn.map(({ id, input, name }) => ({
          type: 'tool-call',
          toolCallId: id,
          toolName: name,
          input: JSON.stringify(input),
        }))
  const reason = typeof turn === 'string' ? 'stop' : 'tool-calls'
  return { content, usage, finishReason: { unified: reason, raw: reason }, warnings: [] }
}

/** Says what a script says, turn by turn. */
function script(turns: readonly Turn[], seen: Prompt[] = []): (prompt: object) => Promise<never> {
  const left = turns.values()
  return (prompt) => {
    seen.push(prompt)
    const { value = 'done' } = left.next()
    return Promise.resolve(generated(value) as never)
  }
}

const user = [{ role: 'user', content: 'go' }]

export const versions = [
  {
    version: 6,
    ask: ({ abortSignal, messages = user, seen, tools, turns }: Asked): Promise<Run> =>
      ai6.generateText({
        model: new MockLanguageModelV3({ doGenerate: script(turns, seen) }),
        tools,
        messages: messages as ai6.ModelMessage[],
        stopWhen: ai6.stepCountIs(5),
        ...(abortSignal !== undefined && { abortSignal }),
      }),
  },
  {
    version: 7,
    ask: ({ abortSignal, messages = user, seen, tools, turns }: Asked): Promise<Run> =>
      ai7.generateText({
        model: new MockLanguageModelV4({ doGenerate: script(turns, seen) }),
        tools,
        messages: messages as ai7.ModelMessage[],
        stopWhen: ai7.stepCountIs(5),
        ...(abortSignal !== undefined && { abortSignal }),
      }),
  },
] as const

/** What tools answered in a run. */
export function answersOf({ steps }: Run): string[] {
  return steps.flatMap(({ toolResults }) => toolResults.map(({ output }) => String(output)))
}
