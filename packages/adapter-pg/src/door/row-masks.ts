import type { CellMask, ResultMasks } from '@bothkeys/core/adapter'
import type { NamedIn } from '../analyzer/whole-reads.js'
import type { ByteWriter } from './byte-writer.js'
import type { CellRule } from './cell-rules.js'
import { contentRule, maskRule, missing, wholeRule } from './cell-rules.js'
import { isFromMasked } from './masked-origin.js'
import type { ResultColumn } from './result-columns.js'

/**
 * Writes the rows of one result anew as the masks of its action want them. Two keys mask a column: what the analysis says that
 * it is made of, and where the server says that it is from. A result, or a row, with another number of columns than the
 * analysis found, or whose columns nobody described, is masked whole.
 */
export class RowMasks {
  readonly #masks: ResultMasks
  readonly #rules: readonly (CellRule | undefined)[]
  readonly #whole: readonly CellRule[]

  constructor(masks: ResultMasks, columns: readonly ResultColumn[] | undefined, names: NamedIn) {
    this.#masks = masks
    this.#whole = (columns ?? []).map(({ type }) => wholeRule(type, undefined))
    const isKnown = columns !== undefined && (masks.columns === undefined || masks.columns === columns.length)
    this.#rules = isKnown ? columns.map((column, index) => ruleFor(column, masks.at(index), masks, names)) : this.#whole
  }

  /**
   * Writes the cells of a row: those of a DataRow behind its header, or of a row of binary COPY. Answers where they end.
   * Throws RangeError for what is no row; nothing of it counts as written then.
   */
  cells(source: Buffer, start: number, end: number, writer: ByteWriter): number {
    if (start + 2 > end) throw new RangeError('row too short')
    const count = source.readUInt16BE(start)
    const rules = count === this.#rules.length ? this.#rules : undefined
    let changed = 0
    let copied = start
    let at = start + 2
    for (let index = 0; index < count; index++) {
      if (at + 4 > end) throw new RangeError('row too short')
      const length = source.readInt32BE(at)
      const next = at + 4 + (length < 0 ? 0 : length)
      if (length < -1 || next > end) throw new RangeError('row too short')
      const rule = rules === undefined ? missing : rules[index]
      if (rule !== undefined) {
        const done = rule.constant ?? (length < 0 ? undefined : rule.value(source, at + 4, next))
        if (done !== undefined) {
          writer.copy(source, copied, at)
          write(writer, done)
          copied = next
          changed += 1
        }
      }
      at = next
    }
    writer.copy(source, copied, at)
    if (changed > 0) this.#masks.masked(changed)
    return at
  }
}

function write(writer: ByteWriter, cell: Buffer | string | null): void {
  if (cell === null) return writer.int32(-1)
  if (typeof cell !== 'string') return writer.copy(cell, 0, cell.length)
  const at = writer.length
  writer.int32(0)
  writer.int32At(at, writer.text(cell))
}

/** What becomes of the cells of one column. */
export function ruleFor(
  column: ResultColumn,
  mask: CellMask | undefined,
  masks: ResultMasks,
  names: NamedIn,
): CellRule | undefined {
  if (mask !== undefined) return maskRule(column, mask)
  if (isFromMasked(column, masks, names)) return wholeRule(column.type, undefined)
  return masks.content === undefined ? undefined : contentRule(column, masks.content)
}
