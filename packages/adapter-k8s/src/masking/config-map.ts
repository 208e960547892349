import { isUtf8 } from 'node:buffer'
import type { JsonValue } from '../json.js'
import { isObject, withMembers } from './members.js'
import type { Walk } from './walk.js'

/** The members of a ConfigMap that hold its values. Undefined: it is another member. */
export function maskConfig(key: string, value: JsonValue, walk: Walk, depth: number): JsonValue | undefined {
  if (!isObject(value)) return undefined
  if (key === 'data') return withMembers(value, (name, each) => walk.value(each, name, depth + 1, 'chosen'))
  if (key === 'binaryData') return withMembers(value, (name, each) => maskBinary(each, name, walk, depth + 1))
  return undefined
}

/** Bytes that are text are masked as text. In others nothing can be found, so all of them are. */
function maskBinary(value: JsonValue, name: string, walk: Walk, depth: number): JsonValue {
  if (typeof value !== 'string') return walk.hidden(value, depth)
  const bytes = Buffer.from(value, 'base64')
  if (!isUtf8(bytes)) return walk.counted(inBase64(walk.marked(value)))
  const text = bytes.toString('utf8')
  const masked = walk.value(text, name, depth, 'chosen')
  if (masked === text && bytes.toString('base64') === value) return value
  return inBase64(typeof masked === 'string' ? masked : '')
}

function inBase64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
