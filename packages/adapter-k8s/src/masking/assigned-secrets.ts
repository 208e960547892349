import { isSecretName } from './secret-names.js'

/** Most texts hold none of these, and are passed at once. */
const mayAssign = /pass|pwd|pw|secret|token|credential|key|auth|cookie|jwt|pat|dsn|pin|otp|salt|bearer|connection/i

/** A line of a properties file, a `.env` file or YAML: all behind the sign is the value. */
const line =
  /^(?<indent>[ \t]*)(?<before>(?:(?:-|export|set|ENV)[ \t]{1,8}){0,3}["']?)(?<name>[A-Za-z_][\w.-]{0,127})(?<sign>["']?[ \t]{0,8}[:=][ \t]{0,8})(?<value>.*)$/

/** A name within a line that something is assigned to: `--password=…`, `{ token: … }`, `"password": "…"`. */
const assignment = /(?<![\w.-])-{0,2}(?<name>[A-Za-z_][\w.-]{0,127})\\?["']?[ \t]{0,8}(?::=|[:=])[ \t]{0,8}/g

/** What a variable, a parameter or a header is called, in a line of its own. */
const named =
  /^[ \t]*(?:-[ \t]{1,8})?["']?(?:name|key)["']?[ \t]{0,8}:[ \t]{0,8}["']?(?<name>[A-Za-z_][\w.-]{0,127})["']?[ \t]*,?\s*$/i

/** What is assigned: in quotes, in brackets, or up to what ends a word. */
const assigned = /\\?"(?:[^"\\]|\\.)*"?|'[^']*'?|\[[^\]]*\]?|[^\s"',;}\])&]+/y

/** What announces a value on the lines below. */
const announcement = /^[ \t]*(?:#.*)?$/

/** Something that is put in later. */
const placeholder = /^["']?(?:\$\{\w+\}|\$\(\w+\)|\$[A-Z_]+|\{\{[^}]{0,200}\}\}|null|true|false|~|""|'')["']?[,;]?$/

/** A key with a mapping below, whose own names say what it holds. */
const mapping = /^[ \t]*(?:-[ \t]+)?["']?[\w./-]+["']?[ \t]*:(?:[ \t]|$)/

/**
 * Masks the values in a text that are assigned to names of secrets, as configuration, manifests in YAML, kubeconfigs and command
 * lines do. Undefined: such a value goes on over further lines, so that nobody can say where it ends.
 */
export function withoutAssignedSecrets(text: string, mask: (value: string) => string): string | undefined {
  if (!(text.includes('=') || text.includes(':')) || !mayAssign.test(text)) return text
  const shown: string[] = []
  // From the end, for what a line says may go on in the next one that says anything.
  let next: string | undefined
  const lines = text.split(/(?<=\n)/)
  for (const [index, each] of [...lines.entries()].reverse()) {
    const content = each.replace(/\r?\n$/, '')
    const isNamed = namesNext(lines[index - 1]) || (next !== undefined && !/^\s*-/.test(next) && namesNext(next))
    const masked = maskedLine(content, next, isNamed, mask)
    if (masked === undefined) return undefined
    shown.push(masked + each.slice(content.length))
    if (!/^\s*(?:#|$)/.test(content)) next = content
  }
  return shown.reverse().join('')
}

/** Whether a line says, as of a variable, what the value is called that stands in a line beside it. */
function namesNext(beside: string | undefined): boolean {
  const name = beside === undefined ? undefined : named.exec(beside)?.groups?.['name']
  return name !== undefined && isSecretName(name, 'chosen')
}

function maskedLine(
  content: string,
  next: string | undefined,
  isNamed: boolean,
  mask: (value: string) => string,
): string | undefined {
  const found = line.exec(content)?.groups
  const { before = '', indent = '', name = '', sign = '', value = '' } = found ?? {}
  const isSecret = isSecretName(name, 'chosen') || (isNamed && isValue(name))
  if (found !== undefined && !value.startsWith('{') && isSecret) {
    const depth = indent.length + (before.startsWith('-') ? 1 : 0)
    if (goesOn(value, depth, next)) return undefined
    return isNone(value) ? content : `${indent}${before}${name}${sign}${mask(value)}`
  }
  return maskedParts(content, mask)
}

/** Looks for names also within what is assigned to other names. */
function maskedParts(content: string, mask: (value: string) => string): string {
  let shown = ''
  let copied = 0
  /** What a value is called that follows, where something says it. */
  let called = ''
  assignment.lastIndex = 0
  for (let found = assignment.exec(content); found !== null; found = assignment.exec(content)) {
    const name = found.groups?.['name'] ?? ''
    assigned.lastIndex = assignment.lastIndex
    const [value = ''] = assigned.exec(content) ?? []
    if (isName(name)) called = value.replaceAll(/[\\"']/g, '')
    if (!isSecretName(isValue(name) ? called : name, 'chosen') || isNone(value)) continue
    shown += content.slice(copied, assignment.lastIndex) + mask(value)
    copied = assignment.lastIndex + value.length
    assignment.lastIndex = copied
  }
  return shown + content.slice(copied)
}

function isName(name: string): boolean {
  return /^(?:name|key)$/i.test(name)
}

function isValue(name: string): boolean {
  return /^value$/i.test(name)
}

function isNone(value: string): boolean {
  return value === '' || placeholder.test(value.trim())
}

/** Whether a value is not over at the end of its line. */
function goesOn(value: string, depth: number, next: string | undefined): boolean {
  if (/\\$|^["']?-----BEGIN|^[|>&!]/.test(value) || isUnclosed(value)) return true
  if (next === undefined) return false
  const isDeeper = next.length - next.trimStart().length > depth
  if (!announcement.test(value)) return isDeeper
  return (isDeeper || /^[ \t]*-[ \t]/.test(next)) && !mapping.test(next)
}

function isUnclosed(value: string): boolean {
  if (value.startsWith('[')) return !value.includes(']')
  const [quote = ''] = /^["']/.exec(value) ?? []
  if (quote === '') return false
  const body = quote === '"' ? value.slice(1).replaceAll(/\\./g, '') : value.slice(1)
  return !body.includes(quote)
}
