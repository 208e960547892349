import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { Detector, Hints } from './detector.js'
import { type Finding, undecidedType } from './finding.js'
import { scanned } from './scan.js'
import { StreamTail } from './stream-tail.js'
import { isPackedUnit } from './views/packed-runs.js'

/** What a stream is made with. */
export interface MaskStreamOptions {
  /** What is found. */
  readonly detectors: readonly Detector[]
  /** What is seen instead of a finding. `value` is the part of the text that the finding covers, or what is left of it. */
  readonly mask: (value: string, finding: Finding) => string
  /** What is known of the text besides. */
  readonly hints?: Hints
  /** Findings below are left, from 0 to 1. Default: 0.5. */
  readonly threshold?: number
  /** Values that are found and left as they are. */
  readonly allow?: ReadonlySet<string>
  /** How many UTF-16 code units may wait for what decides them, at least 4096; 65,536 if not given. What is more is masked. */
  readonly heldAtMost?: number
}

/** A stream that is masked as it goes. `Chunk` is text or bytes. */
export interface MaskStream<Chunk> {
  /** Takes the next part; returns what is decided by now, masked. Throws what a detector throws, and then always. */
  push(chunk: Chunk): Chunk
  /**
   * Returns what waits and does not look like the beginning of a value: for when nothing has come for a while. Who writes a
   * value slowly gets up to four digits of it out, or a word before its `@`; the rest is masked.
   */
  flush(): Chunk
  /** Returns the rest. Nothing may be pushed after it. */
  end(): Chunk
}

const known: ReadonlySet<string> = new Set(['detectors', 'mask', 'hints', 'threshold', 'allow', 'heldAtMost'])
/** How much of what was given out is kept, for what is around a match. */
const context = 2048
const defaultHeld = 65_536

/**
 * Masks a text that comes in parts: the parts together give what the whole text gives, wherever it is split.
 *
 * A part waits while it may become or enlarge a finding: as many units of each view as the longest match of the detectors up to
 * 512 has, and 256 more for what they look at behind it. A unit of a view may be written in many units of the text (18 for `\u`
 * escapes in percent encoding). Longer matches wait while they have no blank, or from where they begin when their detector
 * finds unfinished ones. What waits beyond `heldAtMost` is masked with the type `undecided`, and so is what follows, until the
 * longest match of all could have ended.
 *
 * `flush` keeps what may be the beginning of a value, see {@link MaskStream.flush}.
 */
export function maskText(options: MaskStreamOptions): MaskStream<string> {
  return new TextMasking(options)
}

class TextMasking implements MaskStream<string> {
  readonly #options: MaskStreamOptions
  readonly #tail: StreamTail
  readonly #heldAtMost: number
  /** What was given out lately, and what waits. */
  #text = ''
  /** How much of it was given out. */
  #done = 0
  /** How much of it was looked at. */
  #seen = 0
  /** Where something was masked that could not be decided: what follows may be the rest of it. */
  #gaveUpAt: number | undefined
  #state: 'open' | 'ended' | 'failed' = 'open'
  #failure: unknown

  constructor(options: MaskStreamOptions) {
    assertKnownOptions('maskText', options, known)
    this.#options = options
    this.#tail = new StreamTail(options.detectors)
    this.#heldAtMost = options.heldAtMost ?? defaultHeld
    if (!(Number.isSafeInteger(this.#heldAtMost) && this.#heldAtMost >= 4096))
      throw wrongOption('maskText', 'heldAtMost must be a whole number of at least 4096')
  }

  push(chunk: string): string {
    this.#assertOpen()
    this.#text += chunk
    // Small parts are looked at together, so that many of them cost no more than one.
    if (this.#text.length - this.#seen < Math.max(256, this.#seen >> 2)) return ''
    return this.#safely(() => this.#advance('start'))
  }

  flush(): string {
    this.#assertOpen()
    return this.#safely(() => this.#advance('idleStart'))
  }

  end(): string {
    this.#assertOpen()
    const rest = this.#safely(() => this.#advance('at the end'))
    this.#state = 'ended'
    return rest
  }

  #assertOpen(): void {
    if (this.#state === 'failed') throw this.#failure
    if (this.#state === 'ended') throw wrongOption('maskText', 'the stream has ended')
  }

  /** After an error nothing more is given out: what it left undecided would be passed or lost. */
  #safely(work: () => string): string {
    try {
      return work()
    } catch (error) {
      this.#state = 'failed'
      this.#failure = error
      this.#text = ''
      throw error
    }
  }

  #advance(when: 'start' | 'idleStart' | 'at the end'): string {
    const text = this.#text
    if (text.length === this.#done) return ''
    const { detectors, hints, threshold, allow } = this.#options
    const options = {
      ...(hints !== undefined && { hints }),
      ...(threshold !== undefined && { threshold }),
      ...(allow !== undefined && { allow }),
    }
    const { findings, readings } = scanned(text, detectors, options, this.#done)
    this.#seen = text.length
    const start =
      when === 'at the end' ? text.length : beforeCharacter(text, this.#tail[when](text, readings, findings))
    let output = ''
    if (this.#gaveUpAt === undefined) output = this.#masked(findings, start)
    else if (when === 'at the end') output = this.#hidden(text.length)
    else if (when === 'start' && this.#tail.isPast(this.#gaveUpAt, readings)) {
      output = this.#hidden(start)
      this.#gaveUpAt = undefined
    }
    if (text.length - this.#done > this.#heldAtMost) {
      output += this.#hidden(text.length)
      this.#gaveUpAt = text.length
    }
    this.#forget()
    return output
  }

  /** Gives out what is decided; what was given out when idle cannot be taken back. */
  #masked(findings: readonly Finding[], until: number): string {
    let output = ''
    for (const finding of findings) {
      if (finding.end <= this.#done) continue
      if (finding.start >= until) break
      const from = Math.max(finding.start, this.#done)
      output += this.#text.slice(this.#done, from)
      output += this.#options.mask(this.#text.slice(from, finding.end), finding)
      this.#done = finding.end
    }
    if (until > this.#done) {
      output += this.#text.slice(this.#done, until)
      this.#done = until
    }
    return output
  }

  /** Masks what cannot be decided. */
  #hidden(until: number): string {
    if (until <= this.#done) return ''
    const finding: Finding = { start: this.#done, end: until, type: undecidedType, score: 1 }
    const value = this.#text.slice(this.#done, until)
    this.#done = until
    return this.#options.mask(value, finding)
  }

  /** Runs of base64 are kept from a place where four characters begin, so that they are read as before. */
  #forget(): void {
    const wanted = this.#done - context
    if (wanted <= 0) return
    let start = wanted
    while (start > 0 && isPackedUnit(this.#text.charCodeAt(start - 1))) start -= 1
    const cut = start + Math.floor((wanted - start) / 4) * 4
    this.#text = this.#text.slice(cut)
    this.#done -= cut
    this.#seen -= cut
    if (this.#gaveUpAt !== undefined) this.#gaveUpAt -= cut
  }
}

/** A character of two units is given out whole: each half alone is none in UTF-8. */
function beforeCharacter(text: string, at: number): number {
  return at > 0 && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800 ? at - 1 : at
}
