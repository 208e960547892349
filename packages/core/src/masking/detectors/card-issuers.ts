/** The cards of an issuer: from which first digits to which, as numbers of equal length, and how many digits in all. */
export interface IssuerRange {
  readonly issuer: string
  readonly from: number
  readonly to: number
  readonly lengths: readonly number[]
  /** Lengths that are rare, or that identifiers of other kinds have: they need context, or groups as on a card. */
  readonly rare?: readonly number[]
  /** Old numbers of this issuer have no check digit. */
  readonly unchecked?: true
}

/**
 * Issuer identification numbers (ISO/IEC 7812-1). Sources: the payment networks' public merchant guides, and the table in
 * Wikipedia's "Payment card number".
 */
export const issuerRanges: readonly IssuerRange[] = [
  { issuer: 'Visa', from: 4, to: 4, lengths: [16, 19], rare: [13, 18] },
  { issuer: 'Mastercard', from: 51, to: 55, lengths: [16] },
  { issuer: 'Mastercard', from: 2221, to: 2720, lengths: [16] },
  { issuer: 'American Express', from: 34, to: 34, lengths: [15] },
  { issuer: 'American Express', from: 37, to: 37, lengths: [15] },
  { issuer: 'Diners Club', from: 300, to: 305, lengths: [14, 16], rare: [15, 17, 18, 19] },
  { issuer: 'Diners Club', from: 3095, to: 3095, lengths: [14, 16], rare: [15, 17, 18, 19] },
  { issuer: 'Diners Club', from: 36, to: 36, lengths: [14], rare: [15, 16, 17, 18, 19] },
  { issuer: 'Diners Club', from: 38, to: 39, lengths: [14, 16], rare: [15, 17, 18, 19] },
  { issuer: 'Diners Club enRoute', from: 2014, to: 2014, lengths: [], rare: [15], unchecked: true },
  { issuer: 'Diners Club enRoute', from: 2149, to: 2149, lengths: [], rare: [15], unchecked: true },
  { issuer: 'Discover', from: 6011, to: 6011, lengths: [16, 19], rare: [17, 18] },
  { issuer: 'Discover', from: 644, to: 649, lengths: [16, 19], rare: [17, 18] },
  { issuer: 'Discover', from: 65, to: 65, lengths: [16, 19], rare: [17, 18] },
  { issuer: 'JCB', from: 3528, to: 3589, lengths: [16], rare: [17, 18, 19] },
  { issuer: 'JCB', from: 2131, to: 2131, lengths: [15] },
  { issuer: 'JCB', from: 1800, to: 1800, lengths: [15] },
  { issuer: 'UnionPay', from: 62, to: 62, lengths: [16, 19], rare: [14, 15, 17, 18] },
  { issuer: 'UnionPay', from: 81, to: 81, lengths: [16], rare: [17, 18, 19] },
  { issuer: 'Mir', from: 2200, to: 2204, lengths: [16], rare: [17, 18, 19] },
  { issuer: 'RuPay', from: 60, to: 60, lengths: [16] },
  { issuer: 'RuPay', from: 82, to: 82, lengths: [16] },
  { issuer: 'RuPay', from: 508, to: 508, lengths: [16] },
  { issuer: 'RuPay', from: 353, to: 353, lengths: [16] },
  { issuer: 'RuPay', from: 356, to: 356, lengths: [16] },
  { issuer: 'Verve', from: 506099, to: 506198, lengths: [16, 19], rare: [18] },
  { issuer: 'Verve', from: 507865, to: 507964, lengths: [16, 19], rare: [18] },
  { issuer: 'Verve', from: 650002, to: 650027, lengths: [16, 19], rare: [18] },
  { issuer: 'Troy', from: 9792, to: 9792, lengths: [16] },
  { issuer: 'Elo', from: 636368, to: 636369, lengths: [16] },
  { issuer: 'Elo', from: 438935, to: 438935, lengths: [16] },
  { issuer: 'Hipercard', from: 606282, to: 606282, lengths: [16], rare: [13, 19] },
  { issuer: 'Dankort', from: 5019, to: 5019, lengths: [16] },
  { issuer: 'InterPayment', from: 636, to: 636, lengths: [16], rare: [17, 18, 19] },
  { issuer: 'Humo', from: 9860, to: 9860, lengths: [16] },
  { issuer: 'Uzcard', from: 8600, to: 8600, lengths: [16] },
  { issuer: 'UATP', from: 1, to: 1, lengths: [], rare: [15] },
  { issuer: 'Maestro', from: 50, to: 50, lengths: [16], rare: [12, 13, 14, 15, 17, 18, 19] },
  { issuer: 'Maestro', from: 56, to: 58, lengths: [16], rare: [12, 13, 14, 15, 17, 18, 19] },
  { issuer: 'Maestro', from: 6, to: 6, lengths: [16], rare: [12, 13, 14, 15, 17, 18, 19] },
]

/** The ranges by their first digit: most numbers begin with one of none. */
const byFirstDigit: ReadonlyMap<string, readonly IssuerRange[]> = new Map(
  Array.from('0123456789', (digit) => [digit, issuerRanges.filter(({ from, to }) => spans(from, to, digit))]),
)

function spans(from: number, to: number, digit: string): boolean {
  const first = (range: number): number => Number(String(range).charAt(0))
  return first(from) <= Number(digit) && Number(digit) <= first(to)
}

/** The issuers that give out such numbers. */
export function issuersOf(digits: string): readonly IssuerRange[] {
  const ranges = byFirstDigit.get(digits.charAt(0)) ?? []
  return ranges.filter(({ from, to, lengths, rare = [] }) => {
    const prefix = Number(digits.slice(0, String(from).length))
    return from <= prefix && prefix <= to && (lengths.includes(digits.length) || rare.includes(digits.length))
  })
}
