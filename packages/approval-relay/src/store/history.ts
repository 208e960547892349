import type { HistoryLine } from '../desk.js'
import type { StoreFiles } from './files.js'

const mostBytesPerLine = 64 * 1024

/** What is over, the last so many, in memory and as lines in a file. The record is the evidence; this is for looking at. */
export class History {
  readonly #path: string
  readonly #files: StoreFiles
  readonly #most: number
  readonly #onFailure: (cause: unknown) => void
  #lines: HistoryLine[] = []
  #inFile = 0
  #writing: Promise<void> = Promise.resolve()

  constructor(path: string, files: StoreFiles, most: number, onFailure: (cause: unknown) => void) {
    this.#path = path
    this.#files = files
    this.#most = most
    this.#onFailure = onFailure
  }

  /** A line that cannot be read is left out. */
  async open(): Promise<void> {
    const bytes = await this.#files.read(this.#path, 2 * this.#most * mostBytesPerLine)
    const lines = Buffer.from(bytes ?? [])
      .toString()
      .split('\n')
      .filter((line) => line !== '')
    this.#lines = lines.slice(-this.#most).flatMap((line) => lineOf(line) ?? [])
    await this.#files.remove(`${this.#path}.new`)
    // What was torn would be read as one with the next line.
    await this.#rewrite()
  }

  /** The latest first. */
  latest(limit: number): readonly HistoryLine[] {
    return limit > 0 ? this.#lines.slice(-limit).toReversed() : []
  }

  /** Never throws: what cannot be written is told, and kept in memory. */
  add(line: HistoryLine): void {
    this.#lines.push(line)
    if (this.#lines.length > this.#most) this.#lines.shift()
    this.#writing = this.#writing.then(() => this.#write(line)).catch(this.#onFailure)
  }

  /** Waits for what was added. */
  async close(): Promise<void> {
    await this.#writing
  }

  async #write(line: HistoryLine): Promise<void> {
    if (this.#inFile >= 2 * this.#most) return this.#rewrite()
    this.#inFile++
    await this.#files.append(this.#path, Buffer.from(`${JSON.stringify(line)}\n`))
  }

  async #rewrite(): Promise<void> {
    const lines = [...this.#lines]
    await this.#files.create(
      `${this.#path}.new`,
      Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
    )
    await this.#files.rename(`${this.#path}.new`, this.#path)
    this.#inFile = lines.length
  }
}

function lineOf(text: string): HistoryLine | undefined {
  try {
    // The folder is the relay's alone, and the line only shown: looked at as far as a page would fail on it.
    const line = JSON.parse(text) as Partial<HistoryLine>
    const isLine =
      typeof line.id === 'string' &&
      typeof line.engine === 'string' &&
      Array.isArray(line.answers) &&
      Array.isArray(line.duties)
    return isLine && typeof line.requester?.id === 'string' ? (line as HistoryLine) : undefined
  } catch {
    return undefined
  }
}
