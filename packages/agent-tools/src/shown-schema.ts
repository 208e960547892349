import type { AgentTool } from './agent-tool.js'

/**
 * The schema of a tool for frameworks that read arguments by it before they call anything, and answer by themselves what it does not
 * take: it says the same to a model, and takes whatever comes. Arguments are read when the call is answered, and refused on record there.
 */
export function shownSchema({ schema }: AgentTool): AgentTool['schema'] {
  // What zod calls to parse; by its parent it has the same description.
  const taking = { run: { value: (payload: unknown) => payload }, parent: { value: schema } }
  const inner = Object.create(schema._zod, taking) as AgentTool['schema']['_zod']
  // The rest is inherited.
  return Object.create(schema, { _zod: { value: inner } }) as AgentTool['schema']
}
