import type { JsonValue } from '../json.js'

/** What stands where the value of a secret was. */
export interface SecretMarker {
  /** The marker for a value, as text. Never empty, and without anything of the value that can be read. */
  of(value: string): string
}

/** The same marker for every value: nothing tells them apart. */
export const fixedMarker: SecretMarker = Object.freeze({ of: () => '[secret]' })

/**
 * Markers that are the same for equal values, and tell nothing else to whoever has no key. `hash` makes hexadecimal digits of a
 * value: the operator `hash` of core, which is keyed by root run (RULES 30). Whoever may write secrets can find out with it
 * whether a guess is right, by a secret of their own with the guess in it: it is for those who may not.
 */
export function hashedMarker(hash: (value: string) => string | null): SecretMarker {
  return Object.freeze({
    of(value: string) {
      const digits = hash(value)
      return digits !== null && /^[\da-f]{16,}$/.test(digits)
        ? `[secret:${digits.slice(0, 16)}]`
        : fixedMarker.of(value)
    },
  })
}

const marker = /\[secret(?::[\da-f]{16})?\]/

/** Whether a text holds a marker, as it is or in base64: whoever writes it back would put it in the place of the secret. */
export function holdsMarker(text: string): boolean {
  return marker.test(text) || marker.test(Buffer.from(text, 'base64').toString('latin1'))
}

/** Whether any text of a value of JSON holds a marker. */
export function holdsMarkerIn(value: JsonValue): boolean {
  if (typeof value === 'string') return holdsMarker(value)
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((each: JsonValue) => holdsMarkerIn(each))
  )
}

/** The marker for a value in base64. Equal values have equal markers, however they were written. */
export function base64Marker(marker: SecretMarker, value: string): string {
  const bytes = Buffer.from(value, 'base64')
  const text = bytes.toString('utf8')
  const isText = Buffer.from(text, 'utf8').equals(bytes)
  return Buffer.from(marker.of(isText ? text : value), 'utf8').toString('base64')
}
