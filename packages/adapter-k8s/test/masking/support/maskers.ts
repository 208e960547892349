import { createHmac } from 'node:crypto'
import type { MaskKey } from '@bothkeys/core/masking'
import { createMasker, detectorsNamed } from '@bothkeys/core/masking'
import type { MaskContext } from '../../../src/masking/mask-context.js'
import { maskObject } from '../../../src/masking/object-mask.js'
import type { JsonValue } from '../../../src/json.js'

/** A key of tests. */
export const key: MaskKey = { mac: (message) => createHmac('sha256', 'a key of tests').update(message).digest() }

/** A masker with the detectors that policies name for clusters. */
export const texts = createMasker({
  detect: detectorsNamed(['email', 'credit-card', 'jwt', 'private-key', 'cloud-key', 'connection-password', 'secret']),
  with: 'redact',
  key,
  scope: 'run-1',
})

/** A JSON web token of nobody. */
export const token = `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${'dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'}`

export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

/** What is made of a value, as if it had come over the wire. */
export function shown(value: unknown, context: MaskContext = {}) {
  return JSON.parse(JSON.stringify(maskObject(JSON.parse(JSON.stringify(value)) as JsonValue, context)))
}

/** The same with detectors. */
export function found(value: unknown, context: MaskContext = {}) {
  return shown(value, { texts, ...context })
}
