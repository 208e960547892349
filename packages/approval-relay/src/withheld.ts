import type { RelayedRequest } from '@bothkeys/core/relay'
import type { ShownRequest } from './desk.js'

/**
 * A request without what is masked: the statement is withheld whole, for a value can stand anywhere in it. So are parameters, what an
 * estimate says, settings, and what an effect says beside duty and resource. Whatever is made for somebody of whom something is
 * masked is made from this.
 */
export function withheld(request: RelayedRequest): ShownRequest {
  const { exact: _exact, hidden: _hidden, view: _view, ...others } = request
  return {
    ...others,
    text: 'WITHHELD: you have no role that may see it.',
    parameters: [],
    settings: undefined,
    estimate: undefined,
    effects: request.effects.map(({ duty, resource }) => ({ duty, resource, attributes: {} })),
  }
}
