import { type Ledger, memoryLedger, type Session } from '@bothkeys/core'

/** Where it stands which calls agents made, for tools that are given no ledger. */
const made = new WeakMap<Session, Ledger>()

const clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() }

/** Which calls the tools of a session made, in this process. */
export function callsMadeBy(session: Session): Ledger {
  const known = made.get(session) ?? memoryLedger({ clock })
  made.set(session, known)
  return known
}

/** What a sub-agent calls is remembered as long as its session's delegator is there, beyond the run that called it. */
export function rememberWith(session: Session, delegator: Session): void {
  made.set(session, callsMadeBy(delegator))
}
