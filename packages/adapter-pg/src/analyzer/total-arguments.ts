import type { Literal, TotalRule } from './total-facts.js'

type Check = NonNullable<TotalRule['literals']>

/** Longest constant that takes part in making a value larger, in UTF-16 code units. */
const longest = 64

const isNear = (value: Literal | undefined, least: number, most: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most

const isShortText = (value: Literal | undefined): value is string =>
  typeof value === 'string' && value.length <= longest

const [leastInteger, mostInteger] = [-(2 ** 31), 2 ** 31 - 1]

/** The constants at these places are short. */
export function isShort(...places: readonly number[]): Check {
  return (literals) => places.every((place) => isShortText(literals[place]))
}

/** From where any constant says, as far as one says that is not negative. */
export const hasLengthLast: Check = (literals) => isNear(literals[2], 0, mostInteger)

/** Fields count from the first, or back from the last; there is none with the number 0. */
export const isField: Check = (literals) => isNear(literals[2], leastInteger, mostInteger) && literals[2] !== 0

/** Padding up to a length that says how much room it takes. */
export const putsInFront: Check = (literals, types) =>
  isNear(literals[1], leastInteger, 1000) && (types.length < 3 || isShortText(literals[2]))

export const putsInto: Check = (literals, types) =>
  isNear(literals[2], 1, 1000) && (types.length < 4 || isNear(literals[3], 0, 1000))

export const hasReplacement: Check = (literals) => isShortText(literals[1]) && isShortText(literals[2])

export const writesEncoding: Check = (literals) => literals[1] === 'hex' || literals[1] === 'base64'

/** `%s` and `%L` for each argument: no width, no position; `%I` refuses NULL. */
export const isPlainFormat: Check = (literals, types) => {
  const [format] = literals
  if (!isShortText(format)) return false
  const specifiers = format.match(/%./gsu) ?? []
  if (specifiers.some((specifier) => !/^%[sL%]$/.test(specifier)) || format.replaceAll('%%', '').endsWith('%'))
    return false
  return specifiers.filter((specifier) => specifier !== '%%').length <= types.length - 1
}

/** Keys and values by turns, each key a constant. */
export const namesKeys: Check = (literals, types) =>
  types.length % 2 === 0 && types.every((_, place) => place % 2 === 1 || isShortText(literals[place]))

/** Units by type: those that the server knows for it, and that no value takes out of the range of its type. */
const clock = 'microseconds milliseconds second minute hour'
const calendar = 'day month quarter year decade century millennium'
const days = `${calendar} week isoyear isodow dow doy epoch julian`
const zones = 'timezone timezone_hour timezone_minute'
const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const parts: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['date', words(days)],
  ['time', words(`${clock} epoch`)],
  ['timetz', words(`${clock} epoch ${zones}`)],
  ['timestamp', words(`${clock} ${days}`)],
  ['timestamptz', words(`${clock} ${days} ${zones}`)],
  ['interval', words(`${clock} ${calendar} epoch`)],
])

const units: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['timestamp', words(`${clock} day week`)],
  ['timestamptz', words('microseconds milliseconds second')],
  ['interval', words(`${clock} ${calendar}`)],
])

const among =
  (known: ReadonlyMap<string, ReadonlySet<string>>): Check =>
  ([unit], types) =>
    typeof unit === 'string' && known.get(types[1] ?? '')?.has(unit.toLowerCase()) === true

export const hasPart: Check = among(parts)
export const hasUnit: Check = among(units)

/** Parts of dates and times in digits and English, punctuation and quoted words. */
const pattern =
  /^(?:FM|I?Y{1,4}|MM|MON(?:TH)?|RM|D{1,3}|ID|DAY|DY|IW|W{1,2}|HH(?:12|24)?|MI|S{2}|MS|US|[AP]M|Q|CC|J|[-/:., ]|"[A-Za-z ]*")*$/i

export const hasPattern: Check = (literals) => isShortText(literals[1]) && pattern.test(literals[1])

export const hasOffset: Check = (literals) => isNear(literals[1], leastInteger, mostInteger)

export function isCountedFromOne(place: number): Check {
  return (literals) => isNear(literals[place], 1, mostInteger)
}

/** JSON as text may hold `\u0000`, which JSON in binary does not take. */
export function printsAsJsonb(type: string): boolean {
  return !type.includes('json') || type.startsWith('jsonb')
}

/** Users may have casts to text for types of theirs. */
export function castsToText(type: string): boolean {
  return !/^(?:char$|enum|row)/.test(type)
}
