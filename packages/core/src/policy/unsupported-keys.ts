/** The objects of the policy file, by the place they stand in. */
export type PolicyObject =
  | 'policy'
  | 'target'
  | 'allow'
  | 'deny'
  | 'hold'
  | 'requester'
  | 'grant'
  | 'stage'
  | 'record'
  | 'separate'
  | 'dynamic'
  | 'history'
  | 'chainReview'
  | 'static'
  | 'wall'
  | 'dataset'
  | 'limit'
  | 'breakGlass'
  | 'review'
  | 'mitigation'
  | 'subject'
  | 'mask'
  | 'lookup'

/**
 * Keys that the design has and the code does not enforce yet, by the object they belong to (RULES 12).
 * A key leaves this table in the change that enforces it.
 */
const notLanded: Readonly<Record<PolicyObject, readonly string[]>> = Object.freeze({
  policy: ['grants', 'agentClasses'],
  target: [],
  allow: ['limits', 'rows', 'statements', 'ttl', 'uses'],
  deny: [],
  hold: ['confirm', 'uses', 'recheck'],
  requester: [],
  grant: [],
  stage: ['if', 'voteMaxAge', 'level'],
  record: ['content', 'bytes'],
  separate: [],
  dynamic: [],
  history: [],
  chainReview: [],
  static: [],
  wall: [],
  dataset: [],
  limit: [],
  breakGlass: [],
  review: [],
  mitigation: [],
  subject: [],
  mask: [],
  lookup: [],
})

/** Whether the design has the key for this object although nothing enforces it yet. */
export function isNotLanded(object: PolicyObject, key: string): boolean {
  return notLanded[object].includes(key)
}
