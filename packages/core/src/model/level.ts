import type { ApprovalLevel } from './decision.js'
import { approvalLevels } from './decision.js'

/** Whether what is proven at one level is enough where another is asked for. A level that nobody knows never is. */
export function isAtLeast(level: ApprovalLevel, minimum: ApprovalLevel): boolean {
  const needed = approvalLevels.indexOf(minimum)
  return needed >= 0 && approvalLevels.indexOf(level) >= needed
}

/** The weaker of two levels. */
export function lowerLevel(one: ApprovalLevel, other: ApprovalLevel): ApprovalLevel {
  return isAtLeast(one, other) ? other : one
}
