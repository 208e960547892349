import { membersOf } from '../../model/members.js'
import { calendarSizes } from './bucket.js'
import { parseCalendarTime } from './calendar.js'
import { compareDecimals, parseDecimal } from './decimal.js'
import { SettingsReader } from './settings-reader.js'
import type { OperatorName, OperatorProblem, OperatorSpec } from './spec.js'
import { operatorNames } from './spec.js'

type Path = OperatorProblem['path']

/** The operator, or everything that is wrong with it. */
export type ReadOperator = { readonly spec: OperatorSpec } | { readonly problems: readonly OperatorProblem[] }

/**
 * Reads an operator from the plain values of a policy. Pure; never throws. `path` is where it stands.
 *
 * Forms: `redact`, `null`, `hash` and `token` as a word; `{ redact: 'the text' }`, `{ partial: { keepFirst, keepLast, keepDomain } }`,
 * `{ hash: { across: 'runs' } }`, `{ token: { across: 'runs' } }`, `{ bucket: { size } }` or `{ bucket: { edges } }`,
 * `{ dateShift: { maxDays, across } }`, `{ custom: 'its name' }`.
 */
export function readOperatorSpec(source: unknown, path: Path = []): ReadOperator {
  // YAML reads the word null as no value.
  if (source === null) return { spec: { operator: 'null' } }
  const names: readonly string[] = typeof source === 'string' ? [source] : Object.keys(membersOf(source))
  const [name = ''] = names
  const known = operatorNames.find((each) => each === name)
  if (names.length !== 1 || Array.isArray(source) || known === undefined) {
    return wrong(path, `expected one operator: ${operatorNames.join(', ')}`)
  }
  const isWord = typeof source === 'string'
  const settings = isWord ? undefined : membersOf(source)[name]
  if (isWord && !standsAlone.has(known)) return wrong(path, `${known} needs settings: ${settingsOf[known].join(', ')}`)
  return read(known, settings, isWord ? path : [...path, known])
}

const standsAlone: ReadonlySet<OperatorName> = new Set(['redact', 'null', 'hash', 'token'])

const settingsOf: Readonly<Record<OperatorName, readonly string[]>> = {
  redact: [],
  null: [],
  partial: ['keepFirst', 'keepLast', 'keepDomain'],
  hash: ['across'],
  token: ['across'],
  bucket: ['size', 'edges'],
  dateShift: ['maxDays', 'across'],
  custom: ['name'],
}

function read(operator: OperatorName, settings: unknown, path: Path): ReadOperator {
  if (operator === 'redact') return settings === undefined ? { spec: { operator } } : readText(settings, path)
  if (operator === 'custom') return readName(settings, path)
  const reader = new SettingsReader(settings ?? {}, path, settingsOf[operator])
  const spec = readSettings(operator, reader)
  return reader.problems.length > 0 ? { problems: reader.problems } : { spec }
}

const joins = ['run', 'runs'] as const
const mostKept = 100
const mostDays = 36_500

function readSettings(operator: Exclude<OperatorName, 'redact' | 'custom'>, reader: SettingsReader): OperatorSpec {
  switch (operator) {
    case 'null':
      return { operator }
    case 'partial': {
      const keepFirst = reader.whole('keepFirst', 0, mostKept, 0)
      const keepLast = reader.whole('keepLast', 0, mostKept, 0)
      const keepDomain = reader.flag('keepDomain')
      if (reader.problems.length === 0 && keepFirst + keepLast === 0 && !keepDomain)
        reader.wrong([], 'keeps nothing; write redact')
      return { operator, keepFirst, keepLast, keepDomain }
    }
    case 'hash':
    case 'token':
      return { operator, across: reader.oneOf('across', joins, 'run') }
    case 'dateShift':
      return {
        operator,
        maxDays: reader.whole('maxDays', 1, mostDays),
        across: reader.oneOf('across', joins, 'run'),
      }
    case 'bucket':
      return readBucket(reader)
  }
}

function readBucket(reader: SettingsReader): OperatorSpec {
  if (reader.has('size') === reader.has('edges')) reader.wrong([], 'expected either size or edges')
  return reader.has('edges') ? readEdges(reader) : readSize(reader)
}

function readSize(reader: SettingsReader): OperatorSpec {
  const size = textOf(reader.get('size'))
  const isCalendarSize = calendarSizes.some((each) => each === size)
  const decimal = parseDecimal(size)
  if (reader.has('size') && !isCalendarSize && (decimal === undefined || decimal.digits <= 0n)) {
    reader.wrong(['size'], `expected a number above 0 or one of ${calendarSizes.join(', ')}`)
  }
  return { operator: 'bucket', size }
}

const mostEdges = 1_000

function readEdges(reader: SettingsReader): OperatorSpec {
  const found = reader.get('edges')
  const edges = Array.isArray(found) ? found.map(textOf) : []
  if (edges.length === 0 || edges.length > mostEdges) {
    reader.wrong(['edges'], `expected a list of 1 to ${String(mostEdges)} edges`)
  }
  const order = edges.every((edge) => isDate(edge)) ? compareDates : compareNumbers
  edges.forEach((edge, index) => {
    const previous = edges[index - 1]
    if (order(edge, edge) === undefined) reader.wrong(['edges', index], 'expected a number, or a date like all others')
    else if (previous !== undefined && !((order(previous, edge) ?? -1) < 0))
      reader.wrong(['edges', index], 'is not above the edge before it')
  })
  return { operator: 'bucket', edges }
}

function isDate(edge: string): boolean {
  return parseCalendarTime(edge)?.time === ''
}

/** Dates of four digits, two and two are in the order of their texts. */
function compareDates(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}

function compareNumbers(one: string, other: string): number | undefined {
  const [first, second] = [parseDecimal(one), parseDecimal(other)]
  return first === undefined || second === undefined ? undefined : compareDecimals(first, second)
}

/** A number that is exact, as its text; any other value that is no text is none. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'number') return ''
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? '' : String(value)
}

const longestText = 200

function readText(text: unknown, path: Path): ReadOperator {
  if (typeof text !== 'string' || text === '' || text.length > longestText || !text.isWellFormed())
    return wrong(path, `expected a text of 1 to ${String(longestText)} characters`)
  return { spec: { operator: 'redact', text } }
}

function readName(name: unknown, path: Path): ReadOperator {
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name))
    return wrong(path, 'expected the name of a mask that the host gave: letters, digits, dots and dashes')
  return { spec: { operator: 'custom', name } }
}

function wrong(path: Path, message: string): ReadOperator {
  return { problems: [{ path, message }] }
}
