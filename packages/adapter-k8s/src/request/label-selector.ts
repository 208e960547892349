const label = '[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?'
const part = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?'
const prefix = `${part}(?:\\.${part})*`
const key = new RegExp(`^(?:${prefix}/)?${label}$`)
const value = new RegExp(`^(?:${label})?$`)
const compared = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/
const member = /^([^=!\s]+)\s+(in|notin)\s*\(([^()]*)\)$/
const most = 16_384

/** Words of the grammar that the server reads as names in some places only. */
const words = new Set(['in', 'notin'])

/**
 * Reads a label selector of the forms `a`, `!a`, `a=b`, `a==b`, `a!=b`, `a in (b,c)` and `a notin (b,c)` and writes it in one way, or returns
 * `undefined`. It takes only what the API server takes.
 */
export function canonicalLabelSelector(text: string): string | undefined {
  if (text.length > most) return undefined
  const written: string[] = []
  for (const requirement of requirementsOf(text)) {
    const canonical = canonicalRequirement(requirement.trim())
    if (canonical === undefined) return undefined
    written.push(canonical)
  }
  return written.join(',')
}

/** Splits at the commas that are outside of parentheses. */
function requirementsOf(text: string): readonly string[] {
  const requirements: string[] = []
  let start = 0
  let isWithin = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '(') isWithin = true
    else if (character === ')') isWithin = false
    else if (character === ',' && !isWithin) {
      requirements.push(text.slice(start, at))
      start = at + 1
    }
  }
  requirements.push(text.slice(start))
  return requirements
}

function canonicalRequirement(text: string): string | undefined {
  const [, left, operator = '', right = ''] = compared.exec(text) ?? []
  if (left !== undefined) {
    return isKey(left) && isValue(right) ? `${left}${operator === '!=' ? '!=' : '='}${right}` : undefined
  }
  const [, of, word = '', list = ''] = member.exec(text) ?? []
  if (of !== undefined) {
    const values = list.split(',').map((each) => each.trim())
    const isKnown = isKey(of) && values.every((each) => each !== '' && isValue(each))
    return isKnown ? `${of} ${word} (${values.join(',')})` : undefined
  }
  const name = text.startsWith('!') ? text.slice(1).trim() : text
  return isKey(name) ? `${text.startsWith('!') ? '!' : ''}${name}` : undefined
}

function isKey(text: string): boolean {
  // 253 characters of a prefix, and 63 of a name.
  return text.length <= 317 && text.lastIndexOf('/') <= 253 && key.test(text) && !words.has(text)
}

function isValue(text: string): boolean {
  return value.test(text) && !words.has(text)
}
