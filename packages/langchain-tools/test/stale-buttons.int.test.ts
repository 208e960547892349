import { staleButtons } from '@bothkeys/agent-stage/stale-buttons'
import { ScriptedModel } from '@bothkeys/scripted-model'
import { createAgent } from 'langchain'
import { sqlTools } from '../src/index.js'

staleButtons({
  name: 'LangChain',
  repeats: true,
  open: async (stage, thread) => {
    const tools = sqlTools(await stage.session(), stage.orders)
    return {
      call: async (calls, signal) => {
        const turn = calls.map(({ id, sql }) => ({ id, name: 'query', args: { sql } }))
        const agent = createAgent({ model: new ScriptedModel([turn]), tools })
        const ask = { messages: [{ role: 'user', content: 'go' }] }
        const { messages } = await agent.invoke(ask, {
          configurable: { thread_id: thread },
          ...(signal !== undefined && { signal }),
        })
        return messages.filter((message) => message.getType() === 'tool').map(({ text }) => text)
      },
    }
  },
})
