import { strictJsonObject } from '@bothkeys/core/relay'
import type { DeskAnswer } from '../desk.js'

/** An answer with what only the relay and the engine see of it. */
export interface KeptAnswer extends Omit<DeskAnswer, 'receipt'> {
  /** The signed approval. */
  readonly evidence: string
  /** What the directory called the person, so that nobody answers twice. */
  readonly person: string
}

/** An answer as text for the disk. */
export function answerText(answer: KeptAnswer): string {
  const { atMs, by, decision, evidence, level, n, person, reason, via } = answer
  return JSON.stringify({ v: 1, n, decision, by, level, via, atMs, reason, evidence, person })
}

/** Reads what `answerText` wrote. Throws for anything else. */
export function readAnswer(bytes: Uint8Array, n: number): KeptAnswer {
  const value = strictJsonObject(bytes, 'a kept answer')
  const { atMs, by, decision, evidence, level, person, reason, via } = value
  const isRight =
    value['v'] === 1 &&
    value['n'] === n &&
    typeof atMs === 'number' &&
    isAccount(by) &&
    (decision === 'allow' || decision === 'deny') &&
    typeof evidence === 'string' &&
    /^[\w-]+\.[\w-]+\.[\w-]{86}$/.test(evidence) &&
    (level === 'channel' || level === 'signed' || level === 'phishing-resistant') &&
    typeof person === 'string' &&
    (reason === undefined || typeof reason === 'string') &&
    isWay(via)
  if (!isRight) throw new Error('it is no answer that the relay wrote')
  return { n, decision, by, level, via, atMs, reason, evidence, person }
}

function isAccount(value: unknown): value is DeskAnswer['by'] {
  if (typeof value !== 'object' || value === null || !('subject' in value)) return false
  const { subject } = value
  return typeof subject === 'object' && subject !== null && textIn(subject, 'issuer') && textIn(subject, 'id')
}

function isWay(value: unknown): value is DeskAnswer['via'] {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false
  return (value.kind === 'page' || value.kind === 'channel') && textIn(value, 'name')
}

function textIn(value: object, name: string): boolean {
  return Object.hasOwn(value, name) && typeof (value as Record<string, unknown>)[name] === 'string'
}
