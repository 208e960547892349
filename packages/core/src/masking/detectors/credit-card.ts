import type { Detector, Hints, Match } from '../detector.js'
import { issuersOf } from './card-issuers.js'
import { wordsNear } from './context-words.js'
import { passesLuhn } from './luhn.js'

const context = {
  words: [
    'card',
    'cardnumber',
    'cardno',
    'credit',
    'debit',
    'visa',
    'mastercard',
    'amex',
    'maestro',
    'discover',
    'diners',
    'jcb',
    'unionpay',
    'rupay',
    'verve',
    'mir',
    'pan',
    'ccn',
    'karte',
    'carte',
    'tarjeta',
    'carta',
    'cvv',
    'cvc',
  ],
  before: 40,
  after: 20,
}

const hint = /card|credit|debit|(?:^|[^a-z])(?:cc|ccn|pan)(?:[^a-z]|$)|cc_?num|karte|tarjeta/i

/** Runs of digits with at most one blank, dash or dot between them. */
export const cardPattern = /\d(?:[ .-]?\d)+/g

/** How issuers print the digits. What else is grouped needs context. */
const printed: ReadonlySet<string> = new Set([
  '4-4-4-1',
  '4-4-4-2',
  '4-4-4-3',
  '4-4-4-4',
  '4-4-4-4-1',
  '4-4-4-4-2',
  '4-4-4-4-3',
  '4-6-4',
  '4-6-5',
  '4-4-5',
  '6-13',
])

const [sure, likely, fair, unlikely] = [0.9, 0.75, 0.7, 0.3]

/**
 * Payment cards: the numbers of all issuers in `card-issuers.ts`, plain or in groups, with their check digit. Lengths that
 * other identifiers share need context.
 */
export const creditCard: Detector = Object.freeze({
  type: 'credit-card',
  needs: { digits: 12 },
  longest: 19 * 2 - 1,
  isHinted: (field: string) => hint.test(field),
  find(text: string, { field }: Hints): readonly Match[] {
    const hinted = field !== undefined && hint.test(field)
    const found: Match[] = []
    for (const { 0: run, index } of text.matchAll(cardPattern)) {
      if (run.length < 12) continue
      for (const card of cardsIn(run)) {
        const [start, end] = [index + card.start, index + card.end]
        if (isPartOfMore(text, start, end)) continue
        const told = card.score < sure && (hinted || wordsNear(text, { start, end }, context))
        found.push({ start, end, score: told ? sure : card.score })
      }
    }
    return found
  },
})

/**
 * Whether the digits are a part of a longer token: of a decimal number, or of a digest or an identifier, which have letters and
 * digits, or dashes, on either side. Letters alone do not hide a card.
 */
function isPartOfMore(text: string, start: number, end: number): boolean {
  const card = text.slice(start, end)
  const [before, after] = [text.slice(Math.max(0, start - 24), start), text.slice(end, end + 24)]
  if (/^\d+$/.test(card) && (/\d\.$/.test(before) || /^\.\d/.test(after))) return true
  const [joinedBefore, joinedAfter] = card.includes('-')
    ? [/[a-z\d-]{0,24}$/i, /^[a-z\d-]{0,24}/i]
    : [/[a-z\d]{0,24}$/i, /^[a-z\d]{0,24}/i]
  const joined = [joinedBefore.exec(before)?.[0] ?? '', joinedAfter.exec(after)?.[0] ?? '']
  return joined.some((beside) => /\d/.test(beside) || /^[a-f]+-|-[a-f]+$/i.test(beside))
}

/** A group of digits in a run. */
interface Group {
  readonly start: number
  readonly digits: string
}

/** The cards in a run of groups: each is made of whole groups that the same sign keeps apart. */
function cardsIn(run: string): readonly Match[] {
  const groups = [...run.matchAll(/\d+/g)].map(({ 0: digits, index }): Group => ({ start: index, digits }))
  const found: Match[] = []
  for (let first = 0; first < groups.length;) {
    const best = bestFrom(run, groups, first)
    if (best !== undefined) found.push(best.match)
    first = best === undefined ? first + 1 : best.next
  }
  return found
}

function bestFrom(run: string, groups: readonly Group[], first: number): { match: Match; next: number } | undefined {
  const start = groups[first]?.start ?? 0
  let best: { match: Match; next: number } | undefined
  let [digits, sizes] = ['', '']
  for (let last = first; last < groups.length && digits.length < 19; last++) {
    const group = groups[last]
    if (group === undefined || (last > first + 1 && run[group.start - 1] !== run[(groups[first + 1]?.start ?? 0) - 1]))
      break
    digits += group.digits
    sizes += `${last > first ? '-' : ''}${String(group.digits.length)}`
    // Four digits each are a card's; other groups amid a list of numbers are of the list.
    const listed = first > 0 && last < groups.length - 1 && !sizes.startsWith('4-4-4-4')
    const score = Math.min(scoreOf(digits, sizes), listed && last > first ? unlikely : 1)
    if (score > 0 && score >= (best?.match.score ?? 0)) {
      best = { match: { start, end: group.start + group.digits.length, score }, next: last + 1 }
    }
  }
  return best
}

function scoreOf(digits: string, sizes: string): number {
  if (digits.length < 12 || digits.length > 19) return 0
  const issuers = issuersOf(digits)
  if (issuers.length === 0) return 0
  if (!passesLuhn(digits)) return issuers.some(({ unchecked }) => unchecked === true) ? unlikely : 0
  const usual = issuers.some(({ lengths }) => lengths.includes(digits.length))
  if (!sizes.includes('-')) return usual ? likely : unlikely
  if (!printed.has(sizes)) return unlikely
  return usual ? likely : fair
}
