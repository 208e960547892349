import type { BothKeysErrorDetails, Ledger, Session, SubmitReceipt } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import { ToolCalls } from '@bothkeys/tools'
import { callsMadeBy } from './calls-made.js'
import type { ToolAnswer } from './tool-answer.js'

/** What people may say of a call in the conversation itself. None of it is an approval. */
export type ConversationDecision = 'approve' | 'edit' | 'reject' | 'respond'

/** How calls wait for people. */
export interface WaitOptions {
  /**
   * `in-place` (default): the call is answered once people have decided. `durable`: the run is interrupted with a request that
   * interfaces for LangChain render, and goes on with `new Command({ resume })`; this needs a checkpointer, and without one calls wait
   * in place.
   */
  readonly wait?: 'in-place' | 'durable'
  /** The guard's own ledger, where several processes may resume one conversation: no call runs in two of them. */
  readonly ledger?: Ledger
  /** What takes in what approvers signed, when it comes as the `approval` of a decision: `guard.approvals.submit`. */
  readonly submit?: (requestId: string, evidence: string) => Promise<SubmitReceipt>
  /** What may be said of a call where it waits. Default: `approve` (to look again whether it was approved) and `reject`. */
  readonly decisions?: readonly ConversationDecision[]
}

/** The same, checked, with the calls that are made. */
export interface Waiting {
  readonly isDurable: boolean
  readonly calls: ToolCalls<ToolAnswer>
  readonly submit: WaitOptions['submit']
  readonly decisions: readonly ConversationDecision[]
}

const known: readonly ConversationDecision[] = ['approve', 'edit', 'reject', 'respond']
const usual: readonly ConversationDecision[] = ['approve', 'reject']

/** Throws ERR_CONFIG_INVALID on a wrong option. */
export function waitingOf(
  session: Session,
  { decisions = usual, ledger = callsMadeBy(session), submit, wait = 'in-place' }: WaitOptions,
): Waiting {
  const ways: readonly unknown[] = ['in-place', 'durable']
  if (!ways.includes(wait)) throw wrong('wait is either in-place or durable')
  if (decisions.length === 0 || decisions.some((each) => !known.includes(each)))
    throw wrong(`decisions is a list of some of ${known.join(', ')}`)
  return Object.freeze({
    isDurable: wait === 'durable',
    calls: new ToolCalls<ToolAnswer>({ ledger }),
    submit,
    decisions: Object.freeze([...decisions]),
  })
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', what, { hint: 'see WaitOptions' } satisfies BothKeysErrorDetails)
}
