import { type FileHandle, stat } from 'node:fs/promises'
import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { Delivery, Sink, SinkOptions } from './sink.js'
import { linesOf, taken } from './sink.js'
import { sinkLimits, sinkOptionNames, whole } from './sink-options.js'
import { UnfitFile, openLines, setAside } from './lines-file.js'

/** Which file a JSONL sink writes. */
export interface JsonlSinkOptions extends SinkOptions {
  /** Made when it is not there (0600); its directory must be. One sink of one process writes it. */
  readonly path: string
  /** From which size on it is put aside, as `path.1`, `path.2` and so on, in bytes. Default: it grows on. */
  readonly rotateBytes?: number
}

const optionNames: ReadonlySet<string> = new Set<keyof JsonlSinkOptions>([
  ...sinkOptionNames,
  'path',
  'rotateBytes',
] as const)

/**
 * Appends the events of the journal to a file, one line of RFC 8785 JSON for each. A batch is taken when it is on disk
 * (fdatasync), and so is the name of the file. Half a line that a crash left at the end is cut off; it comes again. A file that others may use, or that holds
 * something else, is refused. Throws ERR_CONFIG_INVALID when an option is wrong.
 *
 * @example
 * jsonlSink({ name: 'archive', path: '/var/lib/orders/events.jsonl', rotateBytes: 256 * 1024 * 1024 })
 */
export function jsonlSink(options: JsonlSinkOptions): Sink {
  assertKnownOptions(of, options, optionNames)
  const limits = sinkLimits(of, options)
  const { name, path, rotateBytes } = options
  if (typeof path !== 'string' || path === '') throw wrongOption(of, 'path must name a file')
  if (rotateBytes !== undefined) whole(of, 'rotateBytes', rotateBytes, Number.MAX_SAFE_INTEGER)
  const lines = new JsonLines(path, rotateBytes ?? Number.POSITIVE_INFINITY)
  return Object.freeze<Sink>({
    name,
    ...limits,
    deliver: async (batch) => lines.append(Buffer.from(linesOf(batch))),
    close: () => lines.close(),
  })
}

const of = 'jsonlSink'

/** The file, from the first delivery on. After a failure it is opened, and looked at, anew. */
class JsonLines {
  readonly #path: string
  readonly #rotateBytes: number
  #file: FileHandle | undefined
  #bytes = 0

  constructor(path: string, rotateBytes: number) {
    this.#path = path
    this.#rotateBytes = rotateBytes
  }

  async append(lines: Uint8Array): Promise<Delivery> {
    try {
      if (this.#file !== undefined && this.#bytes >= this.#rotateBytes) await this.#rotate()
      // Whoever moves files away expects another one: what goes to the old one is nobody's.
      if (this.#file !== undefined && !(await isAt(this.#file, this.#path))) await this.close()
      const file = (this.#file ??= await this.#open())
      await file.appendFile(lines)
      await file.datasync()
      this.#bytes += lines.length
      return taken
    } catch (cause) {
      await this.close()
      const why = cause instanceof UnfitFile ? cause.message : 'the file cannot be written'
      return { outcome: 'failed', why, cause }
    }
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close().catch(() => undefined)
  }

  async #open(): Promise<FileHandle> {
    const { bytes, file } = await openLines(this.#path)
    this.#bytes = bytes
    return file
  }

  async #rotate(): Promise<void> {
    await this.close()
    await setAside(this.#path)
  }
}

async function isAt(file: FileHandle, path: string): Promise<boolean> {
  const [open, there] = await Promise.all([file.stat(), stat(path).catch(() => undefined)])
  return there !== undefined && open.dev === there.dev && open.ino === there.ino
}
