export type { OpenAiTool, OpenAiToolsOptions } from './openai-tools.js'
export { openAiTools } from './openai-tools.js'
export { sqlTools } from './sql-tools.js'
export type { AgentTool, SqlTarget, SqlToolsOptions } from '@bothkeys/tools'
