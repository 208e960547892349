import type { AnswerMask } from './answer-bytes.js'
import { masked } from './answer-bytes.js'
import type { MaskContext } from './mask-context.js'
import { Unmaskable } from './masking-failure.js'
import { ObjectMask } from './object-mask.js'

/**
 * Masks an answer in plain text, as a text within an object is. It is read whole. Fails with ERR_INTERNAL and nothing of the
 * answer in it when it is larger than the limits, or a detector fails.
 */
export function maskPlain(source: AsyncIterable<Uint8Array>, context: MaskContext): AsyncGenerator<Buffer, void> {
  return masked(source, new PlainMask(context))
}

class PlainMask implements AnswerMask {
  readonly #mask: ObjectMask
  readonly #bytes: Uint8Array[] = []
  #length = 0

  constructor(context: MaskContext) {
    this.#mask = new ObjectMask(context)
  }

  push(bytes: Uint8Array): readonly string[] {
    this.#length += bytes.length
    if (this.#length > this.#mask.masking.limits.whole) throw new Unmaskable('it is too large to be read whole')
    this.#bytes.push(Uint8Array.prototype.slice.call(bytes))
    return []
  }

  end(): readonly string[] {
    return [this.#mask.line(Buffer.concat(this.#bytes).toString('utf8'), 'text')]
  }
}
