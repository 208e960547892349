import type { Session } from '@bothkeys/core'

/** Tools of this package, and on whose behalf each acts. */
const sessions = new WeakMap<object, Session>()

export function actsFor<Tool extends object>(tool: Tool, session: Session): Tool {
  sessions.set(tool, session)
  return tool
}

/** The session that a tool acts for; undefined: it is none of this package. */
export function sessionOf(tool: unknown): Session | undefined {
  return typeof tool === 'object' && tool !== null ? sessions.get(tool) : undefined
}
