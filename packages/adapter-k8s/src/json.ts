/** What JSON can say. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject

/** An object of JSON. Keys may have any name, `__proto__` too: look them up with `Object.hasOwn`. */
export interface JsonObject {
  readonly [key: string]: JsonValue
}
