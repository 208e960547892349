import type { Resource } from '../catalogue/resource.js'
import { isObject, type JsonObject } from '../json.js'
import type { GoQuery } from '../request/go-query.js'
import { badRequest, Refusal } from '../status.js'
import { partial } from './partial.js'
import { type Included, tableOf } from './table.js'

/** In which shape a client wants objects. */
export interface Shape {
  /** Of an answer: an object, a list, or a Status, which keeps its own. */
  answer(body: object): object
  /** Of an object in an event of a watch. */
  event(object: object, isFirst: boolean): object
}

const asItIs: Shape = { answer: (body) => body, event: (object) => object }
const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf'

/** Reads off what a client accepts. Only JSON can be had. */
export function shapeOf(accept: string | undefined, query: GoQuery, resource: Resource): Shape {
  const ranges = (accept ?? '*/*').split(',').map((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    return { type, as: Object.fromEntries(parameters.map((each) => each.split('='))) as Record<string, string> } // pairs
  })
  const readable = ranges.filter(({ type }) => ['application/json', 'application/*', '*/*'].includes(type))
  if (readable.length === 0) throw new Refusal(406, 'NotAcceptable', '406: Not Acceptable', {})
  for (const { as } of readable) {
    const shape = as['as'] === undefined ? asItIs : named(as, query, resource)
    if (shape !== undefined) return shape
  }
  throw new Refusal(406, 'NotAcceptable', `only the following media types are accepted: ${accepted}`)
}

function named({ as, g, v }: Record<string, string>, query: GoQuery, resource: Resource): Shape | undefined {
  if (g !== 'meta.k8s.io' || (v !== 'v1' && v !== 'v1beta1')) return undefined
  if (as === 'Table') return table(includedBy(query), resource, v)
  if (as === 'PartialObjectMetadata') return partials(as, resource, v)
  return as === 'PartialObjectMetadataList' ? partials(as, resource, v) : undefined
}

function includedBy(query: GoQuery): Included {
  const given = query.first('includeObject') ?? ''
  if (given === '') return 'Metadata'
  if (given === 'Metadata' || given === 'Object' || given === 'None') return given
  const why = "must be 'Metadata', 'Object', 'None', or empty"
  throw badRequest(`Unable to convert to Table as requested: includeObject: Invalid value: "${given}": ${why}`)
}

function table(included: Included, resource: Resource, version: string): Shape {
  return {
    answer: (body) => (isStatus(body) ? body : tableOf(resource, body as JsonObject, { included, version })),
    event: (object, isFirst) => {
      const shown = tableOf(resource, object as JsonObject, { included, version })
      return isFirst ? shown : { ...shown, columnDefinitions: null }
    },
  }
}

function partials(wanted: string, { group, kind }: Resource, version: string): Shape {
  const goPackage = group === '' ? 'core' : group.split('.')[0]
  const one = (object: unknown): object => partial(object, version)
  return {
    answer: (body) => {
      if (isStatus(body)) return body
      const { items, metadata } = body as JsonObject
      const isList = Array.isArray(items)
      if (isList !== (wanted === 'PartialObjectMetadataList')) {
        const what = isList
          ? `is a list (*${String(goPackage)}.${kind}List)`
          : `is not a list (*${String(goPackage)}.${kind})`
        throw new Refusal(406, 'NotAcceptable', `you requested ${wanted}, but the requested object ${what}`)
      }
      if (!isList) return one(body)
      return { kind: wanted, apiVersion: `meta.k8s.io/${version}`, metadata, items: items.map(one) }
    },
    event: one,
  }
}

function isStatus(body: object): boolean {
  return isObject(body) && body['kind'] === 'Status'
}
