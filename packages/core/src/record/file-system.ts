/** How a file is opened. `create`: for appending, and it must not exist yet. `append`: it exists. */
export type OpenMode = 'create' | 'append' | 'read'

/** What a name in a directory stands for. */
export interface FileStatus {
  readonly bytes: number
  readonly modifiedAtMs: number
  /** Itself, where it is a link. */
  readonly kind: 'file' | 'directory' | 'other'
  /** Whether group or others may do anything with it. */
  readonly isOpenToOthers: boolean
  /** Whether it belongs to another user. */
  readonly isForeign: boolean
}

/**
 * The file system as the journal uses it: system calls one by one, so that tests can make each of them fail and can drop
 * what was not synced. Files are 0600, directories 0700. Everything throws errors with the `code` of the system call.
 */
export interface FileSystem {
  /** Creates a directory and its parents, durably. Does nothing when it exists. */
  makeDirectory(path: string): void
  /** The names in a directory. */
  list(path: string): readonly string[]
  status(path: string): FileStatus
  open(path: string, mode: OpenMode): number
  /** One write(2) at the end of the file. Answers how many bytes were written, which may be fewer. */
  write(file: number, bytes: Uint8Array, offset: number, length: number): number
  /** One pread(2). Answers how many bytes were read; 0 at the end. */
  read(file: number, bytes: Uint8Array, length: number, position: number): number
  truncate(file: number, bytes: number): void
  /** fdatasync(2) beside the event loop. */
  sync(file: number): Promise<void>
  /** fdatasync(2) at once. */
  syncNow(file: number): void
  /** Makes creations, renames and removals in a directory durable. */
  syncDirectory(path: string): void
  close(file: number): void
  /** Gives a file another name. Throws EEXIST when that name is taken, where rename(2) would replace the file. */
  publish(from: string, to: string): void
  remove(path: string): void
  /** Sets the time of modification to now. */
  touch(path: string): void
}

/** The code of a failed system call, such as `ENOSPC`. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** Writes all bytes, however many writes it takes. Throws what the failing write throws; some bytes may be written then. */
export function writeAll(fileSystem: FileSystem, file: number, bytes: Uint8Array, from: number, to: number): void {
  let offset = from
  while (offset < to) {
    const written = fileSystem.write(file, bytes, offset, to - offset)
    // POSIX allows 0 for a write that could not begin; trying for ever would hang the process.
    if (written <= 0) throw Object.assign(new Error('write returned without writing'), { code: 'EIO' })
    offset += written
  }
}

/** Reads a small file as text. */
export function readText(fileSystem: FileSystem, path: string, maxBytes: number): string {
  const file = fileSystem.open(path, 'read')
  try {
    const bytes = Buffer.alloc(maxBytes)
    let length = 0
    for (;;) {
      const read = fileSystem.read(file, bytes.subarray(length), maxBytes - length, length)
      length += read
      if (read === 0 || length === maxBytes) return bytes.toString('utf8', 0, length)
    }
  } finally {
    fileSystem.close(file)
  }
}
