import { agentCallGuards, agentToldGuards } from './agent-calls.mjs'
import { agentClusterGuards } from './agent-clusters.mjs'
import {
  aiSdkGuards,
  answeredCallsGuards,
  misreadGuards,
  mcpServerGuards,
  undescribedGuards,
  openAiAgentsGuards,
} from './agent-frameworks.mjs'
import { agentGovernGuards, toolTargetGuards } from './agent-govern.mjs'
import { agentSqlGuards } from './agent-sql.mjs'
import { langchainToolGuards } from './langchain-tools.mjs'
import { staleButtonGuards } from './stale-buttons.mjs'
import { teamGuards } from './teams.mjs'

/** Guards of what agents call, by the name of their list. */
export const agentLists = {
  'stale-buttons': staleButtonGuards,
  'answered-calls': answeredCallsGuards,
  'misread-calls': misreadGuards,
  undescribed: undescribedGuards,
  teams: teamGuards,
  'agent-calls': agentCallGuards,
  'agent-told': agentToldGuards,
  'agent-govern': agentGovernGuards,
  'tool-targets': toolTargetGuards,
  'agent-sql': agentSqlGuards,
  'agent-clusters': agentClusterGuards,
  'langchain-tools': langchainToolGuards,
  'ai-sdk': aiSdkGuards,
  'openai-agents': openAiAgentsGuards,
  'mcp-server': mcpServerGuards,
}
