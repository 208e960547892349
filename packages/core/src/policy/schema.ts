import * as z from 'zod'
import { approvalLevels, maxSeats } from '../model/decision.js'
import { dutiesBeyondWildcard } from '../model/effect.js'
import { mostGrantUses } from '../model/grant-caps.js'
import { parseTtl } from './duration.js'
import { parseGlassTime } from './glass-rules.js'
import { parseGrantTime } from './grant-caps.js'
import type {
  AllowRuleInput,
  DenyRuleInput,
  GlassRuleInput,
  HoldRuleInput,
  LimitInput,
  MaskRuleInput,
  PolicyInput,
  RecordRuleInput,
} from './policy-input.js'
import type {
  DynamicSeparationInput,
  HistoryInput,
  MitigationInput,
  StaticSeparationInput,
  WallInput,
} from './separation-input.js'
import { lookup, mask } from './schema-masks.js'
import {
  roleSeparation,
  dataset,
  wall,
  limit,
  dynamic,
  chainReview,
  history,
  separate,
  subject,
  mitigation,
} from './schema-separations.js'
import {
  plainName,
  oneLine,
  freeName,
  oneOrMany,
  checked,
  wrong,
  resource,
  textPattern,
  labels,
  selector,
  when,
  dutyChoice,
  dimension,
} from './schema-words.js'
import type { PolicyObject } from './unsupported-keys.js'

const maxAffected = z.int().min(1).describe('The most rows that an action may change; one that changes more is undone.')

const target = z.strictObject({
  kind: z.string().regex(/^[a-z][a-z0-9-]*$/, 'a kind is a lower case word, like postgres'),
  labels: labels.exactOptional(),
  backstops: z.array(plainName).exactOptional(),
})

const allow = z.strictObject({
  target: selector,
  duty: z.union([z.literal('*'), dutyChoice]).describe(`* is every duty but ${[...dutiesBeyondWildcard].join(', ')}.`),
  resource: resource.exactOptional(),
  when: when.exactOptional(),
  operation: oneOrMany(plainName).exactOptional(),
  maxAffected: maxAffected.exactOptional(),
  level: z.enum(approvalLevels).describe('How the identity must be proven, at least. Default: any.').exactOptional(),
})

const restriction = {
  id: plainName,
  target: selector.exactOptional(),
  duty: dutyChoice.exactOptional(),
  resource: resource.exactOptional(),
  when: when.exactOptional(),
  roles: z.array(freeName).min(1).exactOptional(),
  text: textPattern.exactOptional(),
  argv: textPattern.exactOptional(),
}

const deny = z.strictObject({
  ...restriction,
  reason: oneLine.max(500).exactOptional(),
})

const stage = z.strictObject({
  stage: plainName,
  count: z.int().min(1).max(maxSeats).describe('How many people, each independent of every other.'),
  role: freeName,
  independent: z.array(dimension).min(1).exactOptional(),
})

const span = checked((text) => wrong(parseTtl(text)))

const requester = z
  .strictObject({ ownerMayApprove: z.boolean() })
  .describe('What the requester, and whoever is responsible for it, may do. An agent never approves for itself.')

const grant = z
  .strictObject({
    uses: z.int().min(1).max(mostGrantUses).describe('How often at most, up to 1000.'),
    ttl: checked((text) => wrong(parseGrantTime(text))).describe('For how long at most, up to 24h.'),
  })
  .describe('The most that people may grant under the rule. Default: nothing.')

const hold = z.strictObject({
  ...restriction,
  require: z.array(stage).min(1),
  ttl: span.describe('How long a request waits: 30s, 15m, 24h, 7d.'),
  level: z.enum(approvalLevels).describe('How the answer must be proven.').exactOptional(),
  voteMaxAge: span.describe('How old a yes may be when the action runs. Default: 10m.').exactOptional(),
  approverMustHold: z
    .boolean()
    .describe('Whoever approves must be allowed to do what they approve. Default: false.')
    .exactOptional(),
  requester: requester.exactOptional(),
  from: z.enum(['humans', 'anyone']).exactOptional(),
  holdInTransaction: z.enum(['deny', 'allow']).exactOptional(),
  maxAffected: maxAffected.exactOptional(),
  grant: grant.exactOptional(),
})

const record = z.strictObject({
  id: plainName,
  target: selector.exactOptional(),
  duty: dutyChoice.exactOptional(),
  durability: z.enum(['written', 'synced']),
})

const review = z
  .strictObject({
    role: freeName,
    within: span.describe('How long after the end: 24h, up to 7d. Later, nobody breaks glass by the rule.'),
    level: z.enum(approvalLevels).describe('How the review must be proven.').exactOptional(),
    independent: z.array(dimension).min(1).exactOptional(),
  })
  .describe('Who has to look at what was done.')

const breakGlass = z.strictObject({
  id: plainName,
  role: freeName,
  target: selector,
  duty: dutyChoice.describe('The duties whose holds are lifted.'),
  for: checked((text) => wrong(parseGlassTime(text))).describe('How long at most: 15m, up to 1h.'),
  from: z.enum(['humans', 'anyone']).exactOptional(),
  review,
})

const policy = z
  .strictObject({
    version: z.literal(1),
    targets: z.record(plainName, target),
    roles: z.record(freeName, z.array(allow)),
    deny: z.array(deny).exactOptional(),
    hold: z.array(hold).exactOptional(),
    record: z.array(record).exactOptional(),
    separate: separate.exactOptional(),
    limits: z.array(limit).exactOptional(),
    breakGlass: z.array(breakGlass).exactOptional(),
    mask: z.array(mask).exactOptional(),
    mitigations: z.array(mitigation).exactOptional(),
  })
  .describe('What agents may do, what nobody may do, and what needs another person.')

/** The whole file. */
export const policySchema: z.ZodType<PolicyInput> = policy

/** The rules on their own, for reporting on the sound ones beside a broken one. */
export const ruleSchemas: {
  readonly allow: z.ZodType<AllowRuleInput>
  readonly deny: z.ZodType<DenyRuleInput>
  readonly hold: z.ZodType<HoldRuleInput>
  readonly record: z.ZodType<RecordRuleInput>
  readonly dynamic: z.ZodType<DynamicSeparationInput>
  readonly history: z.ZodType<HistoryInput>
  readonly static: z.ZodType<StaticSeparationInput>
  readonly wall: z.ZodType<WallInput>
  readonly limit: z.ZodType<LimitInput>
  readonly breakGlass: z.ZodType<GlassRuleInput>
  readonly mask: z.ZodType<MaskRuleInput>
  readonly mitigation: z.ZodType<MitigationInput>
} = { allow, deny, hold, record, dynamic, history, static: roleSeparation, wall, limit, breakGlass, mask, mitigation }

/** The keys of every object of the file. */
export const knownKeys: Readonly<Record<PolicyObject, readonly string[]>> = Object.freeze({
  policy: Object.keys(policy.shape),
  target: Object.keys(target.shape),
  allow: Object.keys(allow.shape),
  deny: Object.keys(deny.shape),
  hold: Object.keys(hold.shape),
  requester: Object.keys(requester.shape),
  grant: Object.keys(grant.shape),
  stage: Object.keys(stage.shape),
  record: Object.keys(record.shape),
  separate: Object.keys(separate.shape),
  dynamic: Object.keys(dynamic.shape),
  history: Object.keys(history.shape),
  static: Object.keys(roleSeparation.shape),
  wall: Object.keys(wall.shape),
  dataset: Object.keys(dataset.shape),
  limit: Object.keys(limit.shape),
  breakGlass: Object.keys(breakGlass.shape),
  chainReview: Object.keys(chainReview.shape),
  review: Object.keys(review.shape),
  mitigation: Object.keys(mitigation.shape),
  subject: Object.keys(subject.shape),
  mask: Object.keys(mask.shape),
  lookup: Object.keys(lookup.shape),
})
