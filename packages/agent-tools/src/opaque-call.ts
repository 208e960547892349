import type { Effect, SessionAccess } from '@bothkeys/core/adapter'

/** What nobody knows of a call, as an effect. */
export function opaqueEffect(name: string): Effect {
  return Object.freeze({
    duty: 'opaque',
    resource: `tool:"${name.replaceAll('"', '')}"`,
    attributes: Object.freeze({}),
  })
}

/** A call of a tool of which nothing but the name is on record. */
export function opaqueCall(name: string): Parameters<SessionAccess['refused']>[0] {
  return {
    identity: { tool: name },
    description: { operation: 'call', text: '', recordedText: `${name}(…)`, effects: [opaqueEffect(name)] },
    parameters: [],
    stateEpoch: '',
  }
}
