import * as z from 'zod'
import { historySteps } from '../model/duty-rules.js'
import { approvalLevels } from '../model/decision.js'
import { parseBytes, parseRate, parseTtl, parseWindow } from './duration.js'
import { parseUntil } from './mitigations.js'
import {
  plainName,
  oneLine,
  freeName,
  duty,
  checked,
  wrong,
  resource,
  selector,
  dutyChoice,
  dimension,
} from './schema-words.js'

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

export const roleSeparation = z.strictObject({
  ...separated,
  roles: z.array(freeName).min(2),
  window: windowText.exactOptional(),
})

export const dataset = z
  .strictObject({ target: selector.exactOptional(), resource: resource.exactOptional() })
  .refine((side) => Object.keys(side).length > 0, 'it names neither target nor resource')

export const wall = z.strictObject({
  id: plainName,
  datasets: z
    .record(plainName, dataset)
    .refine((sides) => Object.keys(sides).length > 1, 'a wall stands between two datasets at least'),
  over: separated.over,
  window: windowText.exactOptional(),
})

export const limit = z
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

export const dynamic = z.strictObject({
  ...separated,
  duties: z.array(duty).min(2),
  per: z.enum(['target', 'object', 'run', 'change']).describe('What is counted on.'),
  window: windowText,
  target: selector.exactOptional(),
})

export const chainReview = z
  .strictObject({
    role: freeName,
    within: checked((text) => wrong(parseTtl(text))).describe(
      'How long after the first action: 24h, up to 7d. Later, whoever did it does no more of it.',
    ),
    level: z.enum(approvalLevels).describe('How the review must be proven.').exactOptional(),
  })
  .describe('Who has to look at what was done. Needed where review is a step.')

export const history = z.strictObject({
  id: plainName,
  steps: z.array(z.enum(historySteps)).min(2).describe('The steps that different people have to take.'),
  review: chainReview.exactOptional(),
  duty: dutyChoice.exactOptional(),
  over: separated.over,
  per: dynamic.shape.per,
  window: windowText,
  target: selector.exactOptional(),
})

export const separate = z
  .strictObject({
    static: z.array(roleSeparation).exactOptional(),
    dynamic: z.array(dynamic).exactOptional(),
    history: z.array(history).exactOptional(),
    wall: z.array(wall).exactOptional(),
  })
  .describe('Duties that have to stay with different people.')

export const subject = z.strictObject({ issuer: freeName, id: freeName })

export const mitigation = z
  .strictObject({
    id: plainName,
    rule: plainName,
    subject: subject.describe('The account that is excused.'),
    control: oneLine.max(500).describe('What makes up for it.'),
    owner: freeName.describe('Who answers for it.'),
    until: checked((text) => wrong(parseUntil(text))).describe('The last day, 2027-03-31 in UTC, or a moment with Z.'),
  })
  .describe('An exception from a rule of separate, which ends by itself.')
