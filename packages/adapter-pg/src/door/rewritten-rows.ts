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
      if (before === 0) writer.expect(Math.min(chunk.length - start, mostGathered))
      writer.byte(chunk.readUInt8(start))
      writer.int32(0)
      if (chunk[start] === code('d')) this.#copied(run, chunk, start, end)
      else this.#row(run, chunk, start, end)
      // A piece of COPY in which no row ends.
      if (writer.length === before + 5) writer.truncate(before)
      else writer.int32At(before + 1, writer.length - before - 1)
    } catch (error) {
      writer.truncate(before)
      throw error
    }
    // What is written may be longer than what came.
    if (writer.length >= mostGathered) this.flush()
  }

  #row({ rowMasks }: Run, chunk: Buffer, start: number, end: number): void {
    if (rowMasks === undefined) throw unexpected('a row')
    if (rowMasks.cells(chunk, start + 5, end, this.#writer) !== end) throw new RangeError('bytes behind the last cell')
  }

  #copied({ copyRows }: Run, chunk: Buffer, start: number, end: number): void {
    if (copyRows === undefined) throw unexpected('rows of COPY')
    copyRows.take(chunk, start + 5, end, this.#writer)
  }

  flush(): void {
    if (this.#writer.length > 0) this.#toClient(this.#writer.take())
  }
}
