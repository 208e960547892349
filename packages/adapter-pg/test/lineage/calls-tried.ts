/** One argument of a call that is tried: a column with every odd value of its type, or what is written there. */
export interface Passed {
  readonly type: string
  readonly column: boolean
  readonly text: string
  readonly literal?: string | number
}

/** Calls of a routine with arguments of the same types. */
export interface Calls {
  readonly plain: readonly Passed[]
  /** Others differ by the type of what takes any: one with a constant is enough of them. */
  readonly isFirst: boolean
  /** With each constant for all arguments at some places, the fewest places first. */
  readonly constant: readonly { readonly places: readonly number[]; readonly calls: readonly (readonly Passed[])[] }[]
}

/** Constants for places that take no others; each is tried, and those that make no total call are left out. */
const numbers = [-2147483648, -1, 0, 1, 3, 1000, 2147483647]
const texts = [
  '',
  'a',
  ',',
  '\\',
  'x'.repeat(64),
  'FMMonth "of" YYYY',
  'Day, DD Mon YY AM',
  'IYYY-IW ID',
  'J Q CC RM',
  ...`hex base64 escape %s %L %s-%% %I % %1$s %10s YYYY-MM-DD HH24:MI:SS.US nonsense
      microseconds milliseconds second minute hour day week month quarter year decade century millennium isoyear isodow dow doy
      epoch julian timezone timezone_hour timezone_minute`.split(/\s+/),
]
const constants: readonly (string | number)[] = [...numbers, ...texts]

const column = (type: string): Passed => ({ type, column: true, text: '' })

function constant(value: string | number): Passed {
  return typeof value === 'number'
    ? { type: 'int4', column: false, text: `(${String(value)})`, literal: value }
    : { type: 'unknown', column: false, text: `'${value}'`, literal: value }
}

/**
 * Calls of a routine: with columns for all its arguments, and with each constant in each place that takes one. What takes any
 * type is tried with each that it may be.
 */
export function* callsOf(signature: string, types: readonly string[]): Iterable<Calls> {
  const list = signature.slice(signature.indexOf('(') + 1, -1)
  // Two of what is VARIADIC: a key and its value.
  const declared = list === '' ? [] : list.split(',').flatMap((type) => (type.endsWith('…') ? [type, type] : [type]))
  const any = declared.find(takesAny)
  for (const polymorphic of any === undefined ? [''] : types.filter((type) => isOne(type, any))) {
    const plain = declared.map((type) => column(takesAny(type) ? polymorphic : type.replace('…', '')))
    yield { plain, isFirst: polymorphic === '' || polymorphic === types[0], constant: withConstants(plain, declared) }
  }
}

function withConstants(plain: readonly Passed[], declared: readonly string[]): Calls['constant'] {
  const open = declared.map((type, place) => type === 'int4' || type === 'text' || (type === 'any…' && place === 0))
  return placesOf(plain.length)
    .filter((places) => places.every((place) => open[place]))
    .toSorted((a, b) => a.length - b.length)
    .map((places) => ({
      places,
      calls: constants.map((value) =>
        plain.map((side, place) => (places.includes(place) ? fit(value, declared[place]) : side)),
      ),
    }))
}

/** What a place takes: a number where a number is wanted. */
function fit(value: string | number, declared = ''): Passed {
  return declared.startsWith('int') ? constant(typeof value === 'number' ? value : 1) : constant(String(value))
}

const takesAny = (type: string): boolean => type.startsWith('any') || type === 'record'

/** Every set of places but the empty one, for at most four. */
function placesOf(count: number): readonly (readonly number[])[] {
  return Array.from({ length: 2 ** count - 1 }, (_, index) =>
    Array.from({ length: count }, (__, place) => place).filter((place) => ((index + 1) >> place) % 2 === 1),
  )
}

/** Whether a pseudo-type stands for a type. */
function isOne(type: string, pseudo: string): boolean {
  const isArray = type.endsWith('[]')
  if (pseudo === 'anyarray') return isArray
  if (pseudo === 'anyenum') return type === 'mood'
  return pseudo === 'record' ? type === 'pair' : pseudo !== 'anynonarray' || !isArray
}
