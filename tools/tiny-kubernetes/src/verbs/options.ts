import { isObject, type JsonObject, objectOf, textOf } from '../json.js'
import type { GoQuery } from '../request/go-query.js'
import { badRequest, type Cause, internal, invalid, required } from '../status.js'

/** How a write is meant. */
export interface WriteOptions {
  readonly dryRun: boolean
  readonly fieldManager: string | undefined
  readonly force: boolean
}

type Kind = 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions'

/** Reads the options of a write off its query. */
export function writeOptions(kind: Kind, query: GoQuery, isApply = false): WriteOptions {
  const fieldManager = query.first('fieldManager')
  const force = query.flag('force')
  const causes = dryRunCauses(query.all('dryRun'))
  if (isApply && (fieldManager ?? '') === '') causes.push(required('fieldManager', 'is required for apply patch'))
  if (!isApply && query.has('force') && kind === 'PatchOptions') {
    const message = 'Forbidden: may not be specified for non-apply patch'
    causes.push({ reason: 'FieldValueForbidden', message, field: 'force' })
  }
  refuse(kind, causes)
  return { dryRun: query.has('dryRun'), fieldManager: fieldManager === '' ? undefined : fieldManager, force }
}

/** How a deletion is meant. */
export interface DeleteOptions {
  readonly dryRun: boolean
  readonly gracePeriodSeconds: number | undefined
  readonly propagationPolicy: string | undefined
  readonly uid: string | undefined
  readonly resourceVersion: string | undefined
}

const policies = ['Foreground', 'Background', 'Orphan']

/** Reads them off the body; off the query only when there is no body at all. */
export function deleteOptions(query: GoQuery, body: Buffer): DeleteOptions {
  const given = body.length > 0 ? ofBody(body) : ofQuery(query)
  const dryRun = Array.isArray(given['dryRun']) ? given['dryRun'].map(String) : []
  const policy = given['propagationPolicy']
  const causes = dryRunCauses(dryRun)
  if (policy !== undefined && !policies.includes(textOf(policy))) {
    const supported = [...policies, 'nil'].map((each) => `"${each}"`).join(', ')
    const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${supported}`
    causes.push({ reason: 'FieldValueNotSupported', message, field: 'propagationPolicy' })
  }
  refuse('DeleteOptions', causes)
  const { uid, resourceVersion } = objectOf(given['preconditions'])
  const grace = given['gracePeriodSeconds']
  return {
    dryRun: dryRun.length > 0,
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagationPolicy: typeof policy === 'string' ? policy : undefined,
    uid: typeof uid === 'string' ? uid : undefined,
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : undefined,
  }
}

function ofBody(body: Buffer): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    throw badRequest("couldn't get version/kind; json parse error: the body is no JSON")
  }
  if (!isObject(value)) throw badRequest("couldn't get version/kind; json parse error: the body is no JSON object")
  const { apiVersion, kind } = value
  if (kind !== undefined && kind !== 'DeleteOptions') {
    const scheme = 'k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme/register.go:27'
    throw internal(`no kind "${textOf(kind)}" is registered for version "${textOf(apiVersion)}" in scheme "${scheme}"`)
  }
  return value
}

function ofQuery(query: GoQuery): JsonObject {
  const grace = query.first('gracePeriodSeconds')
  return {
    ...(query.has('dryRun') && { dryRun: query.all('dryRun') }),
    ...(grace !== undefined && { gracePeriodSeconds: wholeNumber(grace) }),
    ...(query.has('propagationPolicy') && { propagationPolicy: query.first('propagationPolicy') }),
  }
}

/** A number of an option. */
export function wholeNumber(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

function dryRunCauses(values: readonly string[]): Cause[] {
  if (values.every((value) => value === 'All')) return []
  const shown = `[]string{${values.map((value) => JSON.stringify(value)).join(', ')}}`
  const message = `Unsupported value: ${shown}: supported values: "All"`
  return [{ reason: 'FieldValueNotSupported', message, field: 'dryRun' }]
}

function refuse(kind: Kind, causes: readonly Cause[]): void {
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', name: kind }, '', causes)
}
