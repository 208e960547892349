import { pickRunnableConfigKeys } from '@langchain/core/runnables'
import type { ToolRunnableConfig } from '@langchain/core/tools'
import { MemorySaver } from '@langchain/langgraph'
import { untraced } from './untraced.js'

/**
 * Does what is not masked yet: it is traced by nobody, streamed to nobody and kept in no checkpoint, nor is what graphs, tasks and
 * functions within it come to, whether they are given the configuration or find it.
 */
export function apart<Answer>(
  config: ToolRunnableConfig,
  work: (own: ToolRunnableConfig) => Promise<Answer>,
): Promise<Answer> {
  const own = ownOf(config)
  return untraced(pickRunnableConfigKeys(own) ?? {}, async () => work(own))
}

/** A tool of an agent is handed its configuration as a whole once more. */
function ownOf({
  config: whole,
  configurable,
  ...rest
}: ToolRunnableConfig & { readonly config?: object }): ToolRunnableConfig {
  const own = {
    ...rest,
    callbacks: [],
    writer: () => undefined,
    configurable: {
      ...configurable,
      // LangGraph hands these to the graphs and tasks that are run within a node.
      __pregel_stream: undefined,
      __pregel_checkpointer: new MemorySaver(),
      __pregel_call: undefined,
      __pregel_send: undefined,
    },
  }
  return whole === undefined ? own : Object.assign({ ...own }, { config: own })
}
