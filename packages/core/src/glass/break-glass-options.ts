import { BothKeysError } from '../errors.js'
import { isOneLine } from '../model/one-line.js'

/** What somebody says who breaks glass. */
export interface BreakGlassOptions {
  /** The one target that it is about. */
  readonly target: string
  /** Why, in one line of at most 500 characters: for those who are told and those who review it. */
  readonly reason: string
  /** The incident or ticket, at most 100 characters. */
  readonly ticket: string
  /** The rule of the policy. Needed only where several let the session do it. */
  readonly rule?: string
  /** For how long, in milliseconds, not longer than the rule says. Default: as long as the rule says. */
  readonly forMs?: number
}

const names: ReadonlySet<string> = new Set<keyof BreakGlassOptions>(['forMs', 'reason', 'rule', 'target', 'ticket'])

/** A checked copy. Throws ERR_CONFIG_INVALID: what is wrong here is wrong in the code that calls. */
export function checkedOptions(options: BreakGlassOptions): BreakGlassOptions {
  const given: unknown = options
  if (typeof given !== 'object' || given === null) throw wrong('needs a target, a reason and a ticket')
  for (const name of Object.keys(given)) if (!names.has(name)) throw wrong(`has no option ${name}`)
  const { forMs, reason, rule, target, ticket } = options
  if (!isOneLine(target, 200)) throw wrong('needs the name of one target')
  if (!isOneLine(reason, 500)) throw wrong('needs a reason of one line')
  if (!isOneLine(ticket, 100)) throw wrong('needs a ticket of one line')
  if (rule !== undefined && !isOneLine(rule, 200)) throw wrong('needs the id of a rule')
  if (forMs !== undefined && !(Number.isSafeInteger(forMs) && forMs > 0))
    throw wrong('lasts a whole number of milliseconds above 0')
  return Object.freeze({
    target,
    reason,
    ticket,
    ...(rule === undefined ? {} : { rule }),
    ...(forMs === undefined ? {} : { forMs }),
  })
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `session.breakGlass ${what}`)
}
