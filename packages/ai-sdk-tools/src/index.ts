export type { AiCall, AiTool, AiToolsOptions } from './ai-tools.js'
export { aiTools } from './ai-tools.js'
export { sqlTools } from './sql-tools.js'
export type { AgentTool, SqlTarget, SqlToolsOptions } from '@bothkeys/tools'
