import type { AttributeValue, Duty, Effect } from '../model/effect.js'
import { parseResource } from '../policy/resource-pattern.js'
import { inQuotes } from './visible.js'

/** What each duty does, in front of what it is done to. */
const verbs: Readonly<Record<Duty, string>> = {
  read: 'reads',
  write: 'writes to',
  delete: 'deletes',
  define: 'creates, changes or drops',
  grant: 'changes who may use',
  execute: 'runs',
  transfer: 'moves data through',
  session: 'changes what later statements mean, by',
  opaque: 'does what could not be understood, to',
  approve: 'approves on',
  policy: 'changes the policy of',
  audit: 'reads the record of',
}

const verbsOfRows: Partial<Readonly<Record<Duty, string>>> = {
  read: 'reads rows of',
  write: 'adds or changes rows of',
  delete: 'deletes rows of',
}

/**
 * One effect as a plain sentence for whoever approves it: "deletes rows of public.invoices (unbounded: it can reach every
 * row)". Nothing of the effect is left out, and two different effects never read the same: a name with anything in it but
 * letters of ASCII, digits, `_` and `$` stands in double quotes, with what is hidden written out, so that no name can pose as
 * our words.
 */
export function effectInWords({ attributes, duty, resource }: Effect): string {
  const drops = duty === 'define' && own(attributes, 'drop') === true
  const named = parseResource(resource)
  const rows = named?.kind === 'table' ? verbsOfRows[duty] : undefined
  const verb = drops ? 'drops' : (rows ?? verbs[duty])
  const what =
    named === undefined
      ? inQuotes(resource)
      : `${rows === undefined ? `the ${named.kind} ` : ''}${named.segments.map(shown).join('.')}`
  const more = Object.entries(attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([name]) => !drops || name !== 'drop')
    .map(([name, value]) => inWords(name, value))
  return `${verb} ${what}${more.length === 0 ? '' : ` (${more.join('; ')})`}`
}

function inWords(name: string, value: AttributeValue): string {
  if (name === 'unbounded' && value === true) return 'unbounded: it can reach every row'
  if (name === 'sensitive' && value === true) return 'sensitive'
  if (name === 'payload' && value === 'unbound') return 'with data that is not shown here'
  if (name === 'userDefined' && value === true) return 'user-defined'
  if (name === 'via' && typeof value === 'string') return `not in the text itself, but by its ${shown(value)}`
  const values =
    typeof value === 'object'
      ? `[${value.map((each) => (each === '*' ? each : shown(each))).join(', ')}]`
      : scalar(value)
  return `${shown(name)} ${values}`
}

/** A text that reads as a number or as true or false stands in quotes. */
function scalar(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value)
  return /^(?:-?\d.*|true|false|NaN|-?Infinity)$/u.test(value) ? inQuotes(value) : shown(value)
}

function shown(name: string): string {
  return /^[\w$]+$/u.test(name) ? name : inQuotes(name)
}

function own(attributes: Effect['attributes'], name: string): AttributeValue | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined
}
