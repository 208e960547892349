import { scanAsync } from './async-detector.js'
import type { Hints } from './detector.js'
import { type Finding, uncheckedType } from './finding.js'
import { maskJsonText, maskJsonValue } from './json/mask-json.js'
import type { JsonMasking } from './json/masking.js'
import type { MaskerOptions, MaskerParts } from './masker-options.js'
import { maskerParts } from './masker-options.js'
import type { MaskerStreamOptions } from './masker-stream.js'
import { streamWork } from './masker-stream.js'
import type { Transform } from './node-stream.js'
import { nodeStream } from './node-stream.js'
import { redactedAs } from './operators/guarded.js'
import { findingsIn, merged } from './scan.js'
import type { ValueHints } from './value-hints.js'
import { webStream } from './web-stream.js'

/**
 * Masks what is sensitive in texts, JSON and streams. Nothing throws: where finding fails, the whole text is masked, as the type
 * `unchecked`. Only streams fail, with ERR_INTERNAL.
 */
export interface Masker {
  /** What is found in a text and not allowed, in order. Parts do not overlap. */
  findings(text: string, hints?: Hints): readonly Finding[]
  /** The text with everything masked that is found in it; null when all of it is, by an operator that says so. */
  text(text: string, hints?: ValueHints): string | null
  /** A JSON text with strings, numbers, keys and paths masked. The answer is JSON. */
  json(text: string, hints?: ValueHints): string
  /** A value that JSON can say, masked like its text. */
  value(value: unknown, hints?: ValueHints): unknown
  /** Like `text` for each, and asks the detectors elsewhere too. What those fail to answer in time is masked whole. */
  texts(
    texts: readonly string[],
    hints?: readonly ValueHints[],
    signal?: AbortSignal,
  ): Promise<readonly (string | null)[]>
  /**
   * A Node.js stream that masks bytes of UTF-8, or text, on their way: parts that are split anywhere are masked like the whole.
   * Bytes that are no UTF-8 come out as they are. It takes no more while its reader is slow. When finding fails, it is destroyed
   * with ERR_INTERNAL, and what waited is dropped. Throws ERR_CONFIG_INVALID for wrong options, and for a masker with `ask`.
   *
   * @example
   * await pipeline(log, masker.stream(), process.stdout)
   */
  stream(options?: MaskerStreamOptions): Transform
  /**
   * The same as a web stream: reading and writing fail with ERR_INTERNAL when finding does.
   *
   * @example
   * const masked = response.body.pipeThrough(masker.webStream())
   */
  webStream(options: MaskerStreamOptions & { readonly content: 'text' }): TransformStream<string, string>
  /** The same of UTF-8 in bytes. */
  webStream(options?: MaskerStreamOptions & { readonly content?: 'bytes' }): TransformStream<Uint8Array, Uint8Array>
}

/**
 * Makes a masker: what is found by detectors, in every view of a text, becomes what operators make of it. Throws
 * ERR_CONFIG_INVALID for options that are wrong or do not exist.
 *
 * @example
 * const masker = createMasker({ detect: detectorsNamed(['email', 'credit-card']), with: 'redact', key, scope: 'run-1' })
 * masker.text('mail jane@example.com') // 'mail [email]'
 */
export function createMasker(options: MaskerOptions): Masker {
  const parts = maskerParts(options)
  const findings = (text: string, hints: Hints = {}): readonly Finding[] => {
    try {
      const options = { hints, threshold: parts.threshold, allow: parts.allowed }
      const those = findingsIn(text, parts.detectors, options)
      return those.length === 0
        ? those
        : those.filter(({ start, end, type }) => !parts.isAllowed(text.slice(start, end), type))
    } catch {
      // The error may hold the text.
      return text === '' ? [] : [{ start: 0, end: text.length, type: uncheckedType, score: 1 }]
    }
  }
  const text = (value: string, hints: ValueHints = {}): string | null =>
    masked(value, findings(value, hints), hints, parts)
  const json = (hints: ValueHints): JsonMasking => {
    const { field: _field, ...whose } = hints
    const subject = whose.subject === undefined ? {} : { subject: whose.subject }
    return {
      text: (value, inner) => text(value, { ...whose, ...inner }),
      paths: parts.paths.map((rule) => ({ ...rule, context: { ...rule.context, ...subject } })),
      numbers: parts.numbers,
      limits: parts.limits,
    }
  }
  return Object.freeze({
    findings,
    text,
    json: (value: string, hints: ValueHints = {}) => maskJsonText(value, json(hints), hints),
    value: (value: unknown, hints: ValueHints = {}) => maskJsonValue(value, json(hints), hints),
    stream: (options: MaskerStreamOptions = {}) => nodeStream(streamWork('Masker.stream', parts, options)),
    // What its chunks are, the options say: see the types of the method.
    webStream: (options: MaskerStreamOptions = {}) => webStream<never>(streamWork('Masker.webStream', parts, options)),
    async texts(values: readonly string[], hints: readonly ValueHints[] = [], signal?: AbortSignal) {
      const asking = { ...parts.asking, ...(signal !== undefined && { signal }) }
      const answers = await Promise.all(parts.ask.map((detector) => scanAsync(values, detector, hints, asking)))
      return values.map((value, index) => {
        const elsewhere = answers.flatMap((found) => found[index] ?? [])
        const harmful = elsewhere.filter(({ start, end, type }) => {
          const part = value.slice(start, end)
          return type === uncheckedType || !(parts.allowed.has(part) || parts.isAllowed(part, type))
        })
        const found = merged([...findings(value, hints[index]), ...harmful])
        return masked(value, found, hints[index] ?? {}, parts)
      })
    },
  })
}

function masked(
  text: string,
  findings: readonly Finding[],
  { domain, subject }: ValueHints,
  { operatorOf }: MaskerParts,
): string | null {
  if (findings.length === 0) return text
  let written = ''
  let copied = 0
  for (const { start, end, type } of findings) {
    const context = { type, domain: domain ?? type, ...(subject !== undefined && { subject }) }
    const mask = operatorOf(type).mask(text.slice(start, end), context)
    if (mask === null && start === 0 && end === text.length) return null
    written += text.slice(copied, start) + (mask ?? redactedAs(type))
    copied = end
  }
  return written + text.slice(copied)
}
