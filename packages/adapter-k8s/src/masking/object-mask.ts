import type { JsonObject, JsonValue } from '../json.js'
import { maskWords, namesSecret } from './command-line.js'
import { maskConfig } from './config-map.js'
import { type HarmlessMemory, harmlessMemory } from './harmless-memory.js'
import { isIdentifier } from './identifiers.js'
import { KeyMask } from './key-mask.js'
import type { MaskContext, Masking } from './mask-context.js'
import { maskingOf, usualLimits } from './mask-context.js'
import { maskingFailure, Unmaskable } from './masking-failure.js'
import { isList, isObject, own, ownText, withItems, withMembers } from './members.js'
import { maskAnnotations, maskMetadata } from './metadata-mask.js'
import { PlainItems } from './plain-items.js'
import { isPlainKind } from './plain-names.js'
import { maskSecret } from './secret-object.js'
import type { NameRule } from './secret-names.js'
import { maskStatus } from './status-mask.js'
import { StringMask } from './string-mask.js'
import { columnsOf, maskRow, maskTable } from './table-mask.js'
import type { Walk } from './walk.js'

/**
 * Masks what the API server answers: secrets by the kind of object that they are in, at every depth, and other texts by
 * detectors. Gives back what was not changed, and never changes what it was given. Throws ERR_INTERNAL, with nothing of the
 * object in it, when anything goes wrong.
 *
 * @example
 * const shown = maskObject(pod, { resource: 'pods', texts: masker })
 */
export function maskObject(object: JsonValue, context: MaskContext): JsonValue {
  return new ObjectMask(context).document(object)
}

/** The same for the answers to one request, which share what is known of it. */
export class ObjectMask implements Walk {
  readonly masking: Masking
  readonly #harmless: HarmlessMemory
  readonly #strings: StringMask
  readonly #keys: KeyMask
  #count = 0

  constructor(context: MaskContext) {
    this.masking = maskingOf(context)
    this.#harmless = harmlessMemory(this.masking)
    this.#keys = new KeyMask(this.masking.texts, this.#harmless.keys)
    this.#strings = new StringMask(this.masking, this.#harmless.texts, (value) => this.#root(value, undefined))
  }

  /** All of an answer, or an object of it: `expected` is the kind of one that does not say it. Throws ERR_INTERNAL. */
  document(value: JsonValue, expected: string | undefined = this.masking.expected): JsonValue {
    return this.#whole(() => this.#root(value, expected))
  }

  /** A row of a table. Throws ERR_INTERNAL. */
  row(value: JsonValue, columns: readonly string[] | undefined): JsonValue {
    return this.#whole(() => maskRow(value, this.masking.expected, columns, this, 1))
  }

  /** An item of a list of this kind. Throws ERR_INTERNAL. */
  item(value: JsonValue, listKind: string | undefined): JsonValue {
    return this.#whole(() => this.#item(value, itemKind(listKind, this.masking.expected), 2))
  }

  /** Whether items of a list of this kind that do not say their kind have one. */
  hasItemKind(listKind: string | undefined): boolean {
    return itemKind(listKind, this.masking.expected) !== undefined
  }

  /** Tells from their bytes which items of such a list are shown as they are. Undefined: they are masked by their kind, or all is kept. */
  plainItems(listKind: string | undefined): PlainItems | undefined {
    const { expected, keepsManagedFields, limits, texts } = this.masking
    const kind = itemKind(listKind, expected)
    if (kind === undefined || !isPlainKind(kind) || keepsManagedFields || limits.deepest < usualLimits.deepest)
      return undefined
    return new PlainItems({
      kind,
      memory: this.#harmless.plain,
      isHarmless: (text, field, names) => this.#strings.masked(text, field, names) === text,
      isHarmlessKey: (key) => this.#keys.rename(key) === key,
      namesSecret,
      areNumbersHarmless: texts === undefined,
    })
  }

  /** A table whose columns an earlier one said. Throws ERR_INTERNAL. */
  table(value: JsonObject, columns: readonly string[] | undefined): JsonValue {
    return this.#whole(() => maskTable(value, this.masking.expected, columns, this, 0))
  }

  /** A text that is no part of an object. Throws ERR_INTERNAL. */
  line(text: string, field: string): string {
    const masked = this.#whole(() => this.#text(text, field, 'field'))
    return masked ?? this.masking.marker.of(text)
  }

  value(value: JsonValue, field: string | undefined, depth: number, names: NameRule = 'field'): JsonValue {
    if (typeof value === 'string') return this.#text(value, field, names)
    if (typeof value === 'number') return this.#number(value, field)
    if (isList(value)) {
      this.#assertDepth(depth)
      return withItems(value, (item) => this.value(item, field, depth + 1, names))
    }
    return isObject(value) ? this.object(value, undefined, depth) : value
  }

  object(object: JsonObject, expected: string | undefined, depth: number): JsonObject {
    this.#assertDepth(depth)
    const kind = ownText(object, 'kind')
    if (kind === 'Status') return maskStatus(object, expected, this, depth)
    if (kind === 'Table') return maskTable(object, expected, columnsOf(object), this, depth)
    if (isListOfObjects(object, kind, expected)) return this.#list(object, kind, expected, depth)
    if (expected === 'Secret' || isWholeSecret(object, kind)) return maskSecret(object, this, depth)
    return this.#plain(object, kind ?? expected, depth)
  }

  metadata(object: JsonObject, isSecret: boolean, depth: number): JsonObject {
    this.#assertDepth(depth)
    return maskMetadata(object, isSecret, this, depth)
  }

  hidden(value: JsonValue, depth: number): JsonValue {
    if (value === null) return value
    this.#assertDepth(depth)
    if (isList(value)) return withItems(value, (item) => this.hidden(item, depth + 1))
    if (isObject(value)) {
      return withMembers(value, (key, item) => (key === 'managedFields' ? undefined : this.hidden(item, depth + 1)))
    }
    return this.counted(this.marked(String(value)))
  }

  marked(text: string): string {
    return this.masking.marker.of(text)
  }

  counted<Value extends JsonValue | undefined>(masked: Value): Value {
    this.#count += 1
    return masked
  }

  #root(value: JsonValue, expected: string | undefined): JsonValue {
    if (expected === undefined || !isList(value)) {
      return isObject(value) ? this.object(value, expected, 0) : this.#loose(value, expected)
    }
    return withItems(value, (item) => (isObject(item) ? this.object(item, expected, 1) : this.#loose(item, expected)))
  }

  /** What is no object where one is expected. */
  #loose(value: JsonValue, expected: string | undefined): JsonValue {
    return expected === undefined ? this.value(value, undefined, 0) : this.hidden(value, 0)
  }

  #list(list: JsonObject, kind: string | undefined, expected: string | undefined, depth: number): JsonObject {
    const item = itemKind(kind, expected)
    return this.#members(list, (key, value) => {
      if (key === 'items') {
        return isList(value)
          ? withItems(value, (each) => this.#item(each, item, depth + 2))
          : this.#item(value, item, depth + 2)
      }
      if (item !== 'Secret') return this.#member(list, key, value, kind ?? 'List', depth)
      if (key === 'metadata' && isObject(value)) return this.metadata(value, true, depth + 1)
      return (key === 'kind' || key === 'apiVersion') && isIdentifier(value) ? value : this.hidden(value, depth + 1)
    })
  }

  #item(value: JsonValue, kind: string | undefined, depth: number): JsonValue {
    if (isObject(value)) return this.object(value, kind, depth)
    return kind === 'Secret' ? this.hidden(value, depth) : this.value(value, undefined, depth)
  }

  #plain(object: JsonObject, kind: string | undefined, depth: number): JsonObject {
    return this.#members(object, (key, value) => this.#member(object, key, value, kind, depth))
  }

  #members(object: JsonObject, change: (key: string, value: JsonValue) => JsonValue | undefined): JsonObject {
    return withMembers(object, change, this.#keys.rename)
  }

  /** A member of an object that is no secret; one of no kind is a part of another. */
  #member(
    object: JsonObject,
    key: string,
    value: JsonValue,
    kind: string | undefined,
    depth: number,
  ): JsonValue | undefined {
    if (key === 'stringData') return this.hidden(value, depth + 1)
    if (kind !== undefined) {
      if ((key === 'kind' || key === 'apiVersion') && isIdentifier(value)) return value
      if (key === 'metadata' && isObject(value)) return this.metadata(value, false, depth + 1)
    }
    if (key === 'annotations' && isObject(value)) return maskAnnotations(value, false, this, depth + 1)
    const config = kind === 'ConfigMap' ? maskConfig(key, value, this, depth) : undefined
    if (config !== undefined) return config
    if (isList(value) && (key === 'args' || key === 'command')) return maskWords(value, key, this, depth)
    const name = key === 'value' ? (ownText(object, 'name') ?? ownText(object, 'key')) : undefined
    return name === undefined ? this.value(value, key, depth + 1) : this.value(value, name, depth + 1, 'chosen')
  }

  #text(text: string, field: string | undefined, names: NameRule): string | null {
    const masked = this.#strings.masked(text, field, names)
    return masked === text ? text : this.counted(masked)
  }

  /** Small numbers tell nothing that a detector knows. */
  #number(value: number, field: string | undefined): JsonValue {
    const { texts } = this.masking
    if (texts === undefined || (Number.isInteger(value) && Math.abs(value) < 1_000_000)) return value
    const text = String(value)
    const masked = texts.text(text, field === undefined ? {} : { field })
    return masked === text ? value : this.counted(masked)
  }

  #assertDepth(depth: number): void {
    if (depth > this.masking.limits.deepest) throw new Unmaskable('it is nested too deep')
  }

  #whole<Value>(work: () => Value): Value {
    this.#count = 0
    try {
      const masked = work()
      if (this.#count > 0) this.masking.masked(this.#count)
      return masked
    } catch (error) {
      throw maskingFailure(error)
    }
  }
}

/** The kind of items that do not say their own. Where one thing says that they are secrets, they are. */
function itemKind(listKind: string | undefined, expected: string | undefined): string | undefined {
  if (expected === 'Secret' || listKind === undefined || listKind === 'List') return expected
  return listKind.slice(0, -'List'.length)
}

function isListOfObjects(object: JsonObject, kind: string | undefined, expected: string | undefined): boolean {
  if (kind === undefined) return expected !== undefined && isList(own(object, 'items'))
  return kind.endsWith('List') && own(object, 'items') !== undefined
}

/** A secret, and not what refers to one. */
function isWholeSecret(object: JsonObject, kind: string | undefined): boolean {
  return kind === 'Secret' && ['metadata', 'data', 'stringData'].some((key) => Object.hasOwn(object, key))
}
