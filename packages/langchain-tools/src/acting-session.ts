import { AsyncLocalStorage } from 'node:async_hooks'
import type { Session } from '@bothkeys/core'

/** The sub-agent in whose run this is done. */
const acting = new AsyncLocalStorage<Session>()
/** Sessions of sub-agents: each acts within the runs of its own agent alone. */
const bound = new WeakSet<Session>()

/** Does the work of a sub-agent: within it no tool answers that is of another session, and outside of it none of its own. */
export function actAs<Result>(session: Session, work: () => Promise<Result>): Promise<Result> {
  bound.add(session)
  return acting.run(session, work)
}

/** Who uses what is of `owner` and not of theirs. `unknown`: somebody who is not the sub-agent that has it. */
export function borrowerOf(owner: Session): Session | 'unknown' | undefined {
  const agent = acting.getStore()
  if (agent === owner) return undefined
  return agent ?? (bound.has(owner) ? 'unknown' : undefined)
}
