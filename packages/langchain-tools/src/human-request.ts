import type { HeldNotice } from '@bothkeys/core/adapter'
import type { Waiting } from './waiting.js'

/** What a person says of one call where the conversation waits. */
export type HumanDecision =
  | { readonly type: 'approve'; readonly approval?: string }
  | { readonly type: 'edit'; readonly name: string; readonly args: Readonly<Record<string, unknown>> }
  | { readonly type: 'reject' | 'respond'; readonly message: string | undefined }

/** One call as interfaces for LangChain show it (`HITLRequest` of langchain 1), with what tells which request it is. */
export interface HumanRequest {
  /** The one call that waits: the tool's name, what it was called with, what the reader is told, and the pending request. */
  readonly actionRequests: readonly [
    {
      readonly name: string
      readonly args: unknown
      readonly description: string
      /** The pending request: what approvers sign names it. */
      readonly approvalId: string
      /** The digest of the exact action. */
      readonly actionHash: string
      /** ISO 8601. Nobody can approve it later. */
      readonly expiresAt: string
    },
  ]
  /** What may be answered about it in the conversation. None of it is an approval. */
  readonly reviewConfigs: readonly [{ readonly actionName: string; readonly allowedDecisions: readonly string[] }]
}

/** Asks whoever sees the conversation. Their answer is no approval: that comes from the approvers of the policy. */
export function humanRequest(
  name: string,
  args: unknown,
  { digest, expiresAt, requestId, rules }: HeldNotice,
  { decisions }: Waiting,
): HumanRequest {
  return {
    actionRequests: [
      {
        name,
        args,
        description: `${name} waits for approval (rule ${rules.join(', ')}; request ${requestId.slice(0, 8)}, digest ${digest.slice(0, 12)}). Approving here only looks again whether its approvers have decided.`,
        approvalId: requestId,
        actionHash: digest,
        expiresAt: expiresAt.toISOString(),
      },
    ],
    reviewConfigs: [{ actionName: name, allowedDecisions: decisions }],
  }
}

/**
 * Reads what a conversation was resumed with. What is no decision, or none that was asked for, decides nothing: it is like an
 * `approve` without evidence, which only looks again.
 */
export function readDecision(resumed: unknown, { decisions }: Waiting): HumanDecision {
  const [decision, ...more] = listOf(member(resumed, 'decisions'))
  const type = member(decision, 'type')
  const isAllowed = more.length === 0 && decisions.some((allowed) => allowed === type)
  if (!isAllowed) return { type: 'approve' }
  switch (type) {
    case 'edit':
      return edited(member(decision, 'editedAction')) ?? { type: 'approve' }
    case 'reject':
    case 'respond':
      return { type, message: textOf(member(decision, 'message')) }
    default: {
      const approval = textOf(member(decision, 'approval'))
      return approval === undefined ? { type: 'approve' } : { type: 'approve', approval }
    }
  }
}

function edited(action: unknown): HumanDecision | undefined {
  const name = textOf(member(action, 'name'))
  const args = member(action, 'args')
  if (name === undefined || typeof args !== 'object' || args === null || Array.isArray(args)) return undefined
  return { type: 'edit', name, args: args as Readonly<Record<string, unknown>> }
}

/** An own member: what comes back may be anything. */
function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  return (value as Readonly<Record<string, unknown>>)[key]
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : []
}

/** The most characters of what a person says that a model is told, and of evidence that is handed in. */
const mostText = 20_000

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value.slice(0, mostText) : undefined
}
