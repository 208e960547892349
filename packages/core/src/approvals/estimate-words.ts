import type { Estimate, EstimatedStep } from './estimate.js'
import { inQuotes } from './visible.js'

/** An estimate as lines of a view. Names with anything but letters of ASCII, digits, `_`, `$` and dots stand in quotes. */
export function estimateInWords(estimate: Estimate): readonly string[] {
  if ('none' in estimate) return [`no estimate: ${estimate.none}`]
  return ['claimed by the engine, of a plan that did not run', ...estimate.steps.map(stepInWords)]
}

function stepInWords({ depth, node, relation, rows }: EstimatedStep): string {
  const of = relation === null ? '' : ` on ${shown(relation)}`
  return `  ${'  '.repeat(depth)}${node}${of}: about ${String(rows)} ${rows === 1 ? 'row' : 'rows'}`
}

function shown(name: string): string {
  return /^[\w$]+(?:\.[\w$]+)*$/.test(name) ? name : inQuotes(name)
}
