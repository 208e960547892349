import { BothKeysError } from '../errors.js'

/** A JSON value, or a part of one that was serialised before. */
export type CanonicalInput =
  | null
  | boolean
  | number
  | string
  | CanonicalFragment
  | readonly CanonicalInput[]
  | { readonly [key: string]: CanonicalInput | undefined }

/** The deepest nesting that is written, and so the deepest that is read (`strictJsonObject`). */
export const maxNesting = 64

/** A value whose canonical text is known already, so that what never changes is serialised once. */
export class CanonicalFragment {
  readonly text: string

  /** Serialises `value` now. Throws ERR_SNAPSHOT_INVALID like `canonicalJson`. */
  constructor(value: CanonicalInput) {
    this.text = canonicalJson(value)
    Object.freeze(this)
  }
}

/**
 * Serialises a value as RFC 8785 (JCS) text. Members whose value is `undefined` are left out.
 * Throws ERR_SNAPSHOT_INVALID on lone surrogates, non-finite numbers, anything that is not plain JSON,
 * and nesting deeper than 64 levels.
 */
export function canonicalJson(value: CanonicalInput): string {
  return serialise(value, 0)
}

function serialise(value: CanonicalInput, depth: number): string {
  if (typeof value === 'string') return quote(value)
  if (value === null) return 'null'
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      if (!Number.isFinite(value)) throw invalid('a number that is not finite')
      return String(value)
    case 'object':
      return serialiseObject(value, depth)
    default:
      throw invalid(`a ${typeof value}`)
  }
}

function serialiseObject(value: Exclude<CanonicalInput, null | boolean | number | string>, depth: number): string {
  if (value instanceof CanonicalFragment) return value.text
  if (depth >= maxNesting) throw invalid(`nesting deeper than ${String(maxNesting)} levels`)
  if (isArray(value)) {
    let text = '['
    for (let index = 0; index < value.length; index++) {
      const item = value[index]
      if (item === undefined) throw invalid('a hole in an array')
      text += (index === 0 ? '' : ',') + serialise(item, depth + 1)
    }
    return text + ']'
  }
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw invalid('an object that is not plain')
  let text = ''
  for (const key of sorted(Object.keys(value))) {
    const member = value[key]
    if (member === undefined) continue
    text += `${text === '' ? '' : ','}${quote(key)}:${serialise(member, depth + 1)}`
  }
  return `{${text}}`
}

function isArray(value: object): value is readonly CanonicalInput[] {
  return Array.isArray(value)
}

/** In the order of UTF-16 code units (RFC 8785, section 3.2.3). Most objects are written in it, and sorting costs more. */
function sorted(keys: string[]): readonly string[] {
  for (let index = 1; index < keys.length; index++) {
    if ((keys[index - 1] ?? '') > (keys[index] ?? '')) return keys.sort()
  }
  return keys
}

const plainText = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
const shortText = 64

/** Whether a text stands in JSON as it is, as most names, ids and digests do. Telling so is much cheaper than quoting. */
export function isPlainText(text: string): boolean {
  if (text.length > shortText) return plainText.test(text)
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false
  }
  return true
}

function quote(text: string): string {
  if (isPlainText(text)) return `"${text}"`
  if (!text.isWellFormed()) throw invalid('text with a lone surrogate')
  return JSON.stringify(text)
}

function invalid(what: string): BothKeysError {
  return new BothKeysError('ERR_SNAPSHOT_INVALID', `cannot serialise ${what}`, {
    hint: 'pass plain JSON values, bigint, bytes or dates',
  })
}
