import { isSecretName } from './secret-names.js'

/** Words behind which the API server quotes what was sent or stored: a value, or what differs between two objects. */
const quoting = /\b(?:(?:Invalid|Duplicate|Unsupported) value|Not found|Forbidden): /

/** A reader of JSON quotes the bytes around what it could not read. */
const bytes = /\berror found in #\d+ byte of /

/** What an object or a list in the words of Go, in JSON, or in JSON within a text begins with. Braces of regular expressions hold a number. */
const opening = /"(?=\s{0,8}[{[])|\{(?!\d+(?:,\d*)?\})|\[(?=["'{\\])/g

/** A field with a text or number of it. */
const scalar =
  /(?<=(?<![\w.\-"'[\]/])(?<path>[\w.\-"'[\]/]{1,512}): (?:(?:Invalid|Duplicate|Unsupported) value|Not found): )(?:"(?:[^"\\]|\\.)*"?|[^\s,:]+)/g

/** A message of the API server without the objects that it quotes, and without values of fields that are named for a secret. */
export function withoutQuotedValues(message: string, mask: (value: string) => string): string {
  const quoted = bytes.exec(message)
  const end = quoted === null ? message.length : quoted.index + quoted[0].length
  const start = quoting.exec(message)?.index
  const before = start === undefined ? message.slice(0, end) : withoutObjects(message.slice(0, end), start, mask)
  const shown = before.replaceAll(scalar, (value, ...found: readonly unknown[]) => {
    const groups = found.at(-1) as { readonly path: string }
    return isOfSecret(groups.path) ? mask(value) : value
  })
  return end === message.length ? shown : shown + mask(message.slice(end))
}

function withoutObjects(message: string, start: number, mask: (value: string) => string): string {
  let shown = message.slice(0, start)
  let at = start
  for (;;) {
    opening.lastIndex = at
    const found = opening.exec(message)
    if (found === null) return shown + message.slice(at)
    const end = endOfObject(message, found.index)
    shown += message.slice(at, found.index) + mask(message.slice(found.index, end))
    at = end
  }
}

/** Behind the bracket, or the quote, that closes. What goes over several lines is a difference, of which nobody says where it ends: all of the rest. */
function endOfObject(message: string, start: number): number {
  const parts = /"(?:[^"\\]|\\.)*"|`[^`]*`|[[\]{}\n"`\\]/g
  parts.lastIndex = start
  let depth = 0
  for (let found = parts.exec(message); found !== null; found = parts.exec(message)) {
    const [part] = found
    if (part === '{' || part === '[') depth += 1
    else if (part === '}' || part === ']') depth -= 1
    else if (part.length === 1) return message.length
    if (depth === 0) return parts.lastIndex
  }
  return message.length
}

/** Fields are named as they are in a path, and values of variables may be any. */
function isOfSecret(path: string): boolean {
  const names = path.split(/[.[\]"'/]+/).filter((name) => name !== '' && !/^\d+$/.test(name))
  return path.endsWith('].value') || isSecretName(names.at(-1) ?? '', 'chosen')
}
