import { isSecretName } from './secret-names.js'

/** Most texts hold none of these, and are passed at once. */
const mayAssign = /pass|pwd|pw|secret|token|credential|key|auth|cookie|jwt|pat|dsn|pin|otp|salt|bearer|connection/i

/** A line of a properties file, a `.env` file or YAML: all behind the sign is the value. */
const line =
  /^(?<indent>[ \t]*)(?<before>(?:(?:-|export|set|ENV)[ \t]{1,8}){0,3}["']?)(?<name>[A-Za-z_][\w.-]{0,127})(?<sign>["']?[ \t]{0,8}[:=][ \t]{0,8})(?<value>.*)$/

/** A name within a line that something is assigned to: `--password=…`, `{ token: … }`, `"password": "…"`. */
const assignment = /(?<![\w.-])-{0,2}(?<name>[A-Za-z_][\w.-]{0,127})\\?["']?[ \t]{0,8}(?::=|[:=])[ \t]{0,8}/g

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
  for (const each of text.split(/(?<=\n)/).reverse()) {
    const content = each.replace(/\r?\n$/, '')
    const masked = maskedLine(content, next, mask)
    if (masked === undefined) return undefined
    shown.push(masked + each.slice(content.length))
    if (!/^\s*(?:#|$)/.test(content)) next = content
  }
  return shown.reverse().join('')
}

function maskedLine(content: string, next: string | undefined, mask: (value: string) => string): string | undefined {
  const found = line.exec(content)?.groups
  const { before = '', indent = '', name = '', sign = '', value = '' } = found ?? {}
  if (found !== undefined && !value.startsWith('{') && isSecretName(name, 'chosen')) {
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
  assignment.lastIndex = 0
  for (let found = assignment.exec(content); found !== null; found = assignment.exec(content)) {
    if (!isSecretName(found.groups?.['name'] ?? '', 'chosen')) continue
    assigned.lastIndex = assignment.lastIndex
    const [value = ''] = assigned.exec(content) ?? []
    if (isNone(value)) continue
    shown += content.slice(copied, assignment.lastIndex) + mask(value)
    copied = assignment.lastIndex + value.length
    assignment.lastIndex = copied
  }
  return shown + content.slice(copied)
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
