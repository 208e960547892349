import { createHmac, randomBytes } from 'node:crypto'
import type { Estimate, EstimatedChange, MaskEstimated } from '@bothkeys/core/adapter'
import type { Finding } from '../danger/finding.js'
import { dangersOfObject } from '../danger/object.js'
import type { JsonObject, JsonValue } from '../json.js'
import { maskObject } from '../masking/object-mask.js'
import { hashedMarker } from '../masking/secret-marker.js'
import type { TextMask } from '../masking/text-mask.js'
import type { CanonicalRequest } from '../request/canonical-request.js'
import { isObject, own } from '../json-object.js'
import { bounded, changesBetween } from './changes.js'
import { inventory } from './inventory.js'
import type { Looks } from './looks.js'
import type { Trial } from './trial.js'
import { withoutVolatile } from './volatile.js'

const mostFindings = 24
const longestFinding = 180

/**
 * What approvers are told of a write that was tried: what changes, without what is a secret by its place, and what is dangerous about
 * what comes of it. Of a new object, what the API server makes of the one that was sent.
 */
export function estimateOf(
  request: CanonicalRequest,
  before: JsonObject | 'new' | 'unknown',
  trial: Trial,
  look?: MaskEstimated,
): Estimate {
  if ('none' in trial) return { none: trial.none }
  if ('refused' in trial) return { none: trial.refused }
  const sent = request.body?.value
  const isNew = before === 'new'
  const from = isNew && isObject(sent) ? sent : before
  if (typeof from === 'string') return { none: 'not-seen' }
  try {
    const shown = shownOf(request, look)
    const [was, is] = [from, trial.object].map((object) => withoutVolatile(shown(object), isNew))
    return { ...changesBetween(was ?? {}, is ?? {}), findings: findingsIn(trial.object, before) }
  } catch {
    // What cannot be masked is not shown.
    return { none: 'not-shown' }
  }
}

/**
 * Objects without their secrets; those that differ differ still, for as long as they are compared here. Detectors look at whole texts:
 * of what is cut, they would not know what it was.
 */
function shownOf({ info }: CanonicalRequest, look?: MaskEstimated): (object: JsonObject) => JsonObject {
  const texts: TextMask | undefined = look && { text: (value, { field }) => look(value, field) }
  const key = randomBytes(32)
  const marker = hashedMarker((value) => createHmac('sha256', key).update(value).digest('hex'))
  return (object) => {
    const masked: JsonValue = maskObject(object, { ...(info.isResource && { resource: info.resource }), marker, texts })
    return isObject(masked) ? masked : {}
  }
}

function findingsIn(object: JsonObject, before: JsonObject | 'new' | 'unknown'): readonly string[] {
  const dangers = dangersOfObject(object, { before })
  if ('refused' in dangers) return []
  const said = dangers.findings.map(inWords)
  return said.length <= mostFindings
    ? said
    : [...said.slice(0, mostFindings), `and ${String(said.length - mostFindings)} more`]
}

function inWords({ check, level, message, path }: Finding): string {
  const words = `${level} ${check}: ${message}${path === '' ? '' : `, at ${path}`}`
  return words.length <= longestFinding ? words : `${words.slice(0, longestFinding)}…`
}

/** What approvers are told of a deletion: which object goes, and of a namespace what goes with it. */
export async function deletionInWords(
  { info }: CanonicalRequest,
  before: JsonObject | 'new' | 'unknown',
  looks: Looks,
): Promise<Estimate> {
  if (typeof before === 'string') return { none: before === 'new' ? 'not-there' : 'not-seen' }
  const metadata = own(before, 'metadata')
  const made = isObject(metadata) ? own(metadata, 'creationTimestamp') : undefined
  const gone: EstimatedChange = {
    path: info.isResource ? `${info.resource} ${info.name}` : info.path,
    before: `made ${typeof made === 'string' ? made : 'at an unknown time'}`,
    after: null,
  }
  const isNamespace = info.isResource && info.apiGroup === '' && info.resource === 'namespaces'
  if (!isNamespace) return { ...bounded([gone]), findings: [] }
  const { findings, within } = await inventory(info.name, looks)
  return { ...bounded([gone, ...within]), findings }
}
