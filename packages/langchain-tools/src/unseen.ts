import type { RunnableConfig } from '@langchain/core/runnables'
import { LangChainTracer } from '@langchain/core/tracers/tracer_langchain'

/**
 * Callbacks for what is not masked yet: nobody who traces the run sees it. A tracer that sends nothing has the place of the one that
 * LangChain adds by itself where the environment says so, and what runs within it is not traced either.
 */
export function unseen(): NonNullable<RunnableConfig['callbacks']> {
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
