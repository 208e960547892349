import type { Act } from './duties/act.js'
import { BothKeysError } from './errors.js'
import type { Action, Description } from './model/action.js'
import type { Decision, DecisionInput } from './model/decision.js'
import type { Requester } from './requester.js'

/** What of an action the policy looks at. */
export type DecidedAction = Pick<Action, 'target'> & {
  readonly description: Pick<Description, 'operation' | 'text' | 'argv' | 'effects' | 'statements' | 'lineage'>
}

/** What the policy is asked about an action of somebody: the same whether it is to run or only simulated. */
export function decisionInput(
  requester: Pick<Requester, 'principal' | 'roles'>,
  { description, target }: DecidedAction,
): DecisionInput {
  return {
    roles: requester.roles(),
    restrictingRoles: requester.principal.restrictingRoles,
    level: requester.principal.level,
    target,
    operation: description.operation,
    text: description.text,
    ...(description.argv !== undefined && { argv: description.argv }),
    effects: description.effects,
    lineage: description.lineage,
  }
}

/** What the rules about what happened before are asked about it. Without a session nothing of it has to be reviewed. Throws ERR_INTERNAL for a number of statements that is none. */
export function actOfAction(
  { principal, sessionId }: Pick<Requester, 'principal'> & Partial<Pick<Requester, 'sessionId'>>,
  { description, target }: DecidedAction,
  kind: 'action' | 'request',
  decision?: Decision,
): Act {
  return {
    party: principal,
    roles: principal.restrictingRoles,
    target: target.name,
    effects: description.effects,
    statements: statementsOf(description),
    lookups: decision === undefined || decision.effect === 'deny' ? undefined : lookupsOf(decision),
    kind,
    session: sessionId,
    root: principal.run.root,
    change: principal.change,
  }
}

/** Undefined where there are none, so that an act without is always the same. */
function lookupsOf({ obligations: { masks } }: Exclude<Decision, { readonly effect: 'deny' }>): Act['lookups'] {
  return masks === undefined || masks.lookups.length === 0 ? undefined : masks.lookups
}

/** Less than one would make room under a limit. */
function statementsOf({ statements = 1 }: Pick<Description, 'statements'>): number {
  if (Number.isSafeInteger(statements) && statements >= 1) return statements
  throw new BothKeysError('ERR_INTERNAL', 'the statements of an action have to be counted in whole numbers')
}
