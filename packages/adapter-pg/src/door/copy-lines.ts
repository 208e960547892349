import type { ResultMasks } from '@bothkeys/core/adapter'
import type { CopyCsv, CopyText } from '../analyzer/copy-format.js'
import type { NamedIn } from '../analyzer/whole-reads.js'
import type { ByteWriter } from './byte-writer.js'
import { type CellRule, wholeRule } from './cell-rules.js'
import { type CopyCells, csvCells, textCells } from './copy-cells.js'
import type { ResultColumn } from './result-columns.js'
import { ruleFor } from './row-masks.js'

export interface CopyLinesOptions {
  readonly format: CopyText | CopyCsv
  readonly columns: readonly ResultColumn[]
  readonly masks: ResultMasks
  readonly names: NamedIn
}

/** Writes the lines of a COPY in text or csv format anew as the masks of its action want them. */
export class CopyLines {
  /** Nothing comes behind the last line. */
  readonly isComplete = true
  readonly #cells: CopyCells
  readonly #delimiter: number
  readonly #masks: ResultMasks
  readonly #rules: readonly (CellRule | undefined)[]
  /** Whether the names of the columns come next, which nobody masks. */
  #header: boolean

  constructor({ columns, format, masks, names }: CopyLinesOptions) {
    const cells = format.kind === 'text' ? textCells(format) : csvCells(format, columns.map(({ name }) => name)) // prettier-ignore
    this.#cells = cells
    this.#delimiter = format.delimiter
    this.#masks = masks
    this.#header = format.header
    this.#rules = columns.map((column, index) => {
      // Whoever chooses what stands for a missing value would be told which values are the same.
      if (cells.isAmbiguous && masks.at(index)?.whole === false) return wholeRule(column.type, undefined)
      return ruleFor(column, masks.at(index), masks, names)
    })
  }

  /** Writes the line that stands there. Throws RangeError for what is none of this many cells. */
  row(source: Buffer, start: number, end: number, writer: ByteWriter): void {
    const cells = this.#cells
    const rules = this.#header ? [] : this.#rules
    const last = end - 1
    let changed = 0
    let copied = start
    let at = start
    for (let index = 0; index < this.#rules.length; index++) {
      if (index > 0) {
        if (source[at] !== this.#delimiter) throw new RangeError('too few cells')
        at += 1
      }
      const next = cells.end(source, at, last)
      const rule = rules[index]
      const shown = rule === undefined ? undefined : this.#shown(rule, source, at, next)
      if (shown !== undefined) {
        writer.copy(source, copied, at)
        cells.write(writer, shown, index)
        copied = next
        changed += 1
      }
      at = next
    }
    if (at !== last) throw new RangeError('too many cells')
    writer.copy(source, copied, end)
    if (changed > 0) this.#masks.masked(changed)
    this.#header = false
  }

  /** What is seen of a cell; undefined: it stays. */
  #shown(rule: CellRule, source: Buffer, start: number, end: number): Buffer | null | undefined {
    const { constant } = rule
    // A length with the bytes behind it.
    if (constant !== undefined) return constant.readInt32BE(0) < 0 ? null : constant.subarray(4)
    const value = this.#cells.value(source, start, end) ?? this.#maybe(source, start, end)
    if (value === undefined) return undefined
    const shown = rule.value(value, 0, value.length)
    return typeof shown === 'string' ? Buffer.from(shown, 'utf8') : shown
  }

  /** What stands for a missing value, where it may be a value as well. */
  #maybe(source: Buffer, start: number, end: number): Buffer | undefined {
    return this.#cells.isAmbiguous ? source.subarray(start, end) : undefined
  }
}
