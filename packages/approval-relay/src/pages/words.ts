import { escapeHidden, visible } from '@bothkeys/core/relay'
import type { DeskAnswer, DeskPerson } from '../desk.js'
import { stands } from '../standing-answer.js'

const longestName = 80

/** What somebody is called, and by their id where nothing else is known. Proves nothing. */
export function personInWords({ name, subject }: DeskPerson): string {
  const text = escapeHidden(name ?? subject.id).trim()
  const shown = text === '' ? subject.id : text
  return shown.length > longestName ? `${shown.slice(0, longestName)}…` : shown
}

/** Whose a decision is. The account comes first and is what counts: whoever has it may choose the name. */
function accountInWords({ name, subject }: DeskPerson): string {
  const account = personInWords({ subject })
  const called = personInWords({ name, subject })
  return called === account ? account : `${account} (${called})`
}

/** A time as everybody reads it the same. */
export function timeInWords(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** How long it is until then: `14 min`. */
export function spanInWords(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return `${String(s)} s`
  if (s < 3600) return `${String(Math.floor(s / 60))} min ${String(s % 60)} s`
  return `${String(Math.floor(s / 3600))} h ${String(Math.floor((s % 3600) / 60))} min`
}

const receipts: Readonly<Record<string, string>> = {
  'already-used': 'this answer was used before',
  'already-voted': 'they had answered before',
  'does-not-hold': 'they may not do it themselves',
  'duty-conflict': 'the policy keeps it apart from what they did before',
  'level-too-low': 'the policy asks for a stronger login',
  'no-approve-duty': 'their roles may not approve on this target',
  'no-role': 'they do not hold the role that is asked for',
  'not-human': 'only people count',
  'not-independent': 'they are not independent of who asked or of who answered before',
  'refused-by-directory': 'the directory refuses them',
  late: 'it came too late',
  revoked: 'they were revoked',
}

/** What the engine made of an answer. */
export function receiptInWords(receipt: DeskAnswer['receipt']): string {
  if (receipt === undefined) return 'waiting for the engine'
  if (receipt.counted) return 'counted'
  const code = receipt.reason.split(':')[0] ?? ''
  const words = Object.hasOwn(receipts, code) ? receipts[code] : undefined
  return `not counted: ${words ?? visible(receipt.reason.slice(0, 100))}`
}

/** One answer as one line, of a request that waits as it is at a time. */
export function answerInWords(answer: DeskAnswer, nowMs?: number): string {
  const { by, decision, level, receipt, via } = answer
  const did = decision === 'allow' ? 'approved' : 'denied'
  const isLate = nowMs !== undefined && receipt?.counted !== false && !stands(answer, nowMs)
  const made = isLate ? 'ran out after ten minutes' : receiptInWords(receipt)
  return `${accountInWords(by)} ${did} (${level}, by ${visible(via.name)}): ${made}`
}
