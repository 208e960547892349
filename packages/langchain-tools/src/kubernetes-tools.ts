import type { Session } from '@bothkeys/core'
import type { ClusterTarget, KubernetesToolsOptions } from '@bothkeys/tools'
import { kubernetesTools as agentTools } from '@bothkeys/tools'
import type { StructuredToolInterface } from '@langchain/core/tools'
import { asTool } from './as-tool.js'
import { given } from './given.js'
import { type WaitOptions, waitingOf } from './waiting.js'

/**
 * LangChain tools for one Kubernetes cluster in one session: `kubernetes_get`, `…_list`, `…_logs`, `…_apply`, `…_scale`, `…_delete` and
 * `…_exec`. Each request is decided by itself; refusals are answers that a model can act on. Throws ERR_CONFIG_INVALID on a wrong option.
 *
 * @example
 * const agent = createAgent({ model, tools: [...kubernetesTools(session, cluster)] })
 */
export function kubernetesTools(
  session: Session,
  target: ClusterTarget,
  { decisions, ledger, submit, wait, ...options }: KubernetesToolsOptions & WaitOptions = {},
): StructuredToolInterface[] {
  const waiting = waitingOf(session, given({ decisions, ledger, submit, wait }))
  return agentTools(session, target, options).map((tool) => asTool(tool, waiting))
}
