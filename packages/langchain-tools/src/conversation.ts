import type { RunnableConfig } from '@langchain/core/runnables'

/** Which conversation a call is of, and which agent's run in it. Undefined: it has no name. */
export function conversationOf(config: RunnableConfig): string | undefined {
  return place(config, (namespace) => namespace.slice(0, -1))
}

/** Which task of a graph this is, however often it is begun again after an interruption. Undefined: nobody can resume it. */
export function taskOf(config: RunnableConfig | undefined): string | undefined {
  return config && place(config, (namespace) => namespace)
}

/**
 * LangGraph names a task by the tasks that it runs in (`checkpoint_ns`), and by the same names when it is resumed. The last of them is
 * the step of the agent that calls: it is another one when the conversation goes back, and the call is the same.
 */
function place(
  { configurable }: RunnableConfig,
  part: (namespace: readonly string[]) => readonly string[],
): string | undefined {
  const thread: unknown = configurable?.['thread_id']
  if (typeof thread !== 'string' && typeof thread !== 'number') return undefined
  const namespace: unknown = configurable?.['checkpoint_ns']
  const names = typeof namespace === 'string' && namespace !== '' ? namespace.split('|') : []
  return JSON.stringify([String(thread), ...part(names)])
}
