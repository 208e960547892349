import { approvalLevels } from '../model/decision.js'
import type { ApprovalRequirement, ApprovalStage } from '../model/decision.js'
import type { HoldRule } from './rules.js'

/**
 * What all matching holds ask for together (RULES 8): every stage, the highest level, the shortest times, people when any
 * rule says people, approvers that hold the duties when any rule says so, owners only when all say so. The same stage asked for by two rules is one stage.
 */
export function requirementOf(holds: readonly HoldRule[]): ApprovalRequirement | undefined {
  const [first, ...others] = holds.map((rule) => rule.requirement)
  if (first === undefined || others.length === 0) return first
  return Object.freeze(others.reduce(both, first))
}

function both(one: ApprovalRequirement, other: ApprovalRequirement): ApprovalRequirement {
  return {
    rules: Object.freeze([...one.rules, ...other.rules]),
    stages: Object.freeze([
      ...one.stages,
      ...other.stages.filter((stage) => !one.stages.some((known) => sameStage(known, stage))),
    ]),
    from: one.from === 'humans' || other.from === 'humans' ? 'humans' : 'anyone',
    level: approvalLevels.indexOf(one.level) >= approvalLevels.indexOf(other.level) ? one.level : other.level,
    ttlMs: Math.min(one.ttlMs, other.ttlMs),
    voteMaxAgeMs: Math.min(one.voteMaxAgeMs, other.voteMaxAgeMs),
    approverMustHold: one.approverMustHold || other.approverMustHold,
    ownerMayApprove: one.ownerMayApprove && other.ownerMayApprove,
  }
}

function sameStage(one: ApprovalStage, other: ApprovalStage): boolean {
  return (
    one.stage === other.stage &&
    one.count === other.count &&
    one.role === other.role &&
    one.independent.join() === other.independent.join()
  )
}
