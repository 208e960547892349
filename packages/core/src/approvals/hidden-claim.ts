import type { Reader } from './exact-request.js'
import type { HiddenValues } from './hidden-values.js'

const maxRules = 256

/**
 * Reads what an engine claims that masks hide; undefined for its null: nothing. Throws what `refuse` makes, also for one that says
 * nothing and one that hides nothing. Whether the action has such places, `shownValues` says.
 */
export function hiddenOf(read: Reader, value: unknown): HiddenValues | undefined {
  if (value === null) return undefined
  const { parameters, rules, spans, text } = read.only(['parameters', 'rules', 'spans', 'text'], value, 'hidden')
  const hidden = {
    parameters: Object.freeze(read.list(parameters, 'hidden').map((number) => wholeOf(read, number))),
    rules: Object.freeze(read.list(rules, 'hidden').map((rule) => ruleOf(read, rule))),
    spans: Object.freeze(read.list(spans, 'hidden').map((span) => spanOf(read, span))),
    text: text === null ? null : read.text(text, 'hidden'),
  }
  const hides = hidden.text !== null || hidden.spans.length + hidden.parameters.length > 0
  if (!hides || hidden.rules.length === 0 || hidden.rules.length > maxRules) {
    throw read.refuse('it hides nothing, or by no rule or too many')
  }
  return Object.freeze(hidden)
}

function ruleOf(read: Reader, value: unknown): HiddenValues['rules'][number] {
  const { except, rule, values } = read.only(['except', 'rule', 'values'], value, 'hidden')
  return Object.freeze({
    rule: read.name(rule, 'hidden'),
    values: values === null ? null : wholeOf(read, values),
    except: Object.freeze(read.list(except, 'hidden').map((role) => read.name(role, 'hidden'))),
  })
}

function spanOf(read: Reader, value: unknown): HiddenValues['spans'][number] {
  const { end, start } = read.only(['end', 'start'], value, 'hidden')
  return Object.freeze({ start: wholeOf(read, start), end: wholeOf(read, end) })
}

function wholeOf({ refuse }: Reader, value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw refuse('what it hides is no place')
}
