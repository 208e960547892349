import type { PolicyDocument, PolicySource } from './source.js'

/**
 * A policy that stands in the code: YAML or JSON text, or a plain object. It never changes.
 *
 * ```ts
 * inlineSource({ version: 1, targets: { orders: { kind: 'postgres' } }, roles: {} })
 * ```
 */
export function inlineSource(
  content: PolicyDocument['content'],
  name = 'inline policy',
  signature?: string,
): PolicySource {
  const document: PolicyDocument = Object.freeze({ name, content, signature })
  return Object.freeze({ load: () => Promise.resolve(document) })
}
