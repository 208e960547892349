import type { Refuse } from '../identity/identifier.js'
import type { ApprovalStage, IndependenceDimension } from '../model/decision.js'
import { maxSeats } from '../model/decision.js'
import type { Estimate } from './estimate.js'
import { readEstimate } from './estimate.js'
import { Reader } from './exact-request.js'
import { hiddenOf } from './hidden-claim.js'
import type { EngineClaims } from './request-envelope.js'

/** What an engine claims of a request, with the time in Unix milliseconds. */
export type ReadClaims = Omit<EngineClaims, 'expiresAt'> & { readonly expiresAtMs: number }

const names = ['estimate', 'expiresAt', 'hidden', 'id', 'maxAffected', 'rules', 'settings', 'stages']

const maxRules = 256

/** Reads what the engine says of a request besides what its digest is over. Throws what `refuse` makes. */
export function claimsOf(value: unknown, refuse: Refuse): ReadClaims {
  const read = new Reader(refuse)
  const claims = read.only(names, value, 'claims')
  const { estimate, id, maxAffected, settings } = claims
  if (typeof id !== 'string' || !/^[0-9a-f]{32}$/.test(id)) throw refuse('its id is none')
  const rules = read.list(claims['rules'], 'rules').map((rule) => read.text(rule, 'rules'))
  if (rules.length > maxRules) throw refuse('it has too many rules')
  return {
    id,
    expiresAtMs: timeOf(read, claims['expiresAt']),
    maxAffected: maxAffected === undefined ? undefined : wholeOf(read, maxAffected, 'maxAffected'),
    settings: settings === undefined ? undefined : read.texts(settings, 'settings'),
    estimate: estimate === undefined ? undefined : estimateOf(read, estimate),
    hidden: hiddenOf(read, claims['hidden']),
    rules: Object.freeze(rules),
    stages: stagesOf(read, claims['stages']),
  }
}

function estimateOf(read: Reader, value: unknown): Estimate {
  const estimate = readEstimate(value)
  if (estimate === undefined) throw read.refuse('its estimate is none')
  return estimate
}

/** One way to write a time, so that nobody reads another one. */
function timeOf(read: Reader, value: unknown): number {
  const text = read.text(value, 'expiresAt')
  const ms = Date.parse(text)
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== text) throw read.refuse('its expiresAt is no time')
  return ms
}

function wholeOf(read: Reader, value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw read.refuse(`its ${field} is no whole number`)
}

function stagesOf(read: Reader, value: unknown): readonly ApprovalStage[] {
  const stages = read.list(value, 'stages')
  if (stages.length === 0 || stages.length > maxSeats) throw read.refuse('it has no stages, or too many')
  return Object.freeze(
    stages.map((stage) => stageOf(read, read.only(['count', 'independent', 'role', 'stage'], stage, 'stages'))),
  )
}

const dimensions: readonly IndependenceDimension[] = ['subject', 'person', 'run', 'key', 'agentClass']

function stageOf(read: Reader, stage: Readonly<Record<string, unknown>>): ApprovalStage {
  const independent = read.list(stage['independent'], 'stages').map((name) => dimensions.find((each) => each === name))
  const known = independent.filter((name) => name !== undefined)
  const count = wholeOf(read, stage['count'], 'stages')
  if (known.length < independent.length || count === 0) throw read.refuse('one of its stages cannot be met')
  return Object.freeze({
    stage: read.text(stage['stage'], 'stages'),
    role: read.text(stage['role'], 'stages'),
    count,
    independent: Object.freeze(known),
  })
}
