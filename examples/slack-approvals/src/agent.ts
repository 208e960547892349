import type { Session } from '@bothkeys/core'
import { sqlTools } from '@bothkeys/langchain'
import type { PostgresTarget } from '@bothkeys/pg'
import { ScriptedModel, type Turn } from '@bothkeys/scripted-model'
import { MemorySaver } from '@langchain/langgraph'
import { createAgent } from 'langchain'

/** What came of a conversation with the agent. */
export interface Said {
  /** What the tool told the model. */
  readonly tool: string
  /** What the model said at the end. */
  readonly end: string
}

/** An agent with the tools of the shop's database. Its model is a script here, so that no model is asked; any chat model fits. */
export class OrdersAgent {
  readonly #session: Session
  readonly #shop: PostgresTarget
  readonly #checkpointer = new MemorySaver()

  constructor(session: Session, shop: PostgresTarget) {
    this.#session = session
    this.#shop = shop
  }

  /** Has the agent run a statement, in a conversation of this name. Waits as long as people do. */
  async run(sql: string, thread: string): Promise<Said> {
    const turns: readonly Turn[] = [
      [{ id: 'call-1', name: 'query', args: { sql } }],
      (messages) => (messages.at(-1)?.text.startsWith('DELETE') === true ? 'They are gone.' : 'I could not delete it.'),
    ]
    const agent = createAgent({
      model: new ScriptedModel(turns),
      tools: sqlTools(this.#session, this.#shop),
      checkpointer: this.#checkpointer,
    })
    const asked = { messages: [{ role: 'user', content: 'Please tidy up the orders.' }] }
    const { messages } = await agent.invoke(asked, { configurable: { thread_id: thread } })
    const tool = messages.findLast((message) => message.getType() === 'tool')
    return { tool: tool?.text ?? '', end: messages.at(-1)?.text ?? '' }
  }
}
