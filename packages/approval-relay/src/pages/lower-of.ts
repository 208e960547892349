import type { DeskLevel } from '../desk.js'

const ranks: readonly DeskLevel[] = ['channel', 'signed', 'phishing-resistant']

/** The lower of two levels. */
export function lowerOf(a: DeskLevel, b: DeskLevel): DeskLevel {
  return ranks.indexOf(a) < ranks.indexOf(b) ? a : b
}
