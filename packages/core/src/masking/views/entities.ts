import type { Escape } from './escape.js'

/** The entities that hide what detectors look for; the others stand for letters that no pattern needs. */
const named: ReadonlyMap<string, number> = new Map(
  Object.entries({
    amp: 38,
    lt: 60,
    gt: 62,
    quot: 34,
    apos: 39,
    nbsp: 160,
    shy: 173,
    commat: 64,
    period: 46,
    hyphen: 45,
    dash: 45,
    ndash: 45,
    mdash: 45,
    minus: 45,
    lowbar: 95,
    plus: 43,
    colon: 58,
    sol: 47,
    bsol: 92,
    num: 35,
    equals: 61,
    percnt: 37,
    ensp: 32,
    emsp: 32,
    thinsp: 32,
    zwj: 0x200d,
    zwnj: 0x200c,
    NewLine: 10,
    Tab: 9,
    comma: 44,
    semi: 59,
  }),
)

const longestName = 8
const form = /&(?:#x([0-9a-f]{1,8})|#([0-9]{1,9})|([a-z]{2,8}));?/iy

/** The HTML entity that begins at `at`, as browsers read it: the last `;` of a numeric one may be missing. */
export function entityAt(text: string, at: number): Escape | undefined {
  // Most are between the parameters of a URL.
  if (text.charCodeAt(at + 1) !== 0x23 && !isNamed(text, at + 1)) return undefined
  form.lastIndex = at
  const match = form.exec(text)
  if (match === null) return undefined
  const [whole, hex, decimal, name] = match
  const end = at + whole.length
  if (name !== undefined) {
    const value = whole.endsWith(';') ? named.get(name) : undefined
    return value === undefined ? undefined : { end, value, isByte: false }
  }
  const value = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16)
  return value > 0x10ffff ? undefined : { end, value, isByte: false }
}

/** Whether a name begins at `start` that a semicolon ends. */
function isNamed(text: string, start: number): boolean {
  let at = start
  while (at - start < longestName && isLetter(text.charCodeAt(at))) at += 1
  return text.charCodeAt(at) === 0x3b
}

function isLetter(code: number): boolean {
  return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a
}
