import type { AttributeValue, Effect } from '@bothkeys/core/adapter'
import type { Finding, FindingLevel } from '../danger/finding.js'
import { dangersOfObject, type ObjectDangers } from '../danger/object.js'
import { dangersOfRequest, type RequestFacts } from '../danger/request.js'
import type { JsonObject, JsonValue } from '../json.js'
import { isObject } from '../json-object.js'

/** What findings of a level are beside what the request does anyway: rights that it gains, or things that it loses. */
const effectOf: Partial<Record<FindingLevel, readonly ['grant' | 'delete', string]>> = {
  baseline: ['grant', 'escalate'],
  takeover: ['grant', 'escalate'],
  escalate: ['grant', 'escalate'],
  grant: ['grant', 'escalate'],
  'control-plane': ['grant', 'escalate'],
  destroy: ['delete', 'destroy'],
}

/** A write whose result nobody has seen. */
const unjudged: Finding = Object.freeze({
  level: 'escalate',
  check: 'unjudged',
  path: '',
  message: 'changes an object in a way whose result is not known',
})

/**
 * What is known of what a write comes to. `unseen`: nobody sees it before it is there. `open`: somebody looks at it before anything is
 * sent, so that only what is certain is said. Else what the API server would store, and what is there now.
 */
export type Result =
  | 'unseen'
  | 'open'
  | { readonly object: JsonObject; readonly before: JsonObject | 'new' | 'unknown' }

/** A request, with what it comes to. */
export interface JudgedFacts extends RequestFacts {
  readonly result?: Result | undefined
}

/** Parts of objects that are judged by what comes of them. Who writes a status also writes labels, annotations and finalizers. */
const judgedParts: ReadonlySet<string> = new Set(['', 'ephemeralcontainers', 'status'])
const judgedResults: ReadonlySet<string> = new Set([...judgedParts, 'resize', 'scale'])

/** What dangers come to. */
export interface DangerEffects {
  readonly effects: readonly Effect[]
  /** For the effect of the request itself. */
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/**
 * The effects of what is dangerous about a request: `grant escalate:…` for what gains rights, `delete destroy:…` for what loses more
 * than the object. The others are only in `dangers`, an attribute that lists all of them. Of a patch, which is no object, nobody
 * knows what comes of it until the API server was asked.
 */
export function dangerEffects(facts: JudgedFacts): DangerEffects | { readonly refused: string } {
  const written = dangersOfWritten(facts)
  if ('refused' in written) return written
  const { attributes } = written
  const findings = [...dangersOfRequest(facts), ...written.findings]
  const dangers = [...new Set(findings.map(({ check, level }) => `${level}/${check}`))]
  const effects = new Map(findings.flatMap((finding) => effectIn(finding)))
  return Object.freeze({
    effects: Object.freeze([...effects.values()]),
    attributes: dangers.length === 0 ? attributes : { ...attributes, dangers },
  })
}

/** What is dangerous about what is written: about the body, and about what comes of it. */
function dangersOfWritten({ body, result = 'unseen', subresource = '', verb }: JudgedFacts): ObjectDangers {
  const seen = typeof result === 'object' && judgedResults.has(subresource) ? result : undefined
  if (verb === 'patch' && seen === undefined)
    return { findings: result === 'unseen' && judgedParts.has(subresource) ? [unjudged] : [], attributes: {} }
  const isWhole = judgedParts.has(subresource) && (verb === 'create' || verb === 'update')
  const ofBody = isWhole ? dangersOfBody(body, { result, verb }) : nothing
  if ('refused' in ofBody || seen === undefined) return ofBody
  const ofResult = dangersOfObject(seen.object, { before: seen.before })
  if ('refused' in ofResult) return ofResult
  return { findings: [...ofBody.findings, ...ofResult.findings], attributes: ofResult.attributes }
}

const nothing: ObjectDangers = Object.freeze({ findings: [], attributes: {} })

function dangersOfBody(body: JsonValue | undefined, { result, verb }: { result: Result; verb: string }): ObjectDangers {
  if (!isObject(body)) return { refused: 'What would be written is no object.' }
  if (verb === 'create') return dangersOfObject(body, { before: 'new' })
  if (result === 'open') return nothing
  return dangersOfObject(body, { before: typeof result === 'object' ? result.before : 'unknown' })
}

function effectIn({ check, level }: Finding): readonly (readonly [string, Effect])[] {
  const known = effectOf[level]
  if (known === undefined) return []
  const [duty, kind] = known
  const resource = `${kind}:${level}.${check}`
  return [[resource, Object.freeze({ duty, resource, attributes: Object.freeze({}) })]]
}
