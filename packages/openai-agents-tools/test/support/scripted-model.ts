import { type Model, type ModelResponse, Usage } from '@openai/agents'

interface Call {
  readonly id: string
  readonly name: string
  readonly input: unknown
}

/** A call of a tool, several, or what the model says at the end. */
export type Turn = Call | readonly Call[] | string

/** A model that says what a script says, turn by turn. */
export class ScriptedModel implements Model {
  readonly #turns: IterableIterator<Turn>

  constructor(turns: readonly Turn[]) {
    this.#turns = turns.values()
  }

  getResponse(): Promise<ModelResponse> {
    const { value: turn = 'done' } = this.#turns.next() as { value?: Turn }
    return Promise.resolve({ usage: new Usage(), output: outputOf(turn) })
  }

  getStreamedResponse(): never {
    throw new Error('nothing is streamed here')
  }
}

function outputOf(turn: Turn): ModelResponse['output'] {
  if (typeof turn !== 'string') return [turn].flat().map(callOf)
  const content = [{ type: 'output_text' as const, text: turn }]
  return [{ type: 'message', role: 'assistant', status: 'completed', content }]
}

function callOf({ id, input, name }: Call): ModelResponse['output'][number] {
  return { type: 'function_call', callId: id, name, status: 'completed', arguments: JSON.stringify(input) }
}
