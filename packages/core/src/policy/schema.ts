import * as z from 'zod'
import type { Duty } from '../model/effect.js'
import { approvalLevels, maxSeats } from '../model/decision.js'
import { historySteps } from '../model/duty-rules.js'
import { duties, dutiesBeyondWildcard } from '../model/effect.js'
import { parseBytes, parseRate, parseTtl, parseWindow } from './duration.js'
import { parseGlassTime } from './glass-rules.js'
import { parseUntil } from './mitigations.js'
import type {
  AllowRuleInput,
  DenyRuleInput,
  DynamicSeparationInput,
  GlassRuleInput,
  HistoryInput,
  HoldRuleInput,
  LimitInput,
  MitigationInput,
  OneOrMany,
  PolicyInput,
  RecordRuleInput,
  StaticSeparationInput,
  WallInput,
} from './policy-input.js'
import { parseResourcePattern } from './resource-pattern.js'
import { compileTextPattern, longestPattern } from './text-pattern.js'
import type { PolicyObject } from './unsupported-keys.js'

/** Names that end up in messages, records and file names: no spaces, nothing that has to be escaped. */
const plainName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'only letters, digits, "_", "-" and "." can be part of this name')
  .max(100)

/** Text that stays on one line. */
const oneLine = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'control characters and line ends cannot be part of it')

/** Names that an identity provider or an adapter chose. */
const freeName = oneLine.max(200)

const duty = z.enum(duties).describe('What an effect does to a resource.')

function oneOrMany<Item extends z.ZodType>(item: Item): z.ZodUnion<[Item, z.ZodArray<Item>]> {
  return z.union([item, z.array(item).min(1)])
}

const checked = (problemOf: (text: string) => string | undefined): z.ZodString =>
  z.string().superRefine((text, context) => {
    const problem = problemOf(text)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })

const wrong = (result: unknown): string | undefined => (typeof result === 'string' ? result : undefined)

const resource = oneOrMany(
  checked((text) => wrong(parseResourcePattern(text))).describe(
    'kind:segment.segment; * is one segment, ** at the end is the rest.',
  ),
)

const textPattern = oneOrMany(
  checked((text) => wrong(compileTextPattern(text)))
    .max(longestPattern)
    .describe('A pattern in RE2 syntax, searched anywhere in the text.'),
)

const labels = z.record(plainName, freeName)

const selector = z
  .union([plainName, z.array(plainName).min(1), labels])
  .describe('A target name, a list of names, or labels that a target must all have; the key `kind` is its kind.')

const when = z
  .record(freeName, oneOrMany(z.union([z.string(), z.number(), z.boolean()])))
  .refine((conditions) => Object.keys(conditions).length > 0, 'it names no attribute; leave it out')
  .describe('Attributes that an effect must have, each equal to one of the values.')

const dutyChoice: z.ZodType<OneOrMany<Duty>> = oneOrMany(duty)

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

const dimension = z.enum(['subject', 'person', 'run', 'key', 'agentClass'])

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
})

const record = z.strictObject({
  id: plainName,
  target: selector.exactOptional(),
  duty: dutyChoice.exactOptional(),
  durability: z.enum(['written', 'synced']),
})

const separated = {
  id: plainName,
  max: z.int().min(1).describe('How many of them one closure may have.'),
  over: z
    .array(dimension)
    .min(1)
    .describe('What ties principals together, besides the subject. Default: person, run, key.')
    .exactOptional(),
}

const windowText = checked((text) => wrong(parseWindow(text))).describe(
  'How long it counts: 30s, 15m, 24h, up to 366d.',
)

const roleSeparation = z.strictObject({
  ...separated,
  roles: z.array(freeName).min(2),
  window: windowText.exactOptional(),
})

const dataset = z
  .strictObject({ target: selector.exactOptional(), resource: resource.exactOptional() })
  .refine((side) => Object.keys(side).length > 0, 'it names neither target nor resource')

const wall = z.strictObject({
  id: plainName,
  datasets: z
    .record(plainName, dataset)
    .refine((sides) => Object.keys(sides).length > 1, 'a wall stands between two datasets at least'),
  over: separated.over,
  window: windowText.exactOptional(),
})

const limit = z
  .strictObject({
    id: plainName.exactOptional(),
    role: freeName,
    target: selector.exactOptional(),
    duty: dutyChoice.exactOptional(),
    statements: checked((text) => wrong(parseRate(text)))
      .describe('How many actions: 60/min, 1000/h, 10/15m.')
      .exactOptional(),
    rows: z
      .union([z.int().min(1).max(999_999_999), checked((text) => wrong(parseRate(text)))])
      .describe('How many rows are handed out: 1000 in one action, 10000/h.')
      .exactOptional(),
    bytes: checked((text) => wrong(parseBytes(text)))
      .describe('How many bytes of rows are handed out: 10MB in one action, 100MB/h. Units: B, kB, MB, GB.')
      .exactOptional(),
    over: separated.over,
  })
  .refine(
    ({ bytes, rows, statements }) => (bytes ?? rows ?? statements) !== undefined,
    'a limit needs statements, rows or bytes',
  )

const dynamic = z.strictObject({
  ...separated,
  duties: z.array(duty).min(2),
  per: z.enum(['target', 'object', 'run']).describe('What is counted on.'),
  window: windowText,
  target: selector.exactOptional(),
})

const history = z.strictObject({
  id: plainName,
  steps: z.array(z.enum(historySteps)).min(2).describe('The steps that different people have to take.'),
  duty: dutyChoice.exactOptional(),
  over: separated.over,
  per: dynamic.shape.per,
  window: windowText,
  target: selector.exactOptional(),
})

const separate = z
  .strictObject({
    static: z.array(roleSeparation).exactOptional(),
    dynamic: z.array(dynamic).exactOptional(),
    history: z.array(history).exactOptional(),
    wall: z.array(wall).exactOptional(),
  })
  .describe('Duties that have to stay with different people.')

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

const subject = z.strictObject({ issuer: freeName, id: freeName })

const mitigation = z
  .strictObject({
    id: plainName,
    rule: plainName,
    subject: subject.describe('The account that is excused.'),
    control: oneLine.max(500).describe('What makes up for it.'),
    owner: freeName.describe('Who answers for it.'),
    until: checked((text) => wrong(parseUntil(text))).describe('The last day, 2027-03-31 in UTC, or a moment with Z.'),
  })
  .describe('An exception from a rule of separate, which ends by itself.')

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
  readonly mitigation: z.ZodType<MitigationInput>
} = { allow, deny, hold, record, dynamic, history, static: roleSeparation, wall, limit, breakGlass, mitigation }

/** The keys of every object of the file. */
export const knownKeys: Readonly<Record<PolicyObject, readonly string[]>> = Object.freeze({
  policy: Object.keys(policy.shape),
  target: Object.keys(target.shape),
  allow: Object.keys(allow.shape),
  deny: Object.keys(deny.shape),
  hold: Object.keys(hold.shape),
  requester: Object.keys(requester.shape),
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
  review: Object.keys(review.shape),
  mitigation: Object.keys(mitigation.shape),
  subject: Object.keys(subject.shape),
})
