import type { Session } from '@bothkeys/core'
import type { GuardedTarget } from '@bothkeys/core/adapter'
import { refusedOnRecord } from '@bothkeys/tools'
import { borrowerOf } from './acting-session.js'
import { lentError } from './lent.js'
import { type Answered, notDone, type ToolAnswer } from './tool-answer.js'

/** A call of a tool that acts for a session. */
export interface ActingCall extends Answered {
  readonly session: Session
  readonly target: GuardedTarget
}

/** Refuses a call of an agent that the tool does not act for, on its record: whoever hands a tool to another agent lends it no session. */
export function lentCall({ session, target, ...call }: ActingCall): ToolAnswer | undefined {
  const borrower = borrowerOf(session)
  if (borrower === undefined) return undefined
  return notDone(call, refusedOnRecord(borrower === 'unknown' ? session : borrower, target, call.name, lentError()))
}
