import type { ServerResponse } from 'node:http'
import type { Json } from './workspace.js'

/** The arguments of a call: in a form, members that are no text are JSON. */
export function readContent(type: string, body: string): Json | undefined {
  try {
    if (type.startsWith('application/json')) return JSON.parse(body) as Json
    if (!type.startsWith('application/x-www-form-urlencoded')) return undefined
    const entries = [...new URLSearchParams(body)].map(([name, value]) => [name, valueOf(value)])
    return Object.fromEntries(entries) as Json
  } catch {
    return undefined
  }
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^[[{]/.test(text) ? JSON.parse(text) : text
}

export function answer(response: ServerResponse, content: Json): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(content))
}
