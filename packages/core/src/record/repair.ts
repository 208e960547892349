import { join } from 'node:path'
import type { FileSystem } from './file-system.js'
import { writeAll } from './file-system.js'
import type { TornTail } from './journal-walk.js'
import type { Repair } from './opening.js'
import { segmentName } from './segment-header.js'

const chunkBytes = 256 * 1024

/** What the name of a file ends in until it is whole. */
export const unfinished = '.new'

const unfinishedFile = /^journal-\d{8,}\.jsonl(\.\d+\.torn)?\.new$/

/** Removes files that a crash left half-written. Nothing that was acknowledged is ever only in one of them. */
export function removeUnfinished(fileSystem: FileSystem, directory: string): void {
  for (const name of fileSystem.list(directory)) {
    if (unfinishedFile.test(name)) fileSystem.remove(join(directory, name))
  }
}

/**
 * Cuts a torn tail off the last segment, after copying it to a file of its own. Can be interrupted anywhere and
 * repeated: a tail that was kept already is the same one, for a segment never grows again once it was repaired.
 */
export function repairTail(fileSystem: FileSystem, directory: string, { bytes, offset, segment }: TornTail): Repair {
  const name = segmentName(segment)
  const kept = `${name}.${String(offset)}.torn`
  if (!fileSystem.list(directory).includes(kept))
    keepTail(fileSystem, join(directory, name), join(directory, kept), offset)
  fileSystem.syncDirectory(directory)
  const file = fileSystem.open(join(directory, name), 'append')
  try {
    fileSystem.truncate(file, offset)
    fileSystem.syncNow(file)
  } finally {
    fileSystem.close(file)
  }
  return { segment, offset, bytes, kept }
}

function keepTail(fileSystem: FileSystem, from: string, to: string, offset: number): void {
  const source = fileSystem.open(from, 'read')
  try {
    const copy = fileSystem.open(to + unfinished, 'create')
    try {
      const chunk = Buffer.alloc(chunkBytes)
      let position = offset
      for (let read = -1; read !== 0; position += read) {
        read = fileSystem.read(source, chunk, chunk.length, position)
        writeAll(fileSystem, copy, chunk, 0, read)
      }
      fileSystem.syncNow(copy)
    } finally {
      fileSystem.close(copy)
    }
  } finally {
    fileSystem.close(source)
  }
  fileSystem.publish(to + unfinished, to)
}
