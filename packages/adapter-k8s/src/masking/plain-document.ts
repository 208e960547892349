import type { ObjectMask } from './object-mask.js'
import { isPlainKind } from './plain-names.js'

/** How an object begins that says at once what it is, as those of the API server do. */
const beginning = /^\{(?:"apiVersion":"[\w./-]{1,253}",)?"kind":"([\w./:-]{1,253})"/
const longestBeginning = 600

/** The kind that an object says at its beginning, if it is none that is masked by what it is, or item by item. */
export function plainKindOf(bytes: Uint8Array): string | undefined {
  const { buffer, byteLength, byteOffset } = bytes
  const start = Buffer.from(buffer, byteOffset, Math.min(byteLength, longestBeginning)).toString('latin1')
  const kind = beginning.exec(start)?.[1]
  return kind !== undefined && isPlainKind(kind) ? kind : undefined
}

/** What JSON may have behind it. */
const spaces: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d])
const closeBracket = 0x5d

/**
 * The bytes of an object of this kind without its managed fields, if they are all that the mask would change: it is read as the one item
 * of a list. Undefined: it has to be parsed, and masked as a value.
 */
export function plainDocument(bytes: Buffer, kind: string, mask: ObjectMask): Buffer | undefined {
  let { length } = bytes
  // The API server ends a line with it.
  while (spaces.has(bytes[length - 1])) length -= 1
  const items = mask.plainItems(`${kind}List`)
  if (items === undefined) return undefined
  const list = Buffer.alloc(length + 1, closeBracket)
  bytes.copy(list, 0, 0, length)
  if (items.read(list, 0) !== length) return undefined
  const [from, to] = items.cut
  return Buffer.concat([list.subarray(0, from), list.subarray(to, length)])
}
