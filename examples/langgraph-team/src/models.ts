import { ScriptedModel, type Turn } from '@bothkeys/scripted-model'
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import { initChatModel } from 'langchain'

/**
 * `BOTHKEYS_EXAMPLE_MODEL=openai:gpt-5` has a model of a provider play all parts, `ollama:qwen3` one on this machine. Its package
 * (`@langchain/openai`, …) has to be installed beside the example, and takes the provider's key as it always does.
 */
const provided = process.env['BOTHKEYS_EXAMPLE_MODEL']

/** Whether the agents do what a script says. What a model does instead, nobody knows before. */
export const isScripted = provided === undefined

export async function modelFor(script: readonly Turn[]): Promise<BaseChatModel> {
  return provided === undefined
    ? new ScriptedModel(script)
    : ((await initChatModel(provided)) as unknown as BaseChatModel)
}
