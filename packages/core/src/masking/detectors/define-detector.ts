import { BothKeysError } from '../../errors.js'
import { assertKnownOptions } from '../../known-options.js'
import type { Detector, Hints, Match, Needs } from '../detector.js'
import type { Span } from '../span.js'
import type { ContextWords } from './context-words.js'
import { wordsNear } from './context-words.js'

/**
 * How sure a pattern is, from 0 to 1. What is nearby can only add: an agent can often choose the names and the words around a
 * value, so that nothing there ever speaks for a value to be harmless.
 */
export interface Scores {
  /** By its form and its checksum alone. */
  readonly alone: number
  /** With one of the context words nearby. */
  readonly context?: number
  /** When the name of its field says what it is. */
  readonly hint?: number
}

/** One form that the data has. */
export interface Pattern {
  /**
   * Global, and linear on every text (the tests prove it with recheck). When it has a group named `secret`, only that group is
   * the match.
   */
  readonly pattern: RegExp
  /** Whether the match is what it looks like: a checksum, a range. */
  readonly validate?: (match: string) => boolean
  /** How sure a match of it is. Left out: that of the detector. */
  readonly score?: Scores
  /** Other context words than those of the detector. */
  readonly context?: ContextWords
}

/** What a detector is made of. */
export interface DetectorDefinition {
  /** For example `credit-card`. */
  readonly type: string
  /** Those that come first win where two match the same. */
  readonly patterns: readonly (RegExp | Pattern)[]
  /** For patterns that have none of their own. */
  readonly validate?: (match: string) => boolean
  /** Words that make a match surer when they stand nearby. */
  readonly context?: ContextWords
  /** Names of fields that hold this, for example `/ssn|social.?security/i`. Not global. */
  readonly hint?: RegExp
  /** What a text must hold for any match. */
  readonly needs: Needs
  /** The longest match, in UTF-16 code units: of longer ones, a stream may let the rest pass. */
  readonly longest: number
  /** How sure a match is. */
  readonly score: Scores
}

const definitionNames: ReadonlySet<string> = new Set(
  Object.keys({
    type: 0,
    patterns: 0,
    validate: 0,
    context: 0,
    hint: 0,
    needs: 0,
    longest: 0,
    score: 0,
  } satisfies Record<keyof DetectorDefinition, number>),
)

/**
 * A detector from a table: patterns, a checksum, and how sure each is with and without words nearby. Throws
 * ERR_CONFIG_INVALID for a definition that cannot work.
 *
 * @example
 * const employee = defineDetector({
 *   type: 'employee-number',
 *   patterns: [/\bE-\d{6}\b/g],
 *   needs: { digits: 6, anyOf: ['e-'] },
 *   longest: 8,
 *   score: { alone: 0.8 },
 * })
 */
export function defineDetector(definition: DetectorDefinition): Detector {
  assertKnownOptions('defineDetector', definition, definitionNames)
  const { type, needs, longest, hint } = definition
  if (hint?.global === true) throw wrong(type, 'a hint must not be global')
  const forms = definition.patterns.map((given) =>
    compile(definition, given instanceof RegExp ? { pattern: given } : given),
  )
  if (forms.length === 0) throw wrong(type, 'it has no pattern')
  return Object.freeze({
    type,
    needs,
    longest,
    isHinted: (field: string) => hint?.test(field) === true,
    find(text: string, { field }: Hints): readonly Match[] {
      const hinted = field !== undefined && hint?.test(field) === true
      const spans = forms.flatMap((form) => form.spans(text))
      if (spans.length === 0) return []
      const found: Match[] = []
      let after = 0
      for (const { start, end, form } of spans.toSorted((one, other) => one.start - other.start)) {
        // What cannot count is not validated, which may cost more.
        const score = scoreOf(form, text, { start, end }, { hinted, after })
        if (score === 0 || form.validate?.(text.slice(start, end)) === false) continue
        found.push({ start, end, score })
        after = Math.max(after, end)
      }
      return inOrder(found)
    },
  })
}

/** What is known of a match: its field's name says so, and where the match before it ends. */
interface Known {
  readonly hinted: boolean
  readonly after: number
}

interface FormSpan extends Span {
  readonly form: Form
}

interface Form {
  readonly validate: ((match: string) => boolean) | undefined
  readonly score: Scores
  readonly context: ContextWords | undefined
  spans(text: string): readonly FormSpan[]
}

function compile(definition: DetectorDefinition, given: Pattern): Form {
  const { pattern, validate = definition.validate } = given
  if (!pattern.global || pattern.sticky) throw wrong(definition.type, 'its patterns must be global and not sticky')
  const grouped = pattern.source.includes('(?<secret>')
  // Only these need the places of their groups, which cost time.
  const compiled = new RegExp(pattern.source, grouped ? `${pattern.flags.replace('d', '')}d` : pattern.flags)
  const form: Form = {
    validate,
    score: given.score ?? definition.score,
    context: given.context ?? definition.context,
    spans(text) {
      const found: FormSpan[] = []
      // As `matchAll` does, which makes another RegExp each time.
      compiled.lastIndex = 0
      for (let match = compiled.exec(text); match !== null; match = compiled.exec(text)) {
        if (match[0] === '') compiled.lastIndex += 1
        const [start, end] = match.indices?.groups?.['secret'] ?? [match.index, match.index + match[0].length]
        if (end > start) found.push({ start, end, form })
      }
      return found
    },
  }
  return form
}

function scoreOf({ score, context }: Form, text: string, span: Span, { hinted, after }: Known): number {
  const byHint = hinted ? (score.hint ?? score.context ?? 0) : 0
  const most = Math.max(score.alone, byHint)
  if (context === undefined || score.context === undefined || score.context <= most) return most
  const before = context.first === true ? Math.min(context.before, Math.max(0, span.start - after)) : context.before
  return wordsNear(text, span, { ...context, before }) ? score.context : most
}

/** In order, without those that are a part of one that is as sure. */
export function inOrder(found: readonly Match[]): readonly Match[] {
  const sorted = found.toSorted(
    (one, other) => one.start - other.start || other.end - one.end || other.score - one.score,
  )
  let last: Match | undefined
  return sorted.filter((match) => {
    if (last !== undefined && match.end <= last.end && match.score <= last.score) return false
    last = match
    return true
  })
}

function wrong(type: string, what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `defineDetector: ${type}: ${what}`)
}
