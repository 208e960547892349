import { canonicalJson } from '../model/canonical-json.js'
import type { CanonicalInput } from '../model/canonical-json.js'
import { readJsonText } from './json-text.js'
import { readPlainObject } from './plain-object.js'
import type { PolicyInput } from './policy-input.js'
import type { Locate, Problem } from './problem.js'
import { invalid, policyError } from './problem.js'
import { referenceProblems } from './references.js'
import { policySchema } from './schema.js'
import { schemaProblems } from './schema-problems.js'
import { partsOf, soundPartsOf } from './sound-parts.js'
import type { PolicyDocument } from './source.js'
import type { ReadText } from './yaml-text.js'
import { readYamlText } from './yaml-text.js'

/** The largest policy text, in UTF-8 bytes. */
export const largestPolicyBytes: number = 1024 * 1024

/** A policy that is well formed and refers to nothing that it does not declare. */
export interface PolicyFile {
  /** The file's name, for errors. */
  readonly name: string
  /** What was loaded: the text, or the canonical JSON of an object. */
  readonly source: string
  readonly policy: PolicyInput
  readonly locate: Locate
}

/**
 * Reads a policy from YAML, JSON or a plain object. Strict: what it does not know is an error.
 * Throws ERR_POLICY_INVALID with every problem, each with file, line and key, and ERR_POLICY_UNSUPPORTED when the only
 * problems are keys whose enforcement has not landed.
 */
export function parsePolicy(document: PolicyDocument): PolicyFile {
  const { value, problems, locate, source } = read(document)
  if (problems.length > 0) throw policyError(document.name, problems, locate)
  // A policy is parsed once, so that code generated for it would cost more than it saves; and hosts may forbid it.
  const parsed = policySchema.safeParse(value, { jitless: true })
  const found = parsed.success
    ? referenceProblems(partsOf(parsed.data))
    : [...schemaProblems(parsed.error.issues, value), ...referenceProblems(soundPartsOf(value))]
  if (!parsed.success || found.length > 0) throw policyError(document.name, found, locate)
  return { name: document.name, source, policy: parsed.data, locate }
}

interface ReadDocument {
  readonly value: unknown
  readonly problems: readonly Problem[]
  readonly locate: Locate
  readonly source: string
}

function read({ content }: PolicyDocument): ReadDocument {
  const nowhere: Locate = () => undefined
  if (typeof content === 'string') {
    if (sizeOf(content) > largestPolicyBytes)
      return { value: undefined, problems: [tooLarge], locate: nowhere, source: '' }
    return { ...readText(content), source: content }
  }
  const { value, problems } = readPlainObject(content)
  if (problems.length > 0) return { value, problems, locate: nowhere, source: '' }
  // The reader leaves nothing but JSON values.
  const source = canonicalJson(value as CanonicalInput)
  return { value, problems: sizeOf(source) > largestPolicyBytes ? [tooLarge] : [], locate: nowhere, source }
}

function readText(text: string): ReadText {
  const value = readJsonText(text)
  if (value === undefined) return readYamlText(text)
  let read: ReadText | undefined
  // Only an error asks for places.
  return { value, problems: [], locate: (path) => (read ??= readYamlText(text)).locate(path) }
}

const tooLarge = invalid([], 'a policy may have at most 1 MiB')

function sizeOf(text: string): number {
  return text.length > largestPolicyBytes ? text.length : new TextEncoder().encode(text).length
}
