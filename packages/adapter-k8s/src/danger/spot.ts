import type { JsonValue } from '../json.js'
import { isList, isObject } from '../json-object.js'

export { isList, isObject }

/** What an object holds under a key of its own. What objects inherit, and `null`, which the API server reads as nothing, is not there. */
export function own(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (!isObject(value) || !Object.hasOwn(value, key)) return undefined
  return value[key] ?? undefined
}

/** A value, or that nothing is there, with the words in which a reader finds the place. */
export class Spot {
  readonly value: JsonValue | undefined
  readonly #above: Spot | undefined
  readonly #key: string | number
  #path: string | undefined

  /** What is in a place: one with a path, or the one below a key of another. */
  constructor(value: JsonValue | undefined, place: string | Spot, key: string | number = '') {
    this.value = value
    this.#path = typeof place === 'string' ? place : undefined
    this.#above = typeof place === 'string' ? undefined : place
    this.#key = key
  }

  /** Most places are never told, so that their paths are made when they are. */
  get path(): string {
    return (this.#path ??= pathBelow(this.#above?.path ?? '', this.#key))
  }

  /** Whether something is there that is not `null`. */
  get isSet(): boolean {
    return this.value !== undefined && this.value !== null
  }

  /** The place below a key, which may be empty. */
  at(...keys: readonly string[]): Spot {
    return keys.reduce<Spot>((spot, key) => new Spot(own(spot.value, key), spot, key), this)
  }

  /** The members of a list; none of anything else. */
  get members(): readonly Spot[] {
    if (!isList(this.value)) return []
    return this.value.map((value, index) => new Spot(value, this, index))
  }

  /** The places below all keys of an object; none of anything else. */
  get entries(): readonly (readonly [string, Spot])[] {
    const { value } = this
    if (!isObject(value)) return []
    return Object.keys(value).map((key) => [key, new Spot(value[key], this, key)])
  }

  /** Whether nothing is there, or one of these values. */
  isUnsetOr(...allowed: readonly JsonValue[]): boolean {
    return !this.isSet || allowed.includes(this.value ?? null)
  }
}

const plainKey = /^[A-Za-z_][\w-]*$/

/** The path of what is below a key, in ASCII. No two places have the same one. */
export function pathBelow(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${String(key)}]`
  if (plainKey.test(key)) return path === '' ? key : `${path}.${key}`
  const text = JSON.stringify(key).replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return `${path}[${text}]`
}
