import * as z from 'zod'
import type { Duty } from '../model/effect.js'
import { duties } from '../model/effect.js'
import type { OneOrMany } from './selector-input.js'
import { parseResourcePattern } from './resource-pattern.js'
import { compileTextPattern, longestPattern } from './text-pattern.js'

/** Names that end up in messages, records and file names: no spaces, nothing that has to be escaped. */
export const plainName = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'only letters, digits, "_", "-" and "." can be part of this name')
  .max(100)

/** Text that stays on one line. */
export const oneLine = z
  .string()
  .min(1)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'control characters and line ends cannot be part of it')

/** Names that an identity provider or an adapter chose. */
export const freeName = oneLine.max(200)

export const duty = z.enum(duties).describe('What an effect does to a resource.')

export function oneOrMany<Item extends z.ZodType>(item: Item): z.ZodUnion<[Item, z.ZodArray<Item>]> {
  return z.union([item, z.array(item).min(1)])
}

export const checked = (problemOf: (text: string) => string | undefined): z.ZodString =>
  z.string().superRefine((text, context) => {
    const problem = problemOf(text)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem })
  })

export const wrong = (result: unknown): string | undefined => (typeof result === 'string' ? result : undefined)

export const resource = oneOrMany(
  checked((text) => wrong(parseResourcePattern(text))).describe(
    'kind:segment.segment; * is one segment, ** at the end is the rest.',
  ),
)

export const textPattern = oneOrMany(
  checked((text) => wrong(compileTextPattern(text)))
    .max(longestPattern)
    .describe('A pattern in RE2 syntax, searched anywhere in the text.'),
)

export const labels = z.record(plainName, freeName)

export const selector = z
  .union([plainName, z.array(plainName).min(1), labels])
  .describe('A target name, a list of names, or labels that a target must all have; the key `kind` is its kind.')

export const when = z
  .record(freeName, oneOrMany(z.union([z.string(), z.number(), z.boolean()])))
  .refine((conditions) => Object.keys(conditions).length > 0, 'it names no attribute; leave it out')
  .describe('Attributes that an effect must have, each equal to one of the values.')

export const dutyChoice: z.ZodType<OneOrMany<Duty>> = oneOrMany(duty)

export const dimension = z.enum(['subject', 'person', 'run', 'key', 'agentClass'])
