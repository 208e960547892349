import type { GoQuery } from './go-query.js'

/** What a request is about (kubernetes/apiserver `pkg/endpoints/request/requestinfo.go`). */
export interface RequestInfo {
  readonly isResource: boolean
  /** Decoded once; a slash that was escaped is a slash. */
  readonly path: string
  readonly verb: string
  readonly prefix: string
  readonly group: string
  readonly version: string
  readonly namespace: string
  /** Resource, name, subresource and what follows. */
  readonly parts: readonly string[]
  readonly name: string
  /** Whether the path asks for a watch, which its parts do not show. */
  readonly legacyWatch: boolean
}

const verbs: ReadonlyMap<string, string> = new Map([
  ['POST', 'create'],
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
])

/** Reads it off the path, which nothing cleans. `undefined` where the server stops with an error. */
export function requestInfo(method: string, path: string, query: GoQuery): RequestInfo | undefined {
  const trimmed = path.replace(/^\/+/, '').replace(/\/+$/, '')
  const all = trimmed === '' ? [] : trimmed.split('/')
  const [prefix = ''] = all
  const least = prefix === 'apis' ? 4 : 3
  const other = { isResource: false, path, verb: method.toLowerCase(), prefix, group: '', version: '' }
  if (!['api', 'apis'].includes(prefix) || all.length < least) {
    return { ...other, namespace: '', parts: all, name: '', legacyWatch: false }
  }
  const group = prefix === 'apis' ? (all[1] ?? '') : ''
  let [version = '', ...parts] = all.slice(prefix === 'apis' ? 2 : 1)
  const legacy = parts[0] === 'watch' || parts[0] === 'proxy' ? parts[0] : undefined
  if (legacy !== undefined) {
    if (parts.length < 2) return undefined
    parts = parts.slice(1)
  }
  let namespace = ''
  if (parts[0] === 'namespaces' && parts.length > 1) {
    namespace = parts[1] ?? ''
    if (parts.length > 2 && parts[2] !== 'status' && parts[2] !== 'finalize') parts = parts.slice(2)
  }
  const given = parts[1] ?? ''
  const named = legacy ?? verbs.get(method) ?? ''
  const name = given === '' && named === 'get' ? selectedName(query) : given
  const verb = given === '' ? ofMany(named, query) : named
  return {
    isResource: true,
    path,
    verb,
    prefix,
    group,
    version,
    namespace,
    parts,
    name,
    legacyWatch: legacy === 'watch',
  }
}

function ofMany(verb: string, query: GoQuery): string {
  if (verb === 'delete') return 'deletecollection'
  if (verb !== 'get') return verb
  return query.flag('watch') ? 'watch' : 'list'
}

/** A selector for one name says what the request is about, unless another option cannot be read. */
function selectedName(query: GoQuery): string {
  const unreadable = ['limit', 'timeoutSeconds'].some((name) => !/^[+-]?\d+$|^$/.test(query.first(name) ?? ''))
  if (unreadable) return ''
  for (const term of (query.first('fieldSelector') ?? '').split(',')) {
    const name = /^metadata\.name==?([^=]*)$/.exec(term)?.[1]
    if (name !== undefined) return name === '.' || name === '..' || /[/%]/.test(name) ? '' : name
  }
  return ''
}
