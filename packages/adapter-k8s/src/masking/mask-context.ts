import type { SecretMarker } from './secret-marker.js'
import { fixedMarker } from './secret-marker.js'
import type { TextMask } from './text-mask.js'

/** What an answer is masked with. */
export interface MaskContext {
  /** The resource that the request was for, in the plural: says what objects are that do not say so themselves. */
  readonly resource?: string
  /** Undefined: no rule of the policy wants detectors. What is a secret by its place is masked all the same. */
  readonly texts?: TextMask | undefined
  /** The fixed marker unless given. */
  readonly marker?: SecretMarker
  /** They hold names of fields and much space. Dropped unless told otherwise. */
  readonly managedFields?: 'drop' | 'keep'
  /** Told how many values were masked, for the record. */
  readonly masked?: (values: number) => void
  readonly limits?: Partial<MaskLimits>
}

/** Beyond these, an answer ends with an error. */
export interface MaskLimits {
  /** Levels of objects and lists. */
  readonly deepest: number
  /** Bytes of one item of a list, one row of a table, or one event of a watch. */
  readonly item: number
  /** Bytes of an answer that is not a list or a table of the usual form. */
  readonly whole: number
  /** Levels of JSON in strings of JSON; what is deeper is masked whole. */
  readonly nested: number
}

/** Those of answers unless told otherwise. */
export const usualLimits: MaskLimits = Object.freeze({
  deepest: 128,
  item: 8 * 1024 * 1024,
  whole: 8 * 1024 * 1024,
  nested: 3,
})

/** A context with everything decided. */
export interface Masking {
  /** The kind of an object that does not say its own. */
  readonly expected: string | undefined
  readonly texts: TextMask | undefined
  readonly marker: SecretMarker
  readonly keepsManagedFields: boolean
  readonly masked: (values: number) => void
  readonly limits: MaskLimits
}

/** Fills in what is not given. */
export function maskingOf(context: MaskContext): Masking {
  const { managedFields = 'drop', marker = fixedMarker, masked = () => undefined, texts } = context
  const limits = { ...usualLimits, ...context.limits }
  return {
    expected: expectedKind(context),
    texts,
    marker,
    keepsManagedFields: managedFields === 'keep',
    masked,
    limits,
  }
}

function expectedKind({ resource }: MaskContext): string | undefined {
  if (resource === 'secrets') return 'Secret'
  return resource === 'configmaps' ? 'ConfigMap' : undefined
}
