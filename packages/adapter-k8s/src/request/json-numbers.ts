const number = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** More characters than any number needs that is written as it is read. */
const longest = 40

/** Whole numbers of these every reader reads alike, which most are. */
const simple = /^(?:0|-?[1-9][0-9]{0,14})$/

/**
 * Says whether a number of JSON is the same for every reader: no negative zero, no whole number that a double cannot
 * count to, and worth exactly what it is written as when it is written again.
 */
export function isSameForAll(token: string): boolean {
  if (token.length > longest) return false
  if (simple.test(token)) return true
  const value = Number(token)
  if (Object.is(value, -0)) return false
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) return false
  return decimalOf(token) === decimalOf(String(value))
}

/** One way of writing for each worth: the digits that matter, and the power of ten. */
function decimalOf(token: string): string | undefined {
  const parts = number.exec(token)
  // Infinity, which no token is worth.
  if (parts === null) return undefined
  const [, whole = '', fraction = '', power = '0'] = parts
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  const exponent = Number(power) - fraction.length + digits.length - significant.length
  return `${token.startsWith('-') ? '-' : ''}${significant}e${String(exponent)}`
}
