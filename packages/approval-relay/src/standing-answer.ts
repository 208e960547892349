import { approvalLifetimeS } from '@bothkeys/core/relay'
import type { DeskAnswer } from './desk.js'

/**
 * Whether an answer is still of use to its engine. A yes runs out with its approval, and what the engine did not count is of none:
 * then the same person may look again and answer again. A no stands until the request ends.
 */
export function stands(
  { atMs, decision, receipt }: Pick<DeskAnswer, 'atMs' | 'decision' | 'receipt'>,
  nowMs: number,
): boolean {
  if (receipt?.counted === false) return false
  return decision === 'deny' || nowMs < atMs + approvalLifetimeS * 1000
}
