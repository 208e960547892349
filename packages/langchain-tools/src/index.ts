export type { ArgumentsOf, GovernTool } from './govern-tool.js'
export { governTool } from './govern-tool.js'
export type { HumanRequest } from './human-request.js'
export { kubernetesTools } from './kubernetes-tools.js'
export type { MiddlewareOptions } from './middleware.js'
export { bothkeysMiddleware } from './middleware.js'
export { sqlTools } from './sql-tools.js'
export type { InvokableAgent, SubAgent, SubAgentOptions } from './sub-agent.js'
export { subAgent } from './sub-agent.js'
export type { SubAgentToolOptions } from './sub-agent-tool.js'
export type { ToolLimits } from './tool-limits.js'
export type { ConversationDecision, WaitOptions } from './waiting.js'
export type {
  CallDescription,
  ClusterTarget,
  KubernetesToolsOptions,
  SqlTarget,
  SqlToolsOptions,
  ToolTarget,
} from '@bothkeys/tools'
export { toolTarget } from '@bothkeys/tools'
