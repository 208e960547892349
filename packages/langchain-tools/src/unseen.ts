import { pickRunnableConfigKeys, type RunnableConfig } from '@langchain/core/runnables'
import { AsyncLocalStorageProviderSingleton } from '@langchain/core/singletons'
import type { ToolRunnableConfig } from '@langchain/core/tools'
import { MemorySaver } from '@langchain/langgraph'
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain'

/**
 * Does what is not masked yet: it is traced by nobody, streamed to nobody and kept in no checkpoint, nor is what graphs, tasks and
 * functions within it come to, whether they are given the configuration or find it.
 */
export function apart<Answer>(
  config: ToolRunnableConfig,
  work: (own: ToolRunnableConfig) => Promise<Answer>,
): Promise<Answer> {
  const own = ownOf(config)
  const found = AsyncLocalStorageProviderSingleton
  // Where functions look for what they belong to, they find this alone.
  return found
    .getInstance()
    .run(undefined, () => found.runWithConfig(pickRunnableConfigKeys(own), async () => work(own)))
}

/** A tool of an agent is handed its configuration as a whole once more. */
function ownOf({
  config: whole,
  configurable,
  ...rest
}: ToolRunnableConfig & { readonly config?: object }): ToolRunnableConfig {
  const own = {
    ...rest,
    callbacks: unseen(),
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
  return { ...own, ...(whole !== undefined && { config: own }) }
}

/**
 * Callbacks for what is not masked yet: nobody who traces the run sees it. A tracer that sends nothing has the place of the one that
 * LangChain adds by itself where the environment says so, and what runs within it is not traced either.
 */
function unseen(): NonNullable<RunnableConfig['callbacks']> {
  return [new SilentTracer()]
}

class SilentTracer extends LangChainTracer {
  constructor() {
    // Nothing is ever sent with it.
    super({ client: {} as never })
  }

  override onRunCreate(): Promise<void> {
    return Promise.resolve()
  }

  override onRunUpdate(): Promise<void> {
    return Promise.resolve()
  }

  /** It goes on from no other trace. */
  override updateFromRunTree(): void {}

  override copyWithTracingConfig(): this {
    return this
  }

  /** Where functions look for what they belong to, they find that nothing is traced. */
  override getRunTreeWithTracingConfig(id: string): ReturnType<LangChainTracer['getRunTreeWithTracingConfig']> {
    const tree = super.getRunTreeWithTracingConfig(id)
    if (tree === undefined) throw new Error('nobody knows whether this would be traced')
    tree.tracingEnabled = false
    return tree
  }
}
