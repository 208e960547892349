import type { Session } from '@bothkeys/core'
import { sqlTools } from '@bothkeys/langchain'
import type { PostgresTarget } from '@bothkeys/pg'
import { ScriptedModel } from '@bothkeys/scripted-model'
import { createAgent } from 'langchain'

/** What a model wants to do, and what its tools answered. */
export interface Told {
  readonly sql: string
  readonly answer: string
}

/**
 * Runs an agent of LangChain that may query the shop. Its model follows a script, so that the story is always the same; a real one goes
 * in its place, and nothing else changes.
 */
export async function runLangChain(
  session: Session,
  shop: PostgresTarget,
  wishes: readonly string[],
): Promise<readonly Told[]> {
  const model = new ScriptedModel(wishes.map((sql, n) => [{ name: 'query', args: { sql }, id: `call-${String(n)}` }]))
  const agent = createAgent({ model, tools: sqlTools(session, shop) })
  const { messages } = await agent.invoke({ messages: [{ role: 'user', content: 'tidy up the orders' }] })
  const answers = messages.filter((message) => message.getType() === 'tool').map(({ text }) => text)
  return wishes.map((sql, n) => ({ sql, answer: answers[n] ?? '' }))
}
