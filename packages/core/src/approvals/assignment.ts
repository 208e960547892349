import { conflicts, requiredDimensions } from '../duties/independence.js'
import type { ApprovalStage } from '../model/decision.js'
import { maxSeats } from '../model/decision.js'
import type { Candidate } from './eligibility.js'
import { mayFill } from './eligibility.js'
import type { HoldFacts } from './request.js'

/** A yes and the stage that it fills. */
export interface Assignment<Vote extends Candidate> {
  readonly stage: ApprovalStage
  readonly vote: Vote
}

/** A place that has to be filled, with the votes that could fill it. */
interface Seat<Vote extends Candidate> {
  readonly stage: ApprovalStage
  readonly candidates: readonly Vote[]
}

/** Independence is not transitive, so the search can explode in contrived cases; then the answer is no. */
const maxSteps = 10_000

/** Every stage as often as it counts. */
function seatsOf(stages: readonly ApprovalStage[]): readonly ApprovalStage[] {
  return stages.flatMap((stage) => Array.from({ length: stage.count }, () => stage))
}

/**
 * Fills every stage with a vote of its own, by people who are pairwise independent; undefined when that cannot be done.
 * It is not a count: one person with two roles fills one stage, and two accounts of one owner are one person.
 */
export function assignStages<Vote extends Candidate>(
  hold: HoldFacts,
  votes: readonly Vote[],
): readonly Assignment<Vote>[] | undefined {
  const stages = seatsOf(hold.requirement.stages)
  if (stages.length === 0 || stages.length > maxSeats) return undefined
  const seats = stages
    .map((stage): Seat<Vote> => ({ stage, candidates: votes.filter((vote) => mayFill(hold, vote, stage)) }))
    .sort((first, second) => first.candidates.length - second.candidates.length)
  let steps = 0
  return fill(seats, [])

  function fill(open: readonly Seat<Vote>[], filled: readonly Assignment<Vote>[]): typeof filled | undefined {
    const [seat, ...rest] = open
    if (seat === undefined) return filled
    for (const vote of seat.candidates) {
      if (++steps > maxSteps) return undefined
      const assignment = { stage: seat.stage, vote }
      if (!filled.every((other) => independentVotes(other, assignment))) continue
      const done = fill(rest, [...filled, assignment])
      if (done !== undefined) return done
    }
    return undefined
  }
}

function independentVotes(first: Assignment<Candidate>, second: Assignment<Candidate>): boolean {
  const dimensions = requiredDimensions([...first.stage.independent, ...second.stage.independent])
  return conflicts(first.vote.approver, second.vote.approver, dimensions).length === 0
}
