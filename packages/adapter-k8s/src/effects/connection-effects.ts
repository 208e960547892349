import type { AttributeValue, Effect } from '@bothkeys/core/adapter'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { portsOf, processFacts } from '../streams/process-facts.js'

/**
 * A terminal lets whoever sits at it do more than the command says. Rules cover it only where they name it, without a wildcard.
 */
const terminal: Effect = Object.freeze({
  duty: 'execute',
  resource: 'stream:tty',
  attributes: Object.freeze({ sensitive: true }),
})

/** Bytes follow that nobody has seen (RULES 17). */
const unseen = { payload: 'unbound' } as const

/**
 * What a request that connects to a pod does, beside what its path says. Exec and attach: the attributes `command` (the first word:
 * the others may hold anything, and effects are on record), `container`, `stdin` and `tty`; with input `payload: unbound`, and with a terminal the effect `execute stream:tty`, so that neither is let
 * through by a rule that does not name it. Port-forward: `ports` and `payload: unbound`. Log: `container`.
 */
export function connectionEffects(request: CanonicalRequest, effects: readonly Effect[]): readonly Effect[] {
  const [effect, ...others] = effects
  const attributes = attributesOf(request)
  if (effect === undefined || attributes === undefined) return effects
  const isTerminal = attributes['tty'] === true
  return Object.freeze([
    Object.freeze({ ...effect, attributes: Object.freeze({ ...effect.attributes, ...attributes }) }),
    ...(isTerminal ? [terminal] : []),
    ...others,
  ])
}

function attributesOf(request: CanonicalRequest): Readonly<Record<string, AttributeValue>> | undefined {
  switch (request.kind) {
    case 'exec':
    case 'attach': {
      const { command, container, stdin, tty } = processFacts(request)
      return {
        ...(request.kind === 'exec' && { command: command[0] ?? '' }),
        ...(container !== undefined && { container }),
        stdin,
        tty,
        ...(stdin && unseen),
      }
    }
    case 'portforward':
      return { ports: portsOf(request).map(String), ...unseen }
    case 'log': {
      const { container } = processFacts(request)
      return container === undefined ? {} : { container }
    }
    default:
      return undefined
  }
}

/** The same in lines for whoever approves it, for a target that is encoded reads badly. Undefined: it connects to nothing. */
export function connectionText(request: CanonicalRequest): string | undefined {
  const attributes = attributesOf(request)
  if (attributes === undefined || request.kind === 'log') return undefined
  const said = request.kind === 'exec' ? { ...attributes, command: processFacts(request).command } : attributes
  return Object.entries(said)
    .filter(([name]) => name !== 'payload')
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`)
    .join('\n')
}
