import { conflicts, requiredDimensions } from '../duties/independence.js'
import type { ApprovalStage } from '../model/decision.js'
import type { Candidate } from './eligibility.js'
import { mayFill } from './eligibility.js'
import type { HoldRequest } from './request.js'

/** A yes and the stage that it fills. */
export interface Assignment<Vote extends Candidate> {
  readonly stage: ApprovalStage
  readonly vote: Vote
}

/** The most votes that a request may need: beyond it, finding who fills what takes too long. */
export const maxSeats = 8

/** Every seat that has to be filled: each stage as often as it counts. */
export function seatsOf(stages: readonly ApprovalStage[]): readonly ApprovalStage[] {
  return stages.flatMap((stage) => Array.from({ length: stage.count }, () => stage))
}

/**
 * Fills every stage with a vote of its own, by people who are pairwise independent; undefined when that cannot be done.
 * It is not a count: one person with two roles fills one stage, and two accounts of one owner are one person.
 */
export function assignStages<Vote extends Candidate>(
  hold: HoldRequest,
  votes: readonly Vote[],
): readonly Assignment<Vote>[] | undefined {
  const seats = seatsOf(hold.requirement.stages)
  if (seats.length === 0 || seats.length > maxSeats) return undefined
  return fill(seats, [])

  function fill(
    open: readonly ApprovalStage[],
    filled: readonly Assignment<Vote>[],
  ): readonly Assignment<Vote>[] | undefined {
    const [stage, ...rest] = open
    if (stage === undefined) return filled
    for (const vote of votes) {
      if (!mayFill(hold, vote, stage)) continue
      if (!filled.every((other) => independentVotes(other, { stage, vote }))) continue
      const done = fill(rest, [...filled, { stage, vote }])
      if (done !== undefined) return done
    }
    return undefined
  }
}

function independentVotes(first: Assignment<Candidate>, second: Assignment<Candidate>): boolean {
  const dimensions = requiredDimensions([...first.stage.independent, ...second.stage.independent])
  return conflicts(first.vote.approver, second.vote.approver, dimensions).length === 0
}
