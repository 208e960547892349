import type { Cast } from '../catalog/snapshot.js'
import type { InferredType } from './overloads.js'
import { type CallFacts, meetsFacts } from './total-facts.js'
import { type TypeCatalog, underDomains, valueType } from './total-types.js'

/** Into what each type turns whatever its value is. Every one of them turns into text; see below. */
const widening: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    bool: 'int4',
    int2: 'int4 int8 numeric float4 float8 oid',
    int4: 'bool int8 numeric float4 float8 oid',
    int8: 'numeric float4 float8',
    oid: 'int4 int8',
    float4: 'float8 numeric',
    float8: 'numeric',
    text: 'name',
    varchar: 'name',
    bpchar: 'name',
    timestamp: 'date time',
    timestamptz: 'date time timetz',
    time: 'interval timetz',
    timetz: 'time',
    interval: 'time',
    inet: 'cidr',
    cidr: 'inet',
    macaddr: 'macaddr8',
  }).map(([source, targets]) => [source, new Set(targets.split(' '))]),
)

const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar'])

/** Types whose text is much longer than a value of them: numbers like 1e131071, of which JSON and arrays hold thousands. */
const swells = (type: string): boolean => type === 'jsonb' || type.endsWith('[]') || type.startsWith('row')

/**
 * Whether turning any value of one type into another by an explicit cast raises nothing. `modified` where the target has a
 * length, a precision or the like: only texts are cut, everything else has to fit. A literal becomes what it is meant for
 * before a row is read. Domains are no target, since they check; users' casts make none total.
 */
export function isTotalCast(
  catalog: TypeCatalog,
  source: InferredType,
  target: number,
  facts: CallFacts & { readonly modified?: boolean } = {},
): boolean {
  if (source === undefined || underDomains(catalog, target) !== target) return false
  const [from, to] = [valueType(catalog, source), valueType(catalog, target)]
  if (from === undefined || to === undefined || to.startsWith('row')) return false
  if (facts.modified === true && !(to === 'varchar' || to === 'bpchar')) return false
  if (from === 'unknown') return true
  if (catalog.userCasts.some((cast) => isOf(catalog, cast, source, target))) return false
  if (from === to) return !from.startsWith('enum') || underDomains(catalog, source) === target
  if (texts.has(to)) return meetsFacts({ ...(swells(from) && { needsSize: true }) }, facts)
  return turns(from, to)
}

function turns(from: string, to: string): boolean {
  const arrays = from.endsWith('[]') && to.endsWith('[]')
  const [source, target] = arrays ? [from.slice(0, -2), to.slice(0, -2)] : [from, to]
  // Elements become text one by one, and stay apart.
  if (arrays && texts.has(target)) return source !== 'jsonb'
  return widening.get(source)?.has(target) === true
}

/** A cast of users between the types, what they are over, or their elements. */
function isOf(catalog: TypeCatalog, cast: Cast, source: number, target: number): boolean {
  const elementOf = (type: number): number => catalog.types.get(type)?.element ?? 0
  const base = underDomains(catalog, source)
  const sources = [source, base, elementOf(source), elementOf(base)]
  return sources.includes(cast.source) && [target, elementOf(target)].includes(cast.target)
}
