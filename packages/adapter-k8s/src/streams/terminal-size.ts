import { parseJsonStrict } from '../request/json-strict.js'
import { isRefused } from '../request/refused.js'

/** The size of a terminal, in characters. */
export interface TerminalSize {
  readonly width: number
  readonly height: number
}

/** Reads the message that says it. Undefined: it is none. */
export function terminalSize(data: Uint8Array): TerminalSize | undefined {
  if (data.length > 256) return undefined
  const parsed = parseJsonStrict(data)
  if (isRefused(parsed) || typeof parsed.value !== 'object' || parsed.value === null) return undefined
  const members = new Map(Object.entries(parsed.value))
  const [width, height] = [members.get('Width'), members.get('Height')]
  const isWhole = members.size === 2 && isLength(width) && isLength(height)
  return isWhole ? { width, height } : undefined
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) < 65_536
}

/** The message as the API server reads it. */
export function sizeMessage({ height, width }: TerminalSize): Buffer {
  return Buffer.from(JSON.stringify({ Width: width, Height: height }))
}
