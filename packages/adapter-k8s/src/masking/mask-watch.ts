import type { JsonValue } from '../json.js'
import type { AnswerMask } from './answer-bytes.js'
import { masked } from './answer-bytes.js'
import type { MaskContext } from './mask-context.js'
import { Unmaskable } from './masking-failure.js'
import { isObject, own, ownText } from './members.js'
import { ObjectMask } from './object-mask.js'
import { columnsOf } from './table-mask.js'

/**
 * Masks a watch as it comes: each line is an event. Fails with ERR_INTERNAL and nothing of the event in it when one is no event,
 * is too large, or a detector fails; the watch must end then, for clients pass over what they cannot read.
 */
export function maskWatch(source: AsyncIterable<Uint8Array>, context: MaskContext): AsyncGenerator<Buffer, void> {
  return masked(source, new WatchMask(context))
}

const types: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR'])
const lineFeed = 0x0a

class WatchMask implements AnswerMask {
  readonly #mask: ObjectMask
  #waiting: Uint8Array[] = []
  #length = 0
  /** Only the first table of a watch says its columns. */
  #columns: readonly string[] | undefined

  constructor(context: MaskContext) {
    this.#mask = new ObjectMask(context)
  }

  *push(bytes: Uint8Array): Generator<string, void> {
    let start = 0
    for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
      this.#keep(bytes.subarray(start, end))
      yield* this.end()
      start = end + 1
    }
    this.#keep(bytes.subarray(start))
  }

  /** The event whose bytes wait. */
  *end(): Generator<string, void> {
    const text = Buffer.concat(this.#waiting).toString('utf8')
    this.#waiting = []
    this.#length = 0
    if (text.trim() !== '') yield this.#event(text)
  }

  #keep(bytes: Uint8Array): void {
    this.#length += bytes.length
    if (this.#length > this.#mask.masking.limits.item) throw new Unmaskable('an event of it is too large')
    if (bytes.length > 0) this.#waiting.push(Uint8Array.prototype.slice.call(bytes))
  }

  #event(text: string): string {
    const event = JSON.parse(text) as JsonValue
    const type = isObject(event) ? ownText(event, 'type') : undefined
    if (!isObject(event) || type === undefined || !types.has(type) || Object.keys(event).length !== 2) {
      throw new Unmaskable('an event of it has another form than events have')
    }
    return `${JSON.stringify({ type, object: this.#object(own(event, 'object')) })}\n`
  }

  #object(object: JsonValue | undefined): JsonValue {
    if (!isObject(object)) throw new Unmaskable('an event of it has no object')
    if (ownText(object, 'kind') !== 'Table') return this.#mask.document(object)
    this.#columns = columnsOf(object) ?? this.#columns
    return this.#mask.table(object, this.#columns)
  }
}
