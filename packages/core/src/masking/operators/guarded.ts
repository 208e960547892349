import type { MaskContext, Operator } from '../operator.js'

/** What an operator is made of: `mask` may throw, and answers undefined for what it cannot mask. */
interface Parts {
  readonly name: string
  readonly deterministic: boolean
  readonly mask: (this: void, value: string, context: MaskContext) => string | null | undefined
}

/** Makes an operator that never throws: whatever goes wrong, the value is redacted. */
export function guarded({ name, deterministic, mask }: Parts): Operator {
  return Object.freeze({
    name,
    deterministic,
    mask(value: string, context: MaskContext): string | null {
      try {
        const masked: unknown = mask(value, context)
        if (typeof masked === 'string' || masked === null) return masked
      } catch {
        // The error may hold the value, and nobody here could do anything about it.
      }
      return redactedAs(context.type)
    },
  })
}

const longestType = 48

/** The word that stands for a value of a type: `[credit-card]`. */
export function redactedAs(type: string): string {
  return `[${plainType(type)}]`
}

/** A type as it may stand in what is seen: letters, digits, dots, dashes and underscores, and not long. */
export function plainType(type: string): string {
  return type.slice(0, longestType).replace(/[^\w.-]/g, '-') || 'masked'
}
