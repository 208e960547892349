import { hash } from 'node:crypto'
import type { Session } from '@bothkeys/core/adapter'
import { snapshot, type SnapshotValue } from '@bothkeys/core/adapter'

/** One call of a tool, as the framework numbers it. */
export interface CallIdentity {
  /** The session that the call acts in. */
  readonly session: Session
  /** The conversation: LangGraph's `thread_id` and the like. */
  readonly thread: string
  /** Of the call, within the conversation. */
  readonly callId: string
  /** The tool's name. */
  readonly name: string
  /** What the model gave, before any of it was checked. */
  readonly args: unknown
}

/**
 * What tells calls apart, whichever process makes them: who calls, as which sub-agent, in which conversation, which call, and what it
 * says. The arguments are a part of it, so that an edited call is another one. Throws ERR_SNAPSHOT_INVALID for what cannot be told
 * apart from something else.
 */
export function callKey({ args, callId, name, session, thread }: CallIdentity): string {
  const { id, issuer } = session.principal.subject
  const parts = ['bothkeys.tool-call.v1', issuer, id, subAgentOf(session), thread, callId, name, args]
  return hash('sha256', sorted(snapshot(parts)), 'hex')
}

/**
 * Sub-agents have the account of the session that delegated. One with a name is the same when the conversation goes on in another
 * process; one without is another every time.
 */
function subAgentOf({ principal: { delegation, run } }: Session): readonly string[] {
  const names = delegation.map(({ name }) => name)
  return names.every((name) => name !== undefined) ? names : [run.id]
}

/** JSON in which the order of members tells nothing. */
function sorted(value: SnapshotValue): string {
  if (Array.isArray(value)) return `[${(value as readonly SnapshotValue[]).map(sorted).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value as Readonly<Record<string, SnapshotValue>>)
  const inOrder = members.toSorted(([one], [other]) => (one < other ? -1 : 1))
  return `{${inOrder.map(([key, member]) => `${JSON.stringify(key)}:${sorted(member)}`).join()}}`
}
