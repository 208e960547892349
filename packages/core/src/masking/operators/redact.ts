import type { Operator } from '../operator.js'
import { guarded, redactedAs } from './guarded.js'

/**
 * Puts a fixed text in place of a value: `text`, or the type of the value in brackets. It tells that there was a value, and
 * what kind of value, and nothing else.
 *
 * @example
 * redact().mask('4111 1111 1111 1111', { type: 'credit-card', domain: 'cards' }) // '[credit-card]'
 */
export function redact(text?: string): Operator {
  return guarded({ name: 'redact', deterministic: false, mask: (_value, { type }) => text ?? redactedAs(type) })
}

/** Masks a value as a missing one: NULL in a result, null in JSON. */
export function nullValue(): Operator {
  return guarded({ name: 'null', deterministic: false, mask: () => null })
}
