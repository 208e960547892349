import { join } from 'node:path'
import { canonicalJson } from '../model/canonical-json.js'

/** The last event that a reader of a journal acknowledged, and where its line begins. */
export interface Cursor {
  readonly lsn: number
  readonly hash: string
  readonly segment: number
  readonly offset: number
}

/** The names of readers: what is a file name everywhere, and alike in capitals nowhere. */
export const followerName = /^[a-z0-9][a-z0-9._-]{0,63}$/

/** Where the cursor of a reader is kept. */
export function cursorPath(directory: string, name: string): string {
  return join(directory, `sink-${name}.cursor`)
}

/** The cursor's file. */
export function cursorText({ hash, lsn, offset, segment }: Cursor): string {
  return `${canonicalJson({ hash, lsn, offset, segment })}\n`
}

/** Reads it back. Undefined when the text is not exactly what `cursorText` writes. */
export function parseCursor(text: string): Cursor | undefined {
  try {
    const cursor = JSON.parse(text) as Cursor
    return isCursor(cursor) && cursorText(cursor) === text ? cursor : undefined
  } catch {
    return undefined
  }
}

/** The types; `cursorText` then sees to the rest. */
function isCursor({ hash, lsn, offset, segment }: Cursor): boolean {
  const counts: readonly unknown[] = [lsn, offset, segment]
  return counts.every((count) => Number.isSafeInteger(count) && Number(count) >= 0) && /^[0-9a-f]{64}$/.test(hash)
}
