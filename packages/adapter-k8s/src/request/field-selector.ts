import { isObjectName } from './resource-path.js'

const term = /^([A-Za-z][A-Za-z0-9_.-]{0,252})(==|=|!=)([A-Za-z0-9._:/@{}[\]~-]{0,253})$/
const nameField = 'metadata.name'
const most = 16_384

/** A field selector written in one way, and the name that it asks for, as RequestInfo takes it. */
export interface FieldSelector {
  readonly text: string
  readonly name: string
}

/**
 * Reads a field selector of the forms `a=b`, `a==b` and `a!=b`, joined by commas, or returns `undefined`. The server's escapes are not taken, and
 * `metadata.name` is asked for once only, so that there is one name that the request can be about.
 */
export function parseFieldSelector(text: string): FieldSelector | undefined {
  if (text.length > most) return undefined
  const written: string[] = []
  const names: string[] = []
  for (const part of text.split(',')) {
    const [, field, operator, value = ''] = term.exec(part) ?? []
    if (field === undefined) return undefined
    if (field === nameField) {
      if (!isObjectName(value)) return undefined
      names.push(operator === '!=' ? '' : value)
    }
    written.push(`${field}${operator === '!=' ? '!=' : '='}${value}`)
  }
  return names.length > 1 ? undefined : { text: written.join(','), name: names[0] ?? '' }
}
