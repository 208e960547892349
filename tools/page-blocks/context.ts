// What the code of pages finds there already. A name belongs here when a reader knows it without being told.
import type { BaseChatModel } from '@langchain/core/language_models/chat_models'
import type { BaseCheckpointSaver } from '@langchain/langgraph'
import type { KubernetesTarget } from '@bothkeys/k8s'
import type { PostgresTarget } from '@bothkeys/pg'
import type {
  Approver,
  Directory,
  Guard,
  GuardOptions,
  Ledger,
  PolicySource,
  Principal,
  Session,
  Verifier,
} from '@bothkeys/core'
import type { KubeConfig } from '@kubernetes/client-node'
import type { LanguageModel, ModelMessage } from 'ai'

declare global {
  // What a guard is made of.
  const policy: PolicySource
  const identity: Verifier
  const targets: GuardOptions['targets']
  const approvers: readonly Approver[]
  const directory: Directory
  const journal: GuardOptions['journal']
  const ledger: Ledger
  const guard: Guard
  /** The person at the terminal, as a verifier knows them. */
  const operator: Principal
  /** Shows somebody the view, and answers what they signed about the subject. */
  function askAnAdministrator(view: string, subject: object): Promise<string>
  // An agent's session, its token, and who issued that.
  const session: Session
  const token: string
  const issuer: string
  const audience: string
  const jwks: string
  // What is governed.
  const orders: PostgresTarget
  const cluster: KubernetesTarget
  const kubeConfig: KubeConfig
  // The model of an agent, as each framework calls it, and what was said so far.
  const model: BaseChatModel & Exclude<LanguageModel, string>
  const checkpointer: BaseCheckpointSaver
  const messages: ModelMessage[]
  const chat: { readonly id: string }
  const conversation: { readonly id: string }
}
