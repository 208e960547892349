/** An exact decimal: `digits` × 10^-`scale`, with `scale` at least 0. */
export interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

const form = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/
const longest = 1_000

/** Reads a number as PostgreSQL and JSON print it. Undefined for anything else, and for what has over 1,000 digits. */
export function parseDecimal(text: string): Decimal | undefined {
  const parts = text.length > longest ? null : form.exec(text)
  if (parts === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const digits = BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`)
  const scale = fraction.length - Number(exponent)
  if (Math.abs(scale) > longest) return undefined
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

/** Writes a decimal without an exponent, and without zeros that say nothing. */
export function writeDecimal({ digits, scale }: Decimal): string {
  const sign = digits < 0n ? '-' : ''
  const all = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  const whole = all.slice(0, all.length - scale)
  const fraction = all.slice(all.length - scale)
  let end = fraction.length
  while (end > 0 && fraction[end - 1] === '0') end--
  return `${sign}${whole}${end === 0 ? '' : `.${fraction.slice(0, end)}`}`
}

/** Negative when the first is less, 0 when both are equal. */
export function compareDecimals(one: Decimal, other: Decimal): number {
  const scale = Math.max(one.scale, other.scale)
  const difference = at(one, scale) - at(other, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

/** The largest multiple of `size` that is at most `value`. `size` is more than 0. */
export function floorTo(value: Decimal, size: Decimal): Decimal {
  const scale = Math.max(value.scale, size.scale)
  const units = at(value, scale)
  const step = at(size, scale)
  const rest = ((units % step) + step) % step
  return { digits: units - rest, scale }
}

function at({ digits, scale }: Decimal, wanted: number): bigint {
  return digits * 10n ** BigInt(wanted - scale)
}
