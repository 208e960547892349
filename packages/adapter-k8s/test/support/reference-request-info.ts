/** What the API server's RequestInfo says of a request, in its own words. */
export interface ReferenceInfo {
  readonly isResourceRequest: boolean
  readonly path: string
  readonly verb: string
  readonly apiGroup: string
  readonly apiVersion: string
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  readonly parts: readonly string[]
}

/**
 * Says of a request line as it was sent what kubernetes/apiserver (pkg/endpoints/request/requestinfo.go) says, in the order in which it says
 * it. Knows nothing of what is refused. `undefined` for a path at which the server stops with an error.
 */
export function referenceRequestInfo(method: string, target: string): ReferenceInfo | undefined {
  const mark = target.indexOf('?')
  const path = decodeURIComponent(mark < 0 ? target : target.slice(0, mark))
  const query = goQuery(mark < 0 ? '' : target.slice(mark + 1))
  const info = {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [] as readonly string[],
  }
  let current = splitPath(path)
  if (current.length < 3) return info
  const prefix = current[0]!
  if (prefix !== 'api' && prefix !== 'apis') return info
  current = current.slice(1)
  if (prefix === 'apis') {
    if (current.length < 3) return info
    info.apiGroup = current[0]!
    current = current.slice(1)
  }
  info.isResourceRequest = true
  info.apiVersion = current[0]!
  current = current.slice(1)
  if (current[0] === 'watch' || current[0] === 'proxy') {
    if (current.length < 2) return undefined
    info.verb = current[0]
    current = current.slice(1)
  } else {
    const verbs = new Map([
      ['POST', 'create'],
      ['GET', 'get'],
      ['HEAD', 'get'],
      ['PUT', 'update'],
      ['PATCH', 'patch'],
      ['DELETE', 'delete'],
    ])
    info.verb = verbs.get(method) ?? ''
  }
  if (current[0] === 'namespaces') {
    if (current.length > 1) {
      info.namespace = current[1]!
      if (current.length > 2 && current[2] !== 'status' && current[2] !== 'finalize') current = current.slice(2)
    }
  }
  info.parts = current
  info.resource = current[0] ?? ''
  info.name = current[1] ?? ''
  if (info.verb !== 'proxy') info.subresource = current[2] ?? ''
  if (info.name === '' && info.verb === 'get') {
    const watch = query.get('watch')?.[0]
    info.verb = watch !== undefined && !['0', 'false'].includes(watch.toLowerCase()) ? 'watch' : 'list'
    const name = exactName(query.get('fieldSelector')?.[0] ?? '')
    if (name !== undefined && name !== '.' && name !== '..' && !/[/%]/.test(name)) info.name = name
  }
  if (info.name === '' && info.verb === 'delete') info.verb = 'deletecollection'
  return info
}

function splitPath(path: string): string[] {
  const trimmed = path.replace(/^\/+/, '').replace(/\/+$/, '')
  return trimmed === '' ? [] : trimmed.split('/')
}

/** As net/url: pairs with a semicolon or an escape that cannot be read are left out. */
function goQuery(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const equals = pair.indexOf('=')
    try {
      const name = decodeURIComponent((equals < 0 ? pair : pair.slice(0, equals)).replaceAll('+', ' '))
      const value = equals < 0 ? '' : decodeURIComponent(pair.slice(equals + 1).replaceAll('+', ' '))
      values.set(name, [...(values.get(name) ?? []), value])
    } catch {
      continue
    }
  }
  return values
}

/** Only selectors without escapes are ever asked about. */
function exactName(selector: string): string | undefined {
  for (const term of selector.split(',')) {
    const found = /^metadata\.name==?([^=]*)$/.exec(term)
    if (found !== null) return found[1]
  }
  return undefined
}
