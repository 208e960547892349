import { staleButtons } from '@bothkeys/agent-stage/stale-buttons'
import { Agent, Runner } from '@openai/agents'
import { sqlTools } from '../src/index.js'
import { ScriptedModel } from './support/scripted-model.js'

const runner = new Runner({ tracingDisabled: true })

staleButtons({
  name: 'OpenAI Agents',
  repeats: true,
  open: async (stage, thread) => {
    const tools = sqlTools(await stage.session(), stage.orders, { thread })
    return {
      call: async (calls, signal) => {
        const turn = calls.map(({ id, sql }) => ({ id, name: 'query', input: { sql } }))
        const agent = new Agent({ name: 'agent', model: new ScriptedModel([turn]), tools })
        const { newItems } = await runner.run(agent, 'go', signal === undefined ? {} : { signal })
        return newItems.flatMap((item) => (item.type === 'tool_call_output_item' ? [String(item.output)] : []))
      },
    }
  },
})
