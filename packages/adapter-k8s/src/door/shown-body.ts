import { createHmac, randomBytes } from 'node:crypto'
import type { JsonObject, JsonValue } from '../json.js'
import { fixedMarker } from '../masking/secret-marker.js'
import { holdsManifest, mayHoldManifest } from '../masking/string-mask.js'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { isObject, own } from '../json-object.js'

/** A body as whoever is asked may see it, and where in it a secret is left out. */
export interface ShownBody {
  readonly text: string
  readonly secrets: readonly { readonly start: number; readonly end: number }[]
}

/** Nobody who sees a digest can try guesses at what it is of. */
const key = randomBytes(32)
const marker = fixedMarker.of('')
/** What stands for a marker until it is known where: nobody can write it. */
const hole = randomBytes(16).toString('hex')

/**
 * The body of a request without the values of a Secret that it writes; of any other, all of it. Nothing is left out but what a marker
 * stands for. A keyed digest of all of it stands behind a body with markers, so that what is said of it is said of these bytes and no
 * others.
 */
export function shownBody(request: CanonicalRequest): ShownBody {
  const { body } = request
  if (body === undefined) return { text: '', secrets: [] }
  if (!writesSecret(request)) return { text: body.text, secrets: [] }
  const bytes = Buffer.from(body.text, 'utf8')
  const digest = createHmac('sha256', key).update(bytes).digest('hex')
  const shown = withMarkers(JSON.stringify(withoutSecrets(request, body.value)))
  return { ...shown, text: `${shown.text}\n\n${String(bytes.length)} bytes with the keyed digest ${digest}` }
}

/** Whether a body repeats a Secret where it is none: whoever is asked would see it, or would not see what stands beside it. */
export function repeatsSecret(request: CanonicalRequest): boolean {
  return request.body !== undefined && !writesSecret(request) && holdsSecret(request.body.value)
}

function writesSecret({ info, method }: CanonicalRequest): boolean {
  return method !== 'DELETE' && info.isResource && info.apiGroup === '' && info.resource === 'secrets'
}

/** The nesting is bounded where bodies are read. */
function holdsSecret(value: JsonValue): boolean {
  if (typeof value === 'string') return holdsManifest(value)
  if (typeof value !== 'object' || value === null) return false
  if (isObject(value) && own(value, 'kind') === 'Secret' && holding.some((name) => Object.hasOwn(value, name)))
    return true
  return Object.entries(value).some(
    ([name, each]: readonly [string, JsonValue]) => holdsManifest(name) || holdsSecret(each),
  )
}

function withMarkers(text: string): ShownBody {
  const [first = '', ...rest] = text.split(hole)
  let shown = first
  const secrets = rest.map((part) => {
    const start = shown.length
    shown += marker + part
    return { start, end: start + marker.length }
  })
  return { text: shown, secrets }
}

/** The members of a Secret that hold its values. */
const holding: readonly string[] = ['data', 'stringData']

function withoutSecrets({ headers }: CanonicalRequest, value: JsonValue): JsonValue {
  if (headers['content-type'] === 'application/json-patch+json' && Array.isArray(value))
    return (value as readonly JsonValue[]).map((operation) =>
      isObject(operation) ? withMember(operation, 'value', () => hole) : operation,
    )
  if (!isObject(value)) return hole
  const hidden = holding.reduce((object, name) => withMember(object, name, valueless), value)
  return withMember(hidden, 'metadata', (metadata) =>
    isObject(metadata) ? withMember(metadata, 'annotations', withoutManifests) : metadata,
  )
}

/** What stands for a value, in place: null takes away what was there, and is none. */
function valueless(value: JsonValue): JsonValue {
  if (value === null) return value
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(valueless)
  return isObject(value) ? mapped(value, (_name, each) => valueless(each)) : hole
}

/** Where `kubectl apply` keeps all that was applied. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'

function withoutManifests(annotations: JsonValue): JsonValue {
  if (!isObject(annotations)) return annotations
  return mapped(annotations, (name, value) =>
    name === lastApplied || (typeof value === 'string' && mayHoldManifest(value)) ? hole : value,
  )
}

function withMember(object: JsonObject, name: string, change: (value: JsonValue) => JsonValue): JsonObject {
  return mapped(object, (each, value) => (each === name ? change(value) : value))
}

/** Members stay where they are, also one whose name others inherit. */
function mapped(object: JsonObject, change: (name: string, value: JsonValue) => JsonValue): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(name, value)]))
}
