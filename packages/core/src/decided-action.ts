import type { Act } from './duties/act.js'
import type { Action, Description } from './model/action.js'
import type { DecisionInput } from './model/decision.js'
import type { Requester } from './requester.js'

/** What of an action the policy looks at. */
export type DecidedAction = Pick<Action, 'target'> & {
  readonly description: Pick<Description, 'operation' | 'text' | 'effects'>
}

/** What the policy is asked about an action of somebody: the same whether it is to run or only simulated. */
export function decisionInput(
  requester: Pick<Requester, 'roles' | 'delegatorRoles'>,
  { description, target }: DecidedAction,
): DecisionInput {
  return {
    roles: requester.roles(),
    delegatorRoles: requester.delegatorRoles(),
    target,
    operation: description.operation,
    text: description.text,
    effects: description.effects,
  }
}

/** What the rules about what happened before are asked about it. */
export function actOfAction(
  { countedRoles, principal }: Pick<Requester, 'countedRoles' | 'principal'>,
  { description, target }: DecidedAction,
  kind: 'action' | 'request',
): Act {
  return {
    party: principal,
    roles: countedRoles,
    target: target.name,
    effects: description.effects,
    kind,
    root: principal.run.root,
    change: principal.change,
  }
}
