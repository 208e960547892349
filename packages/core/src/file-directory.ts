import { resolve as absolutePath } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeUtf8, fingerprint, readBoundedFile } from './bounded-file.js'
import { accountOfKey, personKey } from './duties/person.js'
import { BothKeysError } from './errors.js'
import type { Directory, DirectoryContext, DirectoryEntry, DirectoryQuery } from './identity/directory.js'
import type { People } from './identity/people-file.js'
import { parsePeople } from './identity/people-file.js'
import { systemClock } from './model/clock.js'
import { ForwardTime } from './model/forward-time.js'
import type { Subject } from './model/principal.js'

/** How old a look at the file may be, and how long a content must stay the same to count as written, in milliseconds. */
const lookEveryMs = 250
const settleMs = 50
const settleAttempts = 4

const longestStaleMs = 5 * 60_000

/** Options of `fileDirectory`. */
export interface FileDirectoryOptions {
  /**
   * How long the last good content serves when the file is broken, gone or being written, in milliseconds from when it was
   * last seen to be good. Default 10,000, at most five minutes.
   */
  readonly maxStaleMs?: number
}

/**
 * A directory in a YAML file (docs/directory.md). A change that was written at once is in force for whoever is looked up 300 ms
 * after it, also between a vote and the action that it allows; the file is looked at when somebody is looked up, and never in
 * between.
 * A file that is broken at start keeps the guard from being created (ERR_DIRECTORY_INVALID). One that breaks later is told
 * to the observers of `failure` at once, its last good content serves for `maxStaleMs`, and then nobody is let through
 * (ERR_DIRECTORY_UNAVAILABLE). Throws ERR_CONFIG_INVALID when an option is wrong.
 *
 * @example
 * createGuard({ directory: fileDirectory('./people.yaml'), … })
 */
export function fileDirectory(path: string, options: FileDirectoryOptions = {}): ListingDirectory {
  const { maxStaleMs = 10_000 } = options
  if (!Number.isInteger(maxStaleMs) || maxStaleMs < 0 || maxStaleMs > longestStaleMs) {
    throw new BothKeysError('ERR_CONFIG_INVALID', `fileDirectory: maxStaleMs must be 0 to ${String(longestStaleMs)}`)
  }
  const file = new PeopleFile(path, maxStaleMs)
  return Object.freeze({
    open: (context: DirectoryContext) => file.open(context),
    resolve: async (subject: Subject, query: DirectoryQuery) =>
      (await file.people(query.fresh)).get(personKey(subject.issuer, subject.id)),
    list: async (query: DirectoryQuery) => entriesOf(await file.people(query.fresh)),
  })
}

function entriesOf(people: People): readonly DirectoryEntry[] {
  return [...people].flatMap(([key, record]) => {
    const subject = accountOfKey(key)
    return subject === undefined ? [] : [{ subject, record }]
  })
}

/** A directory that can list everybody. */
export type ListingDirectory = Directory & Required<Pick<Directory, 'list'>>

interface Good {
  readonly people: People
  readonly content: string
  readonly seenAtMs: number
}

/** The file and the last good content that was seen in it. */
class PeopleFile {
  readonly #path: string
  readonly #absolute: string
  readonly #maxStaleMs: number
  /** The monotonic clock of a machine that sleeps stands still. */
  #time = new ForwardTime(systemClock)
  #onFailure: DirectoryContext['onFailure'] = () => undefined
  #good: Good | undefined
  #failure: unknown
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #looking: Promise<void> | undefined
  /** The failure that was told last, so that a file which stays broken is told once. */
  #told: string | undefined

  constructor(path: string, maxStaleMs: number) {
    this.#path = path
    this.#absolute = absolutePath(path)
    this.#maxStaleMs = maxStaleMs
  }

  async open(context: DirectoryContext): Promise<void> {
    this.#time = new ForwardTime(context.clock)
    await this.#look()
    if (this.#good === undefined) throw this.#failure
    this.#onFailure = context.onFailure
  }

  /** The people of the file as it is, or as it was when it was last good, if that is not too long ago. */
  async people(fresh: boolean): Promise<People> {
    if (fresh) {
      // A look that is under way may have read the file before this was asked.
      await this.#looking
      await this.#lookOnce()
    } else if (this.#nowMs() - this.#lookedAtMs >= lookEveryMs) await this.#lookOnce()
    const good = this.#good
    if (good !== undefined && this.#nowMs() - good.seenAtMs <= Math.max(this.#maxStaleMs, lookEveryMs))
      return good.people
    throw new BothKeysError(
      'ERR_DIRECTORY_UNAVAILABLE',
      `the directory file ${this.#path} has not been good for too long, so nobody was let through`,
      {
        hint: 'correct the file; its problems are in the cause and in the observer event "failure"',
        cause: this.#failure,
      },
    )
  }

  #nowMs(): number {
    return this.#time.nowMs()
  }

  /** However many ask, one looks. */
  #lookOnce(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  /** Never rejects: what went wrong is kept. */
  async #look(): Promise<void> {
    const startedAtMs = this.#nowMs()
    try {
      const { bytes, content } = await this.#settled()
      const people =
        content === this.#good?.content ? this.#good.people : parsePeople(this.#path, decodeUtf8(bytes, this.#unusable))
      this.#good = { people, content, seenAtMs: startedAtMs }
      this.#failure = undefined
      this.#told = undefined
    } catch (error) {
      this.#failure = error
      this.#tell(error)
    }
    this.#lookedAtMs = startedAtMs
  }

  /** A content that two looks agree on: written in place, a file is half there for a moment. */
  async #settled(): Promise<{ readonly bytes: Uint8Array; readonly content: string }> {
    let last = await this.#read()
    for (let attempt = 0; attempt < settleAttempts; attempt++) {
      if (last.content === this.#good?.content) return last
      await sleep(settleMs)
      const next = await this.#read()
      if (next.content === last.content) return next
      last = next
    }
    throw this.#unusable('is being written')
  }

  async #read(): Promise<{ readonly bytes: Uint8Array; readonly content: string }> {
    const bytes = await readBoundedFile(this.#absolute, this.#unusable, new AbortController().signal)
    return { bytes, content: fingerprint(bytes) }
  }

  #tell(error: unknown): void {
    const what = error instanceof Error ? error.message : String(error)
    if (what === this.#told) return
    this.#told = what
    this.#onFailure(error)
  }

  readonly #unusable = (what: string, cause?: unknown): BothKeysError =>
    new BothKeysError('ERR_DIRECTORY_INVALID', `the directory file ${this.#path} ${what}`, {
      hint: 'give fileDirectory() the path of a YAML file of at most 1 MiB that this process can read',
      ...(cause === undefined ? {} : { cause }),
    })
}
