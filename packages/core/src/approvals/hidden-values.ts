import type { CanonicalInput } from '../model/canonical-json.js'
import type { SnapshotValue } from '../model/snapshot.js'

/** A rule that hides something. */
export type HidingRule = {
  readonly rule: string
  /** How many values it hides. Null: of the text nobody can tell. */
  readonly values: number | null
  /** The roles from which it hides nothing. */
  readonly except: readonly string[]
}

/**
 * What masks of the policy hide of an action from whoever is asked about it: places, so that whoever has the exact action hides the
 * same and makes the same view.
 */
export type HiddenValues = {
  /** The rules that hide something. */
  readonly rules: readonly HidingRule[]
  /** What stands for the text: it without any value, as the engine writes it, where nobody can tell which ones to hide. */
  readonly text: string | null
  /** What of the text is hidden: each from its start up to its end in UTF-16 units, in order and apart. */
  readonly spans: readonly { readonly start: number; readonly end: number }[]
  /** The numbers of hidden parameters, from 1, in order. */
  readonly parameters: readonly number[]
}

/** What stands for a hidden value: the same for each, so that nobody can try guesses at it. */
export const hiddenValue = '[masked]'

/** An action's own values. */
export interface GivenValues {
  readonly text: string
  readonly parameters: readonly SnapshotValue[]
}

/** What of an action may be shown. Throws RangeError for places that it does not have. */
export function shownValues({ parameters, text }: GivenValues, hidden: HiddenValues | undefined): GivenValues {
  if (hidden === undefined) return { text, parameters }
  const gone = new Set(hidden.parameters)
  for (const number of gone)
    if (!(number >= 1 && number <= parameters.length)) throw new RangeError('no such parameter')
  return {
    text: hidden.text ?? withoutSpans(text, hidden.spans),
    parameters: Object.freeze(parameters.map((value, index) => (gone.has(index + 1) ? hiddenValue : value))),
  }
}

function withoutSpans(text: string, spans: HiddenValues['spans']): string {
  const parts: string[] = []
  let at = 0
  for (const { end, start } of spans) {
    if (!(start >= at && end > start && end <= text.length)) throw new RangeError('no such part of the text')
    parts.push(text.slice(at, start), hiddenValue)
    at = end
  }
  const shown = parts.join('') + text.slice(at)
  // Half a character is none that a view can be made of.
  if (!shown.isWellFormed() && text.isWellFormed()) throw new RangeError('a part of the text cuts a character')
  return shown
}

/** What is said of hidden values: by which rules, and how many. */
export function hiddenInWords({ rules }: HiddenValues, word: (name: string) => string): string {
  const counts = rules.map(({ rule, values }) =>
    values === null ? `any by ${word(rule)}` : `${String(values)} by ${word(rule)}`,
  )
  return counts.join(', ')
}

/** As it travels: with null where nothing is hidden, so that whoever leaves it out says nothing. */
export function hiddenClaim(hidden: HiddenValues | undefined): CanonicalInput {
  return hidden ?? null
}

/** Whether somebody with some roles may see what is hidden: each rule leaves one of the roles out. */
export function maySee({ rules }: HiddenValues, roles: readonly string[]): boolean {
  return rules.every(({ except }) => except.some((role) => roles.includes(role)))
}

/** Whether there is a role for everything that is hidden, so that somebody may see all of it. */
export function canBeSeen({ rules }: HiddenValues): boolean {
  return rules.every(({ except }) => except.length > 0)
}
