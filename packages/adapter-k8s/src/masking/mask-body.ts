import type { JsonObject, JsonValue } from '../json.js'
import type { AnswerMask } from './answer-bytes.js'
import { masked } from './answer-bytes.js'
import { type ListHead, ListMask } from './list-mask.js'
import { HeadScan } from './list-scan.js'
import type { MaskContext } from './mask-context.js'
import { Unmaskable } from './masking-failure.js'
import { isList, isObject, own, ownText } from './members.js'
import { ObjectMask } from './object-mask.js'
import { plainDocument, plainKindOf } from './plain-document.js'
import { columnsOf } from './table-mask.js'

/**
 * Masks an answer in JSON as it comes. Lists and tables go out item by item, so that they need not fit into memory; what else
 * there is, is read whole. What comes out is what `maskObject` makes of the whole answer. Fails with ERR_INTERNAL and nothing of
 * the answer in it when the answer is no JSON, is larger than the limits, or a detector fails: the answer must end then,
 * unfinished.
 *
 * @example
 * await pipeline(maskBody(upstream, { resource: 'pods', texts: masker }), response)
 */
export function maskBody(source: AsyncIterable<Uint8Array>, context: MaskContext): AsyncGenerator<Buffer, void> {
  return masked(source, new BodyMask(context))
}

/** The head of a list as it goes out, and what masks the rest. */
interface Begun {
  readonly output: string
  readonly list: ListMask
}

/** One answer: whole, or a list from its head on. */
class BodyMask implements AnswerMask {
  readonly #mask: ObjectMask
  #bytes: Uint8Array[] = []
  #length = 0
  /** Undefined: no list is looked for any more. */
  #head: HeadScan | undefined = new HeadScan()
  #list: ListMask | undefined
  /** Of an object that says it at once, and is no list. */
  #kind: string | undefined

  constructor(context: MaskContext) {
    this.#mask = new ObjectMask(context)
  }

  *push(bytes: Uint8Array): Generator<string | Buffer, void> {
    if (this.#list !== undefined) {
      yield* this.#list.push(bytes)
      return
    }
    if (this.#length === 0) this.#kind = plainKindOf(bytes)
    // What says that it is another list later on is read whole.
    if (this.#kind !== undefined) this.#head = undefined
    const found = this.#head?.push(bytes)
    this.#keep(bytes.subarray(0, found?.at ?? bytes.length))
    if (found === undefined) return
    this.#head = undefined
    const begun = begin(this.#text(), found.key, this.#mask)
    const rest = bytes.subarray(found.at)
    if (begun === undefined) {
      this.#keep(rest)
      return
    }
    this.#bytes = []
    this.#list = begun.list
    yield begun.output
    yield* begun.list.push(rest)
  }

  *end(): Generator<string | Buffer, void> {
    if (this.#list !== undefined) yield* this.#list.end()
    else yield this.#whole()
  }

  #whole(): string | Buffer {
    const shown = this.#kind === undefined ? undefined : plainDocument(this.#all(), this.#kind, this.#mask)
    return shown ?? JSON.stringify(this.#mask.document(JSON.parse(this.#text()) as JsonValue))
  }

  #text(): string {
    return this.#all().toString('utf8')
  }

  #all(): Buffer {
    return Buffer.concat(this.#bytes)
  }

  #keep(bytes: Uint8Array): void {
    this.#length += bytes.length
    if (this.#length > this.#mask.masking.limits.whole) throw new Unmaskable('it is too large to be read whole')
    // The bytes are the sender's to use again.
    this.#bytes.push(Uint8Array.prototype.slice.call(bytes))
  }
}

/**
 * Begins a list whose head says what it is of. Undefined: it does not, so that nobody knows how to mask its items before the
 * rest has come.
 */
function begin(text: string, key: 'items' | 'rows', mask: ObjectMask): Begun | undefined {
  const head = headOf(text)
  if (head === undefined || !isKnown(head, key)) return undefined
  const output = JSON.stringify(mask.document(head))
  const end = `"${key}":[]}`
  if (!output.endsWith(end)) return undefined
  return { output: output.slice(0, -2), list: new ListMask(listHead(head, key, mask), mask) }
}

function headOf(text: string): JsonObject | undefined {
  try {
    const head = JSON.parse(`${text}]}`) as JsonValue
    return isObject(head) ? head : undefined
  } catch {
    return undefined
  }
}

function isKnown(head: JsonObject, key: 'items' | 'rows'): boolean {
  const kind = ownText(head, 'kind') ?? ''
  if (!isList(own(head, key))) return false
  return key === 'items' ? kind.endsWith('List') : kind === 'Table' && columnsOf(head) !== undefined
}

function listHead(head: JsonObject, key: 'items' | 'rows', mask: ObjectMask): ListHead {
  const columns = columnsOf(head)
  const kind = ownText(head, 'kind')
  if (key === 'rows') {
    return { head, key, maskItem: (value) => mask.row(value, columns), dropsManagedFields: false, plain: undefined }
  }
  // Of what has no kind, nobody knows what its metadata is.
  const dropsManagedFields = mask.hasItemKind(kind) && !mask.masking.keepsManagedFields
  return { head, key, maskItem: (value) => mask.item(value, kind), dropsManagedFields, plain: mask.plainItems(kind) }
}
