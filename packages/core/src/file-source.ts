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
 * `load` throws ERR_POLICY_INVALID when the file cannot be read, is not UTF-8 or is larger than 1 MiB. A signature that cannot
 * be read counts as none.
 */
export function fileSource(path: string, options: FileSourceOptions = {}): PolicySource {
  const absolute = resolve(path)
  const signatureAt = options.signature === undefined ? undefined : resolve(options.signature)
  let loaded: string | undefined
  let loadedSignature: string | undefined
  return Object.freeze({
    async load(signal: AbortSignal): Promise<PolicyDocument> {
      const signed = signatureAt === undefined ? undefined : await readSignature(signatureAt, signal)
      const bytes = await readBoundedFile(absolute, unusable(absolute), signal)
      loaded = fingerprint(bytes)
      loadedSignature = signed?.state
      return { name: path, content: decodeUtf8(bytes, unusable(absolute)), signature: signed?.text }
    },
    watch(changed: () => void, signal: AbortSignal): void {
      new FileWatch(absolute, loaded, changed, signal).start()
      if (signatureAt !== undefined) new FileWatch(signatureAt, loadedSignature, changed, signal).start()
    },
  })
}

/** What may stand beside a policy file. */
export interface FileSourceOptions {
  /** The file that holds what the authority signed about the policy, watched like the policy itself. */
  readonly signature?: string
}

/** The signature as text, if there is one, and what a watch compares it with. */
async function readSignature(
  path: string,
  signal: AbortSignal,
): Promise<{ readonly state: string; readonly text?: string }> {
  try {
    const bytes = await readBoundedFile(path, unusable(path), signal)
    return { state: fingerprint(bytes), text: decodeUtf8(bytes, unusable(path)).trim() }
  } catch (error) {
    return { state: stateOf(error) }
  }
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
      return stateOf(error)
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

/** Why a file cannot be read, for comparing. */
function stateOf(error: unknown): string {
  const cause: unknown = error instanceof BothKeysError ? (error.cause ?? error.message) : error
  return cause instanceof Error && 'code' in cause ? `unreadable ${String(cause.code)}` : `unreadable ${String(cause)}`
}

function unusable(path: string): (what: string, cause?: unknown) => BothKeysError {
  return (what, cause) =>
    new BothKeysError('ERR_POLICY_INVALID', `the policy file ${path} ${what}`, {
      hint: 'give fileSource() the path of a YAML or JSON file of at most 1 MiB that this process can read',
      ...(cause === undefined ? {} : { cause }),
    })
}
