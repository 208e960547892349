import { assertKnownOptions, wrongOption } from '../known-options.js'
import type { AsyncDetector, AsyncScanOptions } from './async-detector.js'
import { checkedLimits } from './async-detector.js'
import type { Detector } from './detector.js'
import { defaultThreshold } from './detector.js'
import { undecidedType, uncheckedType } from './finding.js'
import type { JsonLimits } from './json/masking.js'
import { defaultJsonLimits } from './json/masking.js'
import type { PathRule } from './json/path-rule.js'
import { parsePointer } from './json/path-rule.js'
import type { Operator } from './operator.js'
import type { OperatorParts } from './operators/parse-operator.js'
import { parseOperator } from './operators/parse-operator.js'
import { redact } from './operators/redact.js'
import type { UserDetectorOptions } from './user-detector.js'
import { compile, userDetector } from './user-detector.js'

/** A place in JSON and what becomes of it. */
export interface MaskedPath {
  /** A JSON Pointer in which a step `*` is any key or index. */
  readonly path: string
  /** An operator as a policy names it. */
  readonly with: unknown
  /** What stands there; the last step of the path that is no `*` unless given. */
  readonly type?: string
  /** Its domain: values of paths with the same type and domain can be joined. The path unless given. */
  readonly domain?: string
}

/** What a masker finds, and what becomes of it. Operators are as a policy names them, see `readOperatorSpec`. */
export interface MaskerOptions extends OperatorParts {
  /** What is found by itself. */
  readonly detect: readonly Detector[]
  /** More types to find, by patterns. */
  readonly patterns?: readonly UserDetectorOptions[]
  /** Also asked, by `texts` alone. */
  readonly ask?: readonly AsyncDetector[]
  /** What bounds asking: how long, how much at a time. */
  readonly asking?: Omit<AsyncScanOptions, 'signal' | 'threshold'>
  /** The operator for what is found. */
  readonly with: unknown
  /** Operators for types that get another one. */
  readonly byType?: Readonly<Record<string, unknown>>
  /** What is found and harmless all the same: exact values, and patterns that match all of a value. */
  readonly allow?: readonly (string | { readonly pattern: string })[]
  /** Findings below are left: 0.5 unless given. */
  readonly threshold?: number
  /** Places in JSON that are masked whatever stands there. */
  readonly paths?: readonly MaskedPath[]
  /** What a number in JSON becomes whose mask is no number: `string` unless given. */
  readonly numbers?: 'string' | 'null'
  /** What is masked whole in JSON for its size. */
  readonly limits?: Partial<JsonLimits>
}

const partNames = ['key', 'scope', 'vault', 'custom', 'clock'] as const
const findingNames = ['detect', 'patterns', 'ask', 'asking', 'allow', 'threshold'] as const
const maskingNames = ['with', 'byType', 'paths', 'numbers', 'limits'] as const
const optionNames: ReadonlySet<string> = new Set([...partNames, ...findingNames, ...maskingNames])
const pathNames: ReadonlySet<string> = new Set(['path', 'with', 'type', 'domain'])
const allowNames: ReadonlySet<string> = new Set(['pattern'])
const limitNames: ReadonlySet<string> = new Set(['deepest', 'longest', 'nested'])

const unknownTypes: ReadonlySet<string> = new Set([uncheckedType, undecidedType])

/** The options of a masker, checked and made. */
export interface MaskerParts {
  readonly detectors: readonly Detector[]
  readonly ask: readonly AsyncDetector[]
  readonly asking: Omit<AsyncScanOptions, 'signal'>
  readonly operatorOf: (this: void, type: string) => Operator
  readonly threshold: number
  readonly allowed: ReadonlySet<string>
  /** Whether a pattern matches all of a value. Nothing does that is of no known type. */
  isAllowed(value: string, type: string): boolean
  readonly paths: readonly PathRule[]
  readonly numbers: 'string' | 'null'
  readonly limits: JsonLimits
}

/** Checks options and makes what they name. Throws ERR_CONFIG_INVALID. */
export function maskerParts(options: MaskerOptions): MaskerParts {
  const { asking = {}, detect, limits = {}, numbers = 'string', threshold = defaultThreshold } = options
  assertKnownOptions('createMasker', options, optionNames)
  assertKnownOptions('createMasker.limits', limits, limitNames)
  if (typeof options.key !== 'object' || typeof options.key.mac !== 'function') throw wrong('key is a MaskKey')
  if (typeof options.scope !== 'string' || options.scope === '') throw wrong('scope is the root run')
  if (!(threshold >= 0 && threshold <= 1)) throw wrong('threshold is from 0 to 1')
  if (!['string', 'null'].includes(numbers)) throw wrong('numbers is string or null')
  for (const [name, value] of Object.entries(limits)) {
    if (!(Number.isInteger(value) && value >= 0)) throw wrong(`limits.${name} is a whole number`)
  }
  checkedLimits({ ...asking, threshold })
  if (!Array.isArray(detect)) throw wrong('detect is a list of detectors')
  const detectors = [...(detect as readonly Detector[]), ...(options.patterns ?? []).map(userDetector)]
  const ask = options.ask ?? []
  const types = new Set([...detectors.map(({ type }) => type), ...ask.flatMap((each) => each.types)])
  const allow = options.allow ?? []
  const allowPatterns = allow.filter((each) => typeof each !== 'string').map(allowedPattern)
  return {
    detectors,
    ask,
    asking: { ...asking, threshold },
    operatorOf: operatorsOf(options, types),
    threshold,
    allowed: new Set(allow.filter((each) => typeof each === 'string')),
    isAllowed: (value, type) => !unknownTypes.has(type) && allowPatterns.some((pattern) => pattern.matches(value)),
    paths: (options.paths ?? []).map((path, index) => pathRule(path, index, options)),
    numbers,
    limits: { ...defaultJsonLimits, ...limits },
  }
}

function operatorsOf(options: MaskerOptions, types: ReadonlySet<string>): (type: string) => Operator {
  const byType = options.byType ?? {}
  for (const type of Object.keys(byType)) {
    if (!types.has(type)) throw wrong(`byType.${type}: nothing finds this type`)
  }
  const operators = new Map(
    Object.entries(byType).map(([type, source]) => [type, parseOperator(source, options, ['byType', type])]),
  )
  // Nobody knows what such a text is: not even a part of it may be seen.
  for (const type of unknownTypes) operators.set(type, redact())
  const otherwise = parseOperator(options.with, options, ['with'])
  return (type) => operators.get(type) ?? otherwise
}

function allowedPattern(allowed: { readonly pattern: string }): ReturnType<typeof compile> {
  assertKnownOptions('createMasker.allow', allowed, allowNames)
  return compile('createMasker.allow', allowed.pattern)
}

function pathRule(given: MaskedPath, index: number, options: MaskerOptions): PathRule {
  assertKnownOptions(`createMasker.paths[${String(index)}]`, given, pathNames)
  const steps = typeof given.path === 'string' ? parsePointer(given.path) : undefined
  if (steps === undefined) throw wrong(`paths[${String(index)}].path is no JSON Pointer`)
  const type = given.type ?? steps.findLast((step) => step !== '*' && step !== '') ?? 'json'
  const operator = parseOperator(given.with, options, ['paths', index, 'with'])
  return { steps, operator, context: { type, domain: given.domain ?? given.path } }
}

function wrong(what: string): Error {
  return wrongOption('createMasker', what)
}
