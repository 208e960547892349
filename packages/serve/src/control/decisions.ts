import type { Guard } from '@bothkeys/core'
import type { Answer } from './answer.js'
import { json } from './answer.js'
import { wrong } from './request.js'

/** What people decide by what they sign. */
export type DecisionPorts = Pick<Guard, 'approvals' | 'policyChange' | 'reviews' | 'revocations'>

/** The collections whose entries people decide. */
export const decidedCollections = ['approvals', 'policy-changes', 'reviews', 'revocations'] as const

/**
 * Hands in what somebody signed about an entry of a collection. Answers its receipt: who decides, and whether that counts, is
 * for the guard to say. Throws ERR_CONFIG_INVALID for a body that holds anything else, and what the guard throws.
 */
export async function decide(
  collection: (typeof decidedCollections)[number],
  id: string,
  body: ReadonlyMap<string, unknown>,
  guard: DecisionPorts,
): Promise<Answer> {
  const evidence = body.get('evidence')
  if (body.size !== 1 || typeof evidence !== 'string') throw wrong('the body must hold evidence, and nothing else')
  switch (collection) {
    case 'approvals':
      return json(200, await guard.approvals.submit(id, evidence))
    case 'policy-changes':
      return json(200, await guard.policyChange.apply(id, { evidence }))
    case 'reviews':
      return json(200, await guard.reviews.review(id, { evidence }))
    case 'revocations':
      return json(200, await guard.revocations.lift(id, { evidence }))
  }
}

/** The policy that waits for people, if one does. */
export function policyChanges({ policyChange }: DecisionPorts): Answer {
  const waiting = policyChange.waiting()
  return json(200, { policyChanges: waiting === undefined ? [] : [waiting] })
}

/** What was done and waits for its review. */
export async function pendingReviews({ reviews }: DecisionPorts): Promise<Answer> {
  return json(200, { reviews: await reviews.pending() })
}
