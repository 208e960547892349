import { BothKeysError } from '../errors.js'
import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { Finding } from './finding.js'
import { processTimer, type StartTimer } from './idle-timer.js'
import type { MaskerParts } from './masker-options.js'
import { redactedAs } from './operators/guarded.js'
import { maskBytes } from './stream-bytes.js'
import { maskText, type MaskStream, type MaskStreamOptions } from './stream.js'
import type { ValueHints } from './value-hints.js'

/** What a stream of a masker is made with. */
export interface MaskerStreamOptions {
  /** What goes through: `bytes` of UTF-8 unless given. */
  readonly content?: 'bytes' | 'text'
  /** What is known of the value that goes through. */
  readonly hints?: ValueHints
  /** How many UTF-16 code units may wait for what decides them, at least 4096; 65,536 unless given. What is more is redacted. */
  readonly heldAtMost?: number
  /**
   * When nothing has come for so many milliseconds, what waits and does not look like the beginning of a value is given out:
   * 100 unless given. `Infinity`: never, for what nobody waits for. See {@link MaskStream.flush} for what it may show.
   */
  readonly idleMs?: number
  /** Destroys the stream when it aborts. What waits is dropped. */
  readonly signal?: AbortSignal
  /** Told of each value that is masked, and nothing of it. */
  readonly masked?: () => void
  /** Where time comes from: that of this process unless given. */
  readonly timer?: StartTimer
}

/** What goes through a stream: texts or bytes, as its `content` says. */
export type StreamChunk = string | Uint8Array

/** How one stream masks, whatever carries its chunks. What it throws holds no part of them. */
export interface StreamWork {
  readonly content: 'bytes' | 'text'
  readonly idleMs: number
  readonly signal: AbortSignal | undefined
  readonly timer: StartTimer
  /** Masks a chunk piece by piece, as they are asked for. */
  take(chunk: unknown): Generator<StreamChunk, undefined>
  /** What need not wait any longer when nothing comes. */
  flush(): StreamChunk
  /** The rest. */
  end(): StreamChunk
}

/** How much of a chunk is masked at once, so that what a large one makes waits for its reader. */
const piece = 65_536

const known: ReadonlySet<string> = new Set(['content', 'hints', 'heldAtMost', 'idleMs', 'signal', 'masked', 'timer'])

/** Checks options and begins a stream. Throws ERR_CONFIG_INVALID. */
export function streamWork(of: string, parts: MaskerParts, options: MaskerStreamOptions): StreamWork {
  assertKnownOptions(of, options, known)
  const {
    content = 'bytes',
    heldAtMost,
    hints = {},
    idleMs = 100,
    signal,
    masked: told,
    timer = processTimer,
  } = options
  if (!['bytes', 'text'].includes(content)) throw wrongOption(of, 'content is bytes or text')
  if (!(idleMs === Infinity || (idleMs >= 1 && idleMs < 2 ** 31))) {
    throw wrongOption(of, 'idleMs is at least 1, or Infinity')
  }
  // They would have to vouch for every part, and a part that is cut anywhere says too little.
  if (parts.ask.length > 0)
    throw wrongOption(of, 'a stream asks no detector elsewhere: make a masker without ask for it')
  const masked: MaskStreamOptions = {
    detectors: parts.detectors,
    threshold: parts.threshold,
    allow: parts.allowed,
    hints,
    mask: (value, finding) => {
      const shown = mask(value, finding, hints, parts)
      if (shown !== value) told?.()
      return shown
    },
    ...(heldAtMost !== undefined && { heldAtMost }),
  }
  const carried = { content, idleMs, signal, timer }
  if (content === 'bytes') return { ...carried, ...work(of, maskBytes(masked), bytesOf) }
  return { ...carried, ...work(of, maskText(masked), textOf) }
}

type Masking = Pick<StreamWork, 'take' | 'flush' | 'end'>

/** `partOf` gives a part of a chunk; undefined: it is no chunk. */
function work<Chunk extends StreamChunk>(
  of: string,
  masking: MaskStream<Chunk>,
  partOf: (chunk: unknown, start: number) => Chunk | undefined,
): Masking {
  return {
    *take(chunk) {
      for (let at = 0; ; at += piece) {
        const part = partOf(chunk, at)
        if (part === undefined) throw wrongOption(of, 'a stream of bytes takes bytes, and one of text takes strings')
        if (part.length === 0) return undefined
        yield safely(() => masking.push(part))
      }
    },
    flush: () => safely(() => masking.flush()),
    end: () => safely(() => masking.end()),
  }
}

function bytesOf(chunk: unknown, start: number): Uint8Array | undefined {
  return chunk instanceof Uint8Array ? chunk.subarray(start, start + piece) : undefined
}

function textOf(chunk: unknown, start: number): string | undefined {
  return typeof chunk === 'string' ? chunk.slice(start, start + piece) : undefined
}

function safely<T>(step: () => T): T {
  try {
    return step()
  } catch {
    // What a detector throws may hold the text, so it is no cause either.
    throw new BothKeysError(
      'ERR_INTERNAL',
      'finding what is to be masked failed, so the stream ends: what is left of it is not shown',
    )
  }
}

/** Operators see whole values alone: of what is cut, even the part that they keep could be too much. */
function mask(
  value: string,
  { type, start, end }: Finding,
  { domain, subject }: ValueHints,
  parts: MaskerParts,
): string {
  if (value.length < end - start) return redactedAs(type)
  if (parts.isAllowed(value, type)) return value
  const context = { type, domain: domain ?? type, ...(subject !== undefined && { subject }) }
  return parts.operatorOf(type).mask(value, context) ?? redactedAs(type)
}
