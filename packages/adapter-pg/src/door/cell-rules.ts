import { isUtf8 } from 'node:buffer'
import type { CellMask, ContentMask } from '@bothkeys/core/adapter'
import { binaryElements, textElements } from './array-elements.js'
import { holds, isText } from './held-values.js'
import type { ResultColumn } from './result-columns.js'

/** What becomes of the cells of one column. */
export type CellRule =
  /** All of them, missing ones too, become this: a length with the bytes behind it. */
  | { readonly constant: Buffer; readonly value?: undefined }
  /** What a cell that is not missing becomes. Null: a missing one. Undefined: it stays as it is. */
  | {
      readonly constant?: undefined
      value(source: Buffer, start: number, end: number): string | null | undefined
    }

/** What of a column a rule for its cells depends on. */
export type CellType = Pick<ResultColumn, 'type' | 'format' | 'name'>

/** What stands for a text that nobody may see where no rule of the policy says what does. */
const masked = '[masked]'

/** The longest cell that is looked through, in bytes. */
const mostLookedAt = 1024 * 1024

/** A missing value. */
export const missing: CellRule = Object.freeze({ constant: Buffer.from([0xff, 0xff, 0xff, 0xff]) })

/** Each cell becomes the same: the masked text where the column has texts, else a missing value. */
export function wholeRule(type: number, mask: CellMask | undefined): CellRule {
  if (!isText(type)) return missing
  const shown = mask === undefined ? masked : mask.mask('')
  if (shown === null) return missing
  const bytes = Buffer.from(`\0\0\0\0${shown}`, 'utf8')
  bytes.writeInt32BE(bytes.length - 4, 0)
  return { constant: bytes }
}

/** Each cell becomes what its mask makes of it, where its type holds that. */
export function maskRule({ format, type }: CellType, mask: CellMask): CellRule {
  if (mask.whole) return wholeRule(type, mask)
  if (isText(type)) {
    return {
      value: (source, start, end) => {
        const text = textOf(source, start, end)
        return text === undefined ? masked : mask.mask(text)
      },
    }
  }
  if (format === 'binary') return missing
  return {
    value: (source, start, end) => {
      const text = textOf(source, start, end)
      const shown = text === undefined ? null : mask.mask(text)
      return shown !== null && holds(type, shown) ? shown : null
    },
  }
}

/** Cells in which something is found are masked. Undefined: nothing can be in them. */
export function contentRule(column: CellType, content: ContentMask): CellRule | undefined {
  if (plain.has(column.type)) return undefined
  const look = lookFor(column, content)
  const whole = isText(column.type) ? masked : null
  return { value: (source, start, end) => (end - start > mostLookedAt ? whole : look(source, start, end)) }
}

type Look = (source: Buffer, start: number, end: number) => string | null | undefined

function lookFor({ format, name, type }: CellType, content: ContentMask): Look {
  const changed = (text: string): boolean => content.text(text, name) !== text
  const mayChange = content.screen?.(name) ?? always
  if (isText(type)) {
    return (source, start, end) => {
      if (!mayChange(source, start, end)) return undefined
      const text = textOf(source, start, end)
      return text === undefined ? masked : unlessSame(content.text(text, name), text)
    }
  }
  if (type === json || type === jsonb) {
    const version = type === jsonb && format === 'binary' ? '\u0001' : ''
    return (source, start, end) => {
      if (version !== '' && source[start] !== 1) return null
      const text = textOf(source, start + version.length, end)
      if (text === undefined) return null
      const shown = unlessSame(content.json(text, name), text)
      return typeof shown === 'string' ? version + shown : shown
    }
  }
  if (type === 0) return lookAnyhow(name, content)
  const inJson = jsonArrays.has(type)
  if (!inJson && !textArrays.has(type))
    return (source, start, end) =>
      mayChange(source, start, end) && changed(loose(source, start, end)) ? null : undefined
  const version = type === jsonbArray && format === 'binary' ? 1 : 0
  return (source, start, end) => {
    const elements = format === 'binary' ? binaryElements(source, start, end) : textElements(loose(source, start, end))
    if (elements === undefined) return null
    for (const element of elements) {
      const text = typeof element === 'string' ? element : loose(element, version, element.length)
      if (inJson ? content.json(text, name) !== text : changed(text)) return null
    }
    return undefined
  }
}

function always(): boolean {
  return true
}

/** Of a type that nobody told: in every way in which some type is looked through. */
function lookAnyhow(name: string, content: ContentMask): Look {
  return (source, start, end) => {
    const text = loose(source, start, end)
    const isJson = /^\s*[[{"]/.test(text)
    const elements = [...(textElements(text) ?? []), ...(binaryElements(source, start, end) ?? [])]
    const texts = [text, ...elements.map((element) => element.toString())]
    if (texts.some((each) => content.text(each, name) !== each)) return null
    return isJson && content.json(text, name) !== text ? null : undefined
  }
}

function unlessSame(shown: string | null, text: string): string | null | undefined {
  return shown === text ? undefined : shown
}

/** The text in a cell. Undefined: it is not UTF-8, as with a database of no encoding. */
function textOf(source: Buffer, start: number, end: number): string | undefined {
  const text = source.toString('utf8', start, end)
  return text.includes('\uFFFD') && !isUtf8(source.subarray(start, end)) ? undefined : text
}

/** What of a cell can be read as text. */
function loose(source: Buffer, start: number, end: number): string {
  return source.toString('utf8', start, end)
}

const json = 114
const jsonb = 3802
const jsonbArray = 3807

const jsonArrays: ReadonlySet<number> = new Set([199, jsonbArray])
const textArrays: ReadonlySet<number> = new Set([1009, 1015, 1014, 1003])

/** Truth values, numbers, dates, times, intervals, and ids of rows and objects: what they hold is no text. */
const plain: ReadonlySet<number> = new Set([
  16, 18, 20, 21, 23, 24, 26, 27, 28, 29, 700, 701, 790, 1082, 1083, 1114, 1184, 1186, 1266, 1700, 2205, 2950, 3220,
  5069,
])
