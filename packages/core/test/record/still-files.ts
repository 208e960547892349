import { basename } from 'node:path'
import type { FileSystem } from '../../src/record/file-system.js'
import type { JournalVerification } from '../../src/record/verify.js'
import { verifyJournal } from '../../src/record/verify.js'
import type { CrashFileSystem } from '../../src/testing/crash-file-system.js'
import { directory } from './journal-bench.js'

/** The segments of a journal by file name. */
export type StillFiles = ReadonlyMap<string, Buffer>

/** The segments that a crash file system holds. */
export function segmentsOf(fileSystem: CrashFileSystem): StillFiles {
  const names = fileSystem.list(directory).filter((name) => name.endsWith('.jsonl'))
  return new Map(names.toSorted().map((name) => [name, fileSystem.contents(`${directory}/${name}`)]))
}

/** Verifies files that nobody wrote in this order. */
export function verifyStill(files: StillFiles): Promise<JournalVerification> {
  return verifyJournal(directory, { fileSystem: readOnly(files) })
}

export function linesOf(file: Buffer): readonly string[] {
  return file.toString('utf8').split('\n').slice(0, -1)
}

export function fileOf(lines: readonly string[]): Buffer {
  return Buffer.from(lines.map((line) => `${line}\n`).join(''))
}

export function withFile(files: StillFiles, name: string, file: Buffer | undefined): StillFiles {
  const changed = new Map(files)
  if (file === undefined) changed.delete(name)
  else changed.set(name, file)
  return changed
}

function readOnly(files: StillFiles): FileSystem {
  const open: Buffer[] = []
  const file = (path: string): Buffer => files.get(basename(path)) ?? fail(path)
  return {
    list: () => [...files.keys()],
    status: (path) => ({
      bytes: file(path).length,
      modifiedAtMs: 0,
      kind: 'file',
      isOpenToOthers: false,
      isForeign: false,
    }),
    open: (path) => open.push(file(path)) - 1,
    read: (number, bytes, length, position) => open[number]!.copy(bytes, 0, position, position + length),
    close: () => undefined,
    makeDirectory: fail,
    write: fail,
    truncate: fail,
    sync: fail,
    syncNow: fail,
    syncDirectory: fail,
    publish: fail,
    remove: fail,
    touch: fail,
  }
}

function fail(what: unknown): never {
  throw new Error(`unexpected: ${String(what)}`)
}
