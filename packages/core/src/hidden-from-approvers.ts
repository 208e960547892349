import type { GivenValues, HiddenValues, HidingRule } from './approvals/hidden-values.js'
import type { Action } from './model/action.js'
import { canonicalJson } from './model/canonical-json.js'
import type { HidingObligation } from './model/mask-obligation.js'
import type { SnapshotValue } from './model/snapshot.js'
import type { Detecting } from './result-masks.js'

/** A part of the text, or all of a parameter, and the rules that hide it. */
type Hidden = { readonly rules: readonly string[] } & (
  | { readonly parameter: number }
  | { readonly start: number; readonly end: number }
)

/**
 * What masks hide of an action from whoever is asked about it (RULES 7): the values that meet a masked column, all of them where
 * nobody can tell which, and whatever rules detect. Undefined: nothing. Throws RangeError for values that the action does not have.
 */
export function hiddenFromApprovers(
  { description, parameters }: Pick<Action, 'description' | 'parameters'>,
  { given }: Pick<HidingObligation, 'given'>,
  detecting: Detecting | undefined,
  exceptions: (rule: string) => Iterable<string>,
): HiddenValues | undefined {
  const all = 'all' in given ? given.all : []
  const { recordedText } = description
  const text = 'all' in given && recordedText !== description.text ? recordedText : null
  const shown = { text: text ?? description.text, parameters }
  const found = detecting === undefined ? [] : findingsIn(shown, detecting)
  const isFoundInText = found.some((each) => 'start' in each)
  const hidden: readonly Hidden[] = [
    ...('all' in given
      ? parameters.map((_, index) => ({ parameter: index + 1, rules: all }))
      : given.some.map(({ place, rules }) => ({ ...place, rules }))),
    ...found,
    ...(description.secrets ?? []).map((place) => ({ ...place, rules: [ofTarget] })),
  ]
  if (text === null && hidden.length === 0) return undefined
  const spans = hidden.flatMap((each) => ('start' in each ? [each] : []))
  const numbers = hidden.flatMap((each) => ('parameter' in each ? [each.parameter] : []))
  return Object.freeze({
    rules: counted(hidden, all).map((each) => Object.freeze({ ...each, except: [...exceptions(each.rule)].sort() })),
    // What is found in a text without values stands in a name: then nothing of it is shown.
    text: text !== null && isFoundInText ? '' : text,
    spans: text === null ? joined(spans) : Object.freeze([]),
    parameters: Object.freeze([...new Set(numbers)].sort((a, b) => a - b)),
  })
}

/** What hides values that the target keeps from everybody: no rule of a policy has such a name, so that nobody is left out. */
const ofTarget = 'secrets of the target'

/** How many values each rule hides; null for one that hides whatever stands in the text. */
function counted(hidden: readonly Hidden[], all: readonly string[]): readonly Omit<HidingRule, 'except'>[] {
  const counts = new Map<string, number | null>(all.map((rule) => [rule, null]))
  for (const { rules } of hidden) {
    for (const rule of rules) {
      const count = counts.get(rule)
      if (count !== null) counts.set(rule, (count ?? 0) + 1)
    }
  }
  return [...counts].map(([rule, values]) => ({ rule, values }))
}

type Span = HiddenValues['spans'][number]

/** In order, and those that touch as one, so that nothing tells where one value ends and another begins. */
function joined(spans: readonly Span[]): readonly Span[] {
  const apart: { start: number; end: number }[] = []
  for (const { end, start } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = apart.at(-1)
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end)
    else apart.push({ start, end })
  }
  return Object.freeze(apart.map((span) => Object.freeze(span)))
}

function findingsIn({ parameters, text }: GivenValues, { masker, rulesFor }: Detecting): readonly Hidden[] {
  const inText = masker.findings(text).map(({ end, start, type }) => ({ start, end, rules: rulesFor(type) }))
  const inParameters = parameters.flatMap((value, index) => {
    const types = textsOf(value).flatMap((each) => masker.findings(each).map(({ type }) => type))
    const rules = [...new Set(types.flatMap(rulesFor))]
    return rules.length === 0 ? [] : [{ parameter: index + 1, rules }]
  })
  return [...inText, ...inParameters]
}

/** The texts that a parameter may be read as: bytes, which are shown in base64, also by their characters. */
function textsOf(value: SnapshotValue): readonly string[] {
  return typeof value === 'string' ? [value] : [canonicalJson(value), ...bytesIn(value)]
}

/** The characters of bytes, however deep they stand. A snapshot has no cycles. */
function bytesIn(value: SnapshotValue): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]: [string, SnapshotValue]) =>
    name === '$bytes' && typeof each === 'string' ? [Buffer.from(each, 'base64').toString('utf8')] : bytesIn(each),
  )
}
