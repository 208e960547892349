import type { JsonObject, JsonValue } from '../json.js'
import type { Masking } from './mask-context.js'
import type { NameRule } from './secret-names.js'

/** What the parts of a mask ask of the whole: each masks what is its own, and gives the rest back. */
export interface Walk {
  readonly masking: Masking
  /** Any value, under the name of its field. */
  value(value: JsonValue, field: string | undefined, depth: number, names?: NameRule): JsonValue
  /** An object that may have a kind; `expected` is the one of objects that do not say theirs. */
  object(object: JsonObject, expected: string | undefined, depth: number): JsonObject
  /** The metadata of an object of the API. */
  metadata(object: JsonObject, isSecret: boolean, depth: number): JsonObject
  /** A value of which nothing may be seen: its keys stay, and so does that it is missing. */
  hidden(value: JsonValue, depth: number): JsonValue
  /** The marker for a text. */
  marked(text: string): string
  /** Counts a masked value, and answers it. */
  counted<Value extends JsonValue | undefined>(masked: Value): Value
}
