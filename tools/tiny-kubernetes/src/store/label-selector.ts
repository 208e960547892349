import { badRequest } from '../status.js'

export type Labels = Readonly<Record<string, string>>

/** Reads a selector of labels; returns what tells whether labels meet it. */
export function labelSelector(text: string): (labels: Labels) => boolean {
  const tests = termsOf(text).map(testOf)
  return (labels) => tests.every((test) => test(labels))
}

/** What is between commas that are in no parentheses. */
function termsOf(text: string): readonly string[] {
  if (text.trim() === '') return []
  return text.split(/,(?![^(]*\))/).map((term) => term.trim())
}

const name = String.raw`[\w.-]+(?:/[\w.-]+)?`
const equality = new RegExp(String.raw`^(${name})\s*(==|=|!=)\s*([\w.-]*)$`)
const membership = new RegExp(String.raw`^(${name})\s+(in|notin)\s*\(([\w.,\s-]*)\)$`)
const presence = new RegExp(String.raw`^(!?)\s*(${name})$`)

function testOf(term: string): (labels: Labels) => boolean {
  const [, key = '', operator, value] = equality.exec(term) ?? []
  if (operator !== undefined) return (labels) => (valueOf(labels, key) === value) === (operator !== '!=')
  const [, member = '', how, list = ''] = membership.exec(term) ?? []
  if (how !== undefined) {
    const values = list.split(',').map((each) => each.trim())
    return (labels) => {
      const found = valueOf(labels, member)
      return (found !== undefined && values.includes(found)) === (how === 'in')
    }
  }
  const [, not, present] = presence.exec(term) ?? []
  if (present === undefined) throw badRequest(`unable to parse requirement: ${term}`)
  return (labels) => (valueOf(labels, present) !== undefined) === (not === '')
}

function valueOf(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}
