/** Object ids of PostgreSQL's own types (`pg_type.dat`), which never change. */
const textTypes: ReadonlySet<number> = new Set([25, 1043, 1042, 19, 705])

/** Whether a value of this type is any text, and its bytes are the same in both formats. */
export function isText(type: number): boolean {
  return textTypes.has(type)
}

/** Whether a value of this type may be this text. Answers no for types that it does not know. */
export function holds(type: number, text: string): boolean {
  const range = integers.get(type)
  if (range !== undefined) return wholeNumber.test(text) && BigInt(text) >= -range && BigInt(text) < range
  return shapes.get(type)?.test(text) === true
}

const wholeNumber = /^-?\d{1,19}$/

/** What the integers of int2, int4 and int8 are below. */
const integers: ReadonlyMap<number, bigint> = new Map([
  [21, 1n << 15n],
  [23, 1n << 31n],
  [20, 1n << 63n],
])

const number = /^-?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,2})?$/
const date = String.raw`\d{4,6}-(?:0\d|1[0-2])-(?:[0-2]\d|3[01])`
const time = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?`

const shapes: ReadonlyMap<number, RegExp> = new Map([
  [1700, number],
  [700, /^-?\d{1,30}(?:\.\d{1,30})?(?:[eE][+-]?[0-2]?\d)?$/],
  [701, number],
  [1082, new RegExp(`^${date}$`)],
  [1114, new RegExp(`^${date} ${time}$`)],
  [1184, new RegExp(`^${date} ${time}[+-]\\d{2}(?::\\d{2}){0,2}$`)],
])
