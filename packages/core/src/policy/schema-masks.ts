import * as z from 'zod'
import { builtInDetectors } from '../masking/detectors/built-in-detectors.js'
import { operatorNames } from '../masking/operators/spec.js'
import { readOperatorSpec } from '../masking/operators/read-spec.js'
import { parseColumnPattern } from './column-pattern.js'
import { parseRate } from './duration.js'
import { suggestion } from './nearest.js'
import type { MaskOperatorInput } from './policy-input.js'
import { checked, freeName, plainName, selector, wrong } from './schema-words.js'

/** Masking reads its operators itself: the policy names them as `createMasker` does. */
const operator = z
  .unknown()
  .superRefine((value, context) => {
    const read = readOperatorSpec(value)
    if (!('problems' in read)) return
    for (const { message, path } of read.problems) context.addIssue({ code: 'custom', message, path: [...path] })
  })
  .meta({
    description: `What becomes of a value: one of ${operatorNames.join(', ')}, with its settings.`,
    // For editors: what loads is what masking reads.
    anyOf: [
      { enum: ['redact', 'null', 'hash', 'token', null] },
      {
        type: 'object',
        propertyNames: { enum: [...operatorNames] },
        minProperties: 1,
        maxProperties: 1,
      },
    ],
  }) as z.ZodType<MaskOperatorInput, MaskOperatorInput>

const detector = checked((name) => {
  if (builtInDetectors.has(name)) return undefined
  const known = [...builtInDetectors.keys()]
  return `there is no such detector${suggestion(name, known) || `; known: ${known.join(', ')}`}`
})

export const lookup = z
  .strictObject({
    distinct: checked((text) => wrong(parseRate(text))).describe('How many values: 20/h, 5/15m.'),
  })
  .describe('Values that a masked column may be compared with, by whether they are equal. Default: none.')

export const mask = z
  .strictObject({
    id: plainName,
    target: selector.exactOptional(),
    columns: z
      .array(checked((text) => wrong(parseColumnPattern(text))))
      .min(1)
      .describe('schema.table.column; * is one whole step.')
      .exactOptional(),
    detect: z.array(detector).min(1).describe('What is looked for in all other values.').exactOptional(),
    with: operator,
    lookup: lookup.exactOptional(),
    except: z.array(freeName).min(1).describe('The roles that see what is there.').exactOptional(),
  })
  .superRefine((rule, context) => {
    if ((rule.columns === undefined) === (rule.detect === undefined))
      context.addIssue({ code: 'custom', message: 'a mask has either columns or detect', path: [] })
    if (rule.lookup !== undefined && rule.columns === undefined)
      context.addIssue({ code: 'custom', message: 'only columns are looked up; leave it out', path: ['lookup'] })
  })
