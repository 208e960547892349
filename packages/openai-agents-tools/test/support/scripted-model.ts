import { type Model, type ModelResponse, Usage } from '@openai/agents'

/** A call of a tool, or what the model says at the end. */
export type Turn = { readonly id: string; readonly name: string; readonly input: unknown } | string

/** A model that says what a script says, turn by turn. */
export class ScriptedModel implements Model {
  readonly #turns: IterableIterator<Turn>

  constructor(turns: readonly Turn[]) {
    this.#turns = turns.values()
  }

  getResponse(): Promise<ModelResponse> {
    const { value: turn = 'done' } = this.#turns.next() as { value?: Turn }
    const output =
      typeof turn === 'string'
        ? {
            type: 'message' as const,
            role: 'assistant' as const,
            status: 'completed' as const,
            content: [{ type: 'output_text' as const, text: turn }],
          }
        : {
            type: 'function_call' as const,
            callId: turn.id,
            name: turn.name,
            status: 'completed' as const,
            arguments: JSON.stringify(turn.input),
          }
    return Promise.resolve({ usage: new Usage(), output: [output] })
  }

  getStreamedResponse(): never {
    throw new Error('nothing is streamed here')
  }
}
