import { BothKeysError } from '@bothkeys/core'
import type { Route } from './route.js'

/** A route and the parts of the path that it names; or which methods the path has. */
export type Found =
  | { readonly route: ServedRoute; readonly params: Readonly<Record<string, string>> }
  | { readonly methods: readonly string[] }

/** A route as the server has it. */
export interface ServedRoute extends Route {
  /** Looked at before the body is read: answers a refusal, or undefined. */
  readonly refuse?: ((headers: Readonly<Record<string, string | undefined>>) => number | undefined) | undefined
}

/** Finds the route of a path. Throws ERR_CONFIG_INVALID when two routes have the same method and path. */
export function routing(routes: readonly ServedRoute[]): (method: string, path: string) => Found {
  const read = routes.map((route) => ({ route, segments: route.path.split('/') }))
  const names = routes.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) {
    throw new BothKeysError('ERR_CONFIG_INVALID', `createRelay: two routes are ${twice}`, {
      hint: 'give each channel and each login a name and paths of its own',
    })
  }
  return (method, path) => {
    const segments = path.split('/')
    const fitting = read.flatMap(({ route, segments: pattern }) => {
      const params = paramsOf(pattern, segments)
      return params === undefined ? [] : [{ route, params }]
    })
    return fitting.find(({ route }) => route.method === method) ?? { methods: fitting.map(({ route }) => route.method) }
  }
}

function paramsOf(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== segments.length) return undefined
  const params = Object.create(null) as Record<string, string>
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? ''
    if (!part.startsWith(':')) {
      // As it is written: another spelling of a path is one that a rule of a proxy does not know.
      if (part !== segment) return undefined
      continue
    }
    const value = decoded(segment)
    if (value === undefined || value === '') return undefined
    params[part.slice(1)] = value
  }
  return params
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment)
  } catch {
    return undefined
  }
}
