import { maybePath } from './secret-keys.js'
import type { Shape } from './shape.js'
import { flag, group, optional, otherwise, text, whole } from './shape.js'

/** The mode of a socket. Whoever may write to it may connect; nobody outside a group ever may. */
const mode = text('an octal mode in quotes, `0600` or `0660`', /^0?6[06]0$/)

/** A unix socket or a port of 127.0.0.1. */
export const address = {
  path: maybePath,
  socketMode: otherwise(mode, '0600'),
  port: optional(whole(1, 65_535)),
} as const

/** Where health, metrics, sessions and, if it says so, approvals are. */
export const controlListener = group(
  { ...address, sessions: otherwise(flag, true), approvals: otherwise(flag, false), operators: otherwise(flag, false) },
  (value, at, problems) => {
    if ((value.path === undefined) === (value.port === undefined))
      problems.add(at, 'one of these is needed, and only one: path, port')
    // Whoever is on the machine reaches a port, and would read what others wait for.
    if (value.approvals && value.port !== undefined)
      problems.add([...at, 'approvals'], 'held statements are shown on a unix socket alone; give this listener a path')
    if (value.operators && value.port !== undefined)
      problems.add([...at, 'operators'], 'operators come by a unix socket alone; give this listener a path')
  },
)

const limitKeys = group({
  sessions: otherwise(whole(1, 100_000), 1_000),
  sessionsPerSubject: otherwise(whole(1, 100_000), 100),
  requests: otherwise(whole(1, 10_000), 64),
  deadlineMs: otherwise(whole(100, 600_000), 10_000),
  journalBudget: optional(whole(65_536, 2 ** 40)),
})

/** The caps of the process; each has a value when the group is left out. */
export const limits: typeof limitKeys = {
  ...limitKeys,
  otherwise: 'each as below',
  absent: () => ({
    sessions: 1_000,
    sessionsPerSubject: 100,
    requests: 64,
    deadlineMs: 10_000,
    journalBudget: undefined,
  }),
}

export type ControlListener = typeof controlListener extends Shape<infer Value> ? Value : never
