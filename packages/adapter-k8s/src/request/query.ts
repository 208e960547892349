import { refuse, type Refused } from './refused.js'
import type { RequestKind } from './request-kind.js'
import type { Pair } from './target.js'
import * as of from './query-values.js'

type Rules = ReadonlyMap<string, of.ValueType>
type Table = Readonly<Record<string, of.ValueType>>

/** Parameters that change how an answer looks to people only. */
const dropped = new Set(['pretty'])
const repeated = new Set(['command', 'ports', 'exclude'])

const any: Table = { timeout: of.duration }
const shown: Table = { ...any, includeObject: of.includeObject }
const selecting: Table = {
  ...any,
  labelSelector: of.labelSelector,
  fieldSelector: of.fieldSelector,
  limit: of.wholeNumber,
  continue: of.continueToken,
  resourceVersion: of.resourceVersion,
  resourceVersionMatch: of.versionMatch,
  timeoutSeconds: of.wholeNumber,
  sendInitialEvents: of.truth,
}
const asking: Table = { ...shown, fieldManager: of.fieldManager, fieldValidation: of.fieldValidation }
const writing: Table = { ...asking, dryRun: of.dryRun }
const deleting: Table = {
  ...any,
  dryRun: of.dryRun,
  gracePeriodSeconds: of.wholeNumber,
  orphanDependents: of.truth,
  propagationPolicy: of.propagation,
  ignoreStoreReadErrorWithClusterBreakingPotential: of.truth,
}
const streams: Table = {
  ...any,
  container: of.container,
  stdin: of.truth,
  stdout: of.truth,
  stderr: of.truth,
  tty: of.truth,
}

const tables: Readonly<Record<Exclude<RequestKind, 'proxy' | 'other-path'>, Table>> = {
  get: { ...shown, resourceVersion: of.resourceVersion },
  list: { ...shown, ...selecting, watch: of.truth, allowWatchBookmarks: of.truth },
  create: writing,
  // What only answers, or mints, does so whether it is a dry run or not.
  review: asking,
  token: asking,
  binding: writing,
  eviction: writing,
  update: writing,
  patch: { ...writing, force: of.truth },
  delete: deleting,
  deletecollection: { ...selecting, ...deleting },
  log: {
    ...any,
    container: of.container,
    follow: of.truth,
    previous: of.truth,
    sinceSeconds: of.wholeNumber,
    sinceTime: of.moment,
    timestamps: of.truth,
    tailLines: of.wholeNumber,
    limitBytes: of.wholeNumber,
    insecureSkipTLSVerifyBackend: of.truth,
    stream: of.logStream,
  },
  exec: { ...streams, command: of.word },
  attach: streams,
  portforward: { ...any, ports: of.port },
}

const rules = new Map<string, Rules>(
  Object.entries(tables).map(([kind, table]) => [kind, new Map(Object.entries(table))]),
)

const otherPaths: readonly (readonly [root: string, table: Table])[] = [
  ['openapi', { ...any, hash: of.hash }],
  ['healthz', { ...any, verbose: of.flag, exclude: of.check }],
  ['livez', { ...any, verbose: of.flag, exclude: of.check }],
  ['readyz', { ...any, verbose: of.flag, exclude: of.check }],
]
const otherRules = new Map(otherPaths.map(([root, table]) => [root, new Map(Object.entries(table))]))
const anyRules: Rules = new Map(Object.entries(any))

/** Writes the query of a request to a resource in one way: known parameters with values of their types, in the order of their names. */
export function canonicalQuery(kind: RequestKind, pairs: readonly Pair[]): readonly Pair[] | Refused {
  return kind === 'proxy' ? opaqueQuery(pairs) : ruledQuery(rules.get(kind) ?? anyRules, pairs)
}

/** The same of another path, by its first segment. */
export function canonicalOtherQuery(root: string, pairs: readonly Pair[]): readonly Pair[] | Refused {
  return ruledQuery(otherRules.get(root) ?? anyRules, pairs)
}

function ruledQuery(ruled: Rules, pairs: readonly Pair[]): readonly Pair[] | Refused {
  const written: Pair[] = []
  const seen = new Set<string>()
  for (const [name, value] of pairs) {
    const isRepeated = seen.has(name)
    seen.add(name)
    if (isRepeated && !repeated.has(name)) return refuse('The query gives a parameter twice.')
    if (dropped.has(name)) continue
    const type = ruled.get(name)
    if (type === undefined) return refuse('The query has a parameter that this kind of request does not have.')
    const canonical = type(value)
    if (canonical === undefined) return refuse(`The query has no valid value for ${name}.`)
    if (canonical !== '' || name === 'command') written.push([name, canonical])
  }
  return sorted(written)
}

const opaqueName = /^[\x21-\x7e]{1,256}$/

/** What a proxy carries on is known to its backend only. It keeps its order. */
function opaqueQuery(pairs: readonly Pair[]): readonly Pair[] | Refused {
  const isPlain = pairs.every(([name, value]) => opaqueName.test(name) && /^[\x20-\x7e]*$/.test(value))
  return isPlain ? pairs : refuse('The query has characters that are not visible ASCII.')
}

/** Sorting is stable, so repeated parameters keep their order. */
function sorted(pairs: readonly Pair[]): readonly Pair[] {
  return pairs.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
}
