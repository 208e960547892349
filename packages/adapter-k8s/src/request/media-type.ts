/** A media type and its parameters, in small letters but for the values. */
export interface MediaType {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

const token = /^[A-Za-z0-9!#$&^_.+*-]+$/
const mediaType = /^[a-z0-9*][a-z0-9.+*-]*\/[a-z0-9*][a-z0-9.+*-]*$/

/** Reads one media type; `undefined` when it is none, has a parameter twice, or quotes. */
export function parseMediaType(text: string): MediaType | undefined {
  const [first = '', ...rest] = text.split(';')
  const type = first.trim().toLowerCase()
  if (!mediaType.test(type)) return undefined
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const equals = part.indexOf('=')
    const name = part.slice(0, Math.max(equals, 0)).trim().toLowerCase()
    const value = part.slice(equals + 1).trim()
    if (!token.test(name) || !token.test(value) || parameters.has(name)) return undefined
    parameters.set(name, value)
  }
  return { type, parameters }
}
