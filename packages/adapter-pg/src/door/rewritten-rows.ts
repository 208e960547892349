import { BothKeysError } from '@bothkeys/core/adapter'
import { ByteWriter } from './byte-writer.js'
import { code } from './messages.js'
import type { Run } from './run.js'
import { unexpected } from './unexpected-answer.js'

/** How many bytes are gathered at most before they leave. */
const mostGathered = 64 * 1024

/** Rows as the masks of their actions want them, gathered so that those of one chunk leave together. */
export class RewrittenRows {
  readonly #toClient: (bytes: Buffer) => void
  readonly #writer = new ByteWriter()

  constructor(toClient: (bytes: Buffer) => void) {
    this.#toClient = toClient
  }

  /** Takes one row or piece of COPY data of a run whose permit has masks. Nothing of one that cannot be read leaves. */
  add(run: Run, chunk: Buffer, start: number, end: number): void {
    const writer = this.#writer
    const before = writer.length
    try {
      if (chunk[start] === code('d')) throw maskedCopy()
      const { rowMasks } = run
      if (rowMasks === undefined || chunk[start] !== code('D')) throw unexpected('a row')
      if (before === 0) writer.expect(Math.min(chunk.length - start, mostGathered))
      writer.byte(code('D'))
      writer.int32(0)
      if (rowMasks.cells(chunk, start + 5, end, writer) !== end) throw new RangeError('bytes behind the last cell')
      writer.int32At(before + 1, writer.length - before - 1)
    } catch (error) {
      writer.truncate(before)
      throw error
    }
    // What is written may be longer than what came.
    if (writer.length >= mostGathered) this.flush()
  }

  flush(): void {
    if (this.#writer.length > 0) this.#toClient(this.#writer.take())
  }
}

function maskedCopy(): BothKeysError {
  return new BothKeysError(
    'ERR_PROTOCOL_REFUSED',
    'the policy masks values that COPY would hand out, so it was ended',
    {
      hint: 'read them with SELECT',
    },
  )
}
