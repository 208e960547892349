import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RecordedEvent } from '@bothkeys/core'

/** The lines of a journal as they are on the disk, read by nothing of the product. */
export async function recordedTexts(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort()
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) => text.split('\n')).filter((line) => line !== '')
}

export async function recorded(folder: string): Promise<readonly RecordedEvent[]> {
  return (await recordedTexts(folder)).map((line) => JSON.parse(line) as RecordedEvent)
}
