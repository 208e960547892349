import { watch } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeUtf8, fingerprint, readBoundedFile } from './bounded-file.js'
import { BothKeysError } from './errors.js'
import type { PolicyDocument, PolicySource } from './policy/source.js'

/** How often the file's content is looked at, and how long it must stay the same to count as written, in milliseconds. */
const pollMs = 250
const settleMs = 50

/**
 * A policy in a YAML or JSON file that is watched: a change is reported within a second, whether the file is written in
 * place, replaced by rename or reached through a symbolic link that is swapped. The file system's own events only make it
 * faster; what counts is the content, looked at four times a second. A file that disappears is a change too.
 *
 * `load` throws ERR_POLICY_INVALID when the file cannot be read, is not UTF-8 or is larger than 1 MiB.
 */
export function fileSource(path: string): PolicySource {
  const absolute = resolve(path)
  let loaded: string | undefined
  return Object.freeze({
    async load(signal: AbortSignal): Promise<PolicyDocument> {
      const bytes = await readBoundedFile(absolute, unusable(absolute), signal)
      loaded = fingerprint(bytes)
      return { name: path, content: decodeUtf8(bytes, unusable(absolute)) }
    },
    watch(changed: () => void, signal: AbortSignal): void {
      new FileWatch(absolute, loaded, changed, signal).start()
    },
  })
}

/** Looks at one file until the signal aborts. Keeps no process alive. */
class FileWatch {
  readonly #path: string
  readonly #changed: () => void
  readonly #signal: AbortSignal
  /** What was last reported or loaded. */
  #seen: string | undefined
  #wake: (() => void) | undefined

  constructor(path: string, loaded: string | undefined, changed: () => void, signal: AbortSignal) {
    this.#path = path
    this.#seen = loaded
    this.#changed = changed
    this.#signal = signal
  }

  start(): void {
    if (this.#signal.aborted) return
    this.#listen()
    void this.#poll()
  }

  async #poll(): Promise<void> {
    while (!this.#signal.aborted) {
      await this.#look()
      await this.#pause()
    }
  }

  async #look(): Promise<void> {
    const now = await this.#state()
    if (now === this.#seen) return
    // Written in place, a file is half there for a moment: wait until two looks agree.
    await sleep(settleMs, undefined, { ref: false })
    if (this.#signal.aborted || now !== (await this.#state())) return
    try {
      this.#changed()
      this.#seen = now
    } catch {
      // Not taken note of, so the next look reports it again.
    }
  }

  /** The content's hash, or why there is none. */
  async #state(): Promise<string> {
    try {
      return fingerprint(await readBoundedFile(this.#path, unusable(this.#path), this.#signal))
    } catch (error) {
      const cause: unknown = error instanceof BothKeysError ? (error.cause ?? error.message) : error
      return cause instanceof Error && 'code' in cause
        ? `unreadable ${String(cause.code)}`
        : `unreadable ${String(cause)}`
    }
  }

  #pause(): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, pollMs)
      timer.unref()
      this.#wake = () => {
        clearTimeout(timer)
        done()
      }
    })
  }

  /** Events of the folder, because a rename gives the name to another file. They may fail or stay away. */
  #listen(): void {
    this.#signal.addEventListener('abort', () => this.#wake?.(), { once: true })
    const own = basename(this.#path)
    try {
      const watcher = watch(dirname(this.#path), { persistent: false, signal: this.#signal }, (_event, file) => {
        if (file === own) this.#wake?.()
      })
      watcher.on('error', () => watcher.close())
    } catch {
      // No events here, for example on some network file systems: the poll is enough.
    }
  }
}

function unusable(path: string): (what: string, cause?: unknown) => BothKeysError {
  return (what, cause) =>
    new BothKeysError('ERR_POLICY_INVALID', `the policy file ${path} ${what}`, {
      hint: 'give fileSource() the path of a YAML or JSON file of at most 1 MiB that this process can read',
      ...(cause === undefined ? {} : { cause }),
    })
}
