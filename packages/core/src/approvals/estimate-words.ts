import type { Estimate, EstimatedStep } from './estimate.js'
import type { EstimatedChange, EstimatedChanges } from './estimated-changes.js'
import { inQuotes, visible, word } from './visible.js'

/** An estimate as lines of a view. Names with anything but letters of ASCII, digits, `_`, `$` and dots stand in quotes. */
export function estimateInWords(estimate: Estimate): readonly string[] {
  if ('none' in estimate) return [`no estimate: ${estimate.none}`]
  if ('changes' in estimate) return changesInWords(estimate)
  return ['claimed by the engine, of a plan that did not run', ...estimate.steps.map(stepInWords)]
}

function changesInWords({ changes, findings, more }: EstimatedChanges): readonly string[] {
  return [
    `claimed by the engine, of a trial that changed nothing: ${changes.length === 0 ? 'no change' : 'what would change'}`,
    ...changes.map(changeInWords),
    ...(more === 0 ? [] : [`  AND ${String(more)} MORE, WHICH ARE NOT SHOWN`]),
    ...(findings.length === 0
      ? []
      : ['of the result, the engine says', ...findings.map((each) => `  ${visible(each)}`)]),
  ]
}

function changeInWords({ after, before, path }: EstimatedChange): string {
  const place = word(path)
  if (before === null) return `  + ${place}: ${visible(after ?? '')}`
  return after === null ? `  - ${place}: ${visible(before)}` : `  ~ ${place}: ${visible(before)} -> ${visible(after)}`
}

function stepInWords({ depth, node, relation, rows }: EstimatedStep): string {
  const of = relation === null ? '' : ` on ${shown(relation)}`
  return `  ${'  '.repeat(depth)}${node}${of}: about ${String(rows)} ${rows === 1 ? 'row' : 'rows'}`
}

function shown(name: string): string {
  return /^[\w$]+(?:\.[\w$]+)*$/.test(name) ? name : inQuotes(name)
}
