import type { MaybePromise } from '@bothkeys/core/adapter'
import type { Unparsable } from './analysis.js'
import { grammarReady } from './grammar.js'
import { type Parsed, parseRaw, parseFully, toParsed } from './parse-bytes.js'
import { TextCache } from './text-cache.js'
import { WorkerParser } from './worker-parser.js'

export type { Parsed } from './parse-bytes.js'
export { prepareGrammar } from './grammar.js'

export interface ParserLimits {
  /** Longer texts are refused. */
  readonly maxBytes: number
  /** Longer texts are parsed in a worker thread, under a deadline. */
  readonly maxSyncBytes: number
  readonly deadlineMs: number
  /** How many texts are remembered with their trees, and how many characters of text they may have together. */
  readonly maxCachedTexts: number
  readonly maxCachedCharacters: number
  /** How many long texts may wait for the worker. */
  readonly maxWaiting: number
}

/** What bounds time and memory when nothing else is said. */
export const defaultParserLimits: ParserLimits = {
  maxBytes: 256 * 1024,
  maxSyncBytes: 16 * 1024,
  deadlineMs: 5_000,
  maxCachedTexts: 2_000,
  maxCachedCharacters: 4_000_000,
  maxWaiting: 64,
}

/** Turns texts into trees with the server's own grammar, in bounded time and memory. One serves a whole process. */
export class StatementParser {
  readonly #limits: ParserLimits
  readonly #cache: TextCache<Parsed>
  readonly #worker: WorkerParser

  constructor(limits: Partial<ParserLimits> = {}) {
    this.#limits = { ...defaultParserLimits, ...limits }
    this.#cache = new TextCache(this.#limits.maxCachedTexts, this.#limits.maxCachedCharacters)
    this.#worker = new WorkerParser(this.#limits.deadlineMs, this.#limits.maxWaiting)
  }

  /**
   * Parses one text as the server will. The answer is immediate for a text seen before or a short one, a promise for
   * a long one and while the grammar (re)starts. Refusals are values; never throws, never rejects.
   */
  parse(text: string): MaybePromise<Parsed | Unparsable> {
    const known = this.#cache.get(text)
    if (known !== undefined) return known
    const refused = refusedUnparsed(text, this.#limits.maxBytes)
    if (refused !== undefined) return refused
    const short = text.length * 3 <= this.#limits.maxSyncBytes || Buffer.byteLength(text) <= this.#limits.maxSyncBytes
    if (short && grammarReady()) return this.#remember(text, toParsed(text, parseRaw(text)))
    const raw = short ? parseFully(text) : this.#worker.parse(text)
    return raw.then(
      (answer) => this.#remember(text, toParsed(text, answer)),
      () => ({ unparsable: true, reason: 'the grammar could not be started', position: undefined }),
    )
  }

  /** Stops the worker thread. */
  close(): Promise<void> {
    return this.#worker.close()
  }

  #remember(text: string, result: Parsed | Unparsable): Parsed | Unparsable {
    if (!result.unparsable) this.#cache.set(text, result)
    return result
  }
}

const shared = new StatementParser()

/** `StatementParser.parse` of the parser that the whole process shares, with the default limits. */
export function parseStatement(text: string): MaybePromise<Parsed | Unparsable> {
  return shared.parse(text)
}

/** What the server would read differently from us, or what is too long, is refused before it is parsed. */
function refusedUnparsed(text: string, maxBytes: number): Unparsable | undefined {
  const refuse = (reason: string, units?: number): Unparsable => ({
    unparsable: true,
    reason,
    position: units === undefined ? undefined : Buffer.byteLength(text.slice(0, units)) + 1,
  })
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    return refuse(`the statement is longer than ${String(maxBytes)} bytes`)
  }
  if (!text.isWellFormed()) return refuse('the statement is not well-formed Unicode')
  const nul = text.indexOf('\0')
  return nul === -1 ? undefined : refuse('the statement contains a NUL character', nul)
}
