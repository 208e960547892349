import { BothKeysError } from './errors.js'
import { isThumbprint } from './identity/confirmation.js'
import { delegatedPrincipal } from './identity/make-principal.js'
import { assertKnownOptions } from './known-options.js'
import type { Principal } from './model/principal.js'
import type { SessionOptions } from './session-options.js'

/** How far a session may be from the one that a credential opened (RULES 3). */
const maxDepth = 5
const maxNameLength = 256

/** What a session gives to a sub-agent. */
export interface DelegationOptions extends Omit<SessionOptions, 'change'> {
  /** Roles that the session has at this moment. One that it does not have is refused, not left out. */
  readonly roles: readonly string[]
  /** How long the sub-agent's session lives, in milliseconds: not beyond the session itself. */
  readonly ttlMs: number
  /** What the sub-agent is called in the record. */
  readonly name?: string
  /** A class of its own below one of the session's, beside them: `etl/summary` for a session of the class `etl`. */
  readonly agentClass?: string
  /** The thumbprint (RFC 7638) of a key of its own, beside those of the session. */
  readonly key?: string
}

const optionNames: ReadonlySet<string> = new Set<keyof DelegationOptions>([
  'agentClass',
  'key',
  'name',
  'proveAction',
  'roles',
  'trace',
  'ttlMs',
])

/** The session that delegates, at this moment. */
export interface Delegator {
  readonly sessionId: string
  readonly principal: Principal
  readonly roles: readonly string[]
}

/**
 * The principal of a sub-agent: the same subject, owners and root of the run, with a run of its own; roles that the session
 * has, and an end that is not beyond its end. What was asked for is given or refused, never cut to fit. `options` are a
 * checked copy. Throws ERR_DELEGATION_REFUSED for what cannot be given away.
 */
export function subPrincipal(
  delegator: Delegator,
  options: DelegationOptions,
  runId: string,
  nowMs: number,
): Principal {
  const { principal, roles, sessionId } = delegator
  if (principal.kind === 'human')
    throw refused("a person's session cannot be delegated", 'open a session with the credential of the agent')
  if (principal.delegation.length >= maxDepth)
    throw refused(`it would be the ${String(maxDepth + 1)}th in a row`, 'delegate from a session further up')
  const missing = options.roles.filter((role) => !roles.includes(role))
  if (missing.length > 0)
    throw refused('it has not all of the roles that were asked for', 'ask for roles that the session has')
  if (options.agentClass !== undefined && !isOwnClass(principal, options.agentClass))
    throw refused('the class is not below one of its own', 'name one that begins with a class of the session and "/"')
  const expiresAtMs = nowMs + options.ttlMs
  if (expiresAtMs > principal.expiresAt.getTime())
    throw refused('it ends before what was asked for would end', 'ask for a shorter ttlMs')
  const { name } = options
  return delegatedPrincipal(principal, {
    link: {
      session: sessionId,
      run: principal.run.id,
      subject: principal.subject,
      roles,
      ...(name === undefined ? {} : { name }),
    },
    runId,
    roles: options.roles,
    agentClass: options.agentClass,
    key: options.key,
    expiresAtMs,
  })
}

/**
 * What is counted for a class counts for everybody of it, so nobody names the class of somebody else. Where the class of the
 * session is not known, none is added to it.
 */
function isOwnClass({ agentClass }: Principal, name: string): boolean {
  if (typeof agentClass === 'string') return agentClass === 'unknown'
  return agentClass.known.some((own) => name === own || name.startsWith(`${own}/`))
}

/**
 * A checked copy: each option is read once, so that what is given is what was checked. Throws ERR_CONFIG_INVALID: what is wrong
 * here is wrong in the code that calls.
 */
export function checkedDelegation(options: DelegationOptions): DelegationOptions {
  const given: unknown = options
  if (typeof given !== 'object' || given === null) throw wrong('it needs roles and a ttlMs')
  assertKnownOptions('session.delegate', given, optionNames)
  const { agentClass, key, name, proveAction, roles: listed, trace, ttlMs } = options
  const roles = isList(listed) ? Object.freeze([...listed]) : undefined
  if (roles === undefined || !roles.every(isName)) throw wrong('roles must be a list of roles')
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 1) throw wrong('ttlMs must be a whole number of milliseconds above 0')
  if (name !== undefined && !isName(name)) throw wrong('name must be a name')
  if (agentClass !== undefined && !isName(agentClass)) throw wrong('agentClass must be a name')
  if (key !== undefined && !isThumbprint(key)) throw wrong('key must be the thumbprint of a key')
  return Object.freeze({
    roles,
    ttlMs,
    ...(name === undefined ? {} : { name }),
    ...(agentClass === undefined ? {} : { agentClass }),
    ...(key === undefined ? {} : { key }),
    ...(trace === undefined ? {} : { trace }),
    ...(proveAction === undefined ? {} : { proveAction }),
  })
}

function isList<T>(value: readonly T[] | undefined): value is readonly T[] {
  return Array.isArray(value)
}

function isName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= maxNameLength
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `session.delegate: ${what}`)
}

/** The refusal of a delegation. */
function refused(reason: string, hint: string): BothKeysError {
  return new BothKeysError('ERR_DELEGATION_REFUSED', `the session cannot be delegated: ${reason}`, { hint })
}
