/** An image in the parts that rules are about. */
export interface ImageName {
  /** Registry and repository, as `docker.io/library/nginx`. */
  readonly repository: string
  readonly registry: string
  readonly isPinned: boolean
}

const part = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const registryForm = /^(?:localhost|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+|[a-zA-Z0-9-]+(?=:))(?::\d{1,5})?$/
const repositoryForm = new RegExp(`^${part}(?:/${part})*$`)
const tagForm = /^\w[\w.-]{0,127}$/
const digestForm = /^sha(?:256:[a-f0-9]{64}|512:[a-f0-9]{128})$/
const longest = 4096

/** Reads the name of an image as the runtime does: without a registry it is Docker Hub. `undefined` for what is no name of an image. */
export function readImage(text: string): ImageName | undefined {
  if (text.length > longest) return undefined
  const [beforeDigest = '', digest, ...rest] = text.split('@')
  if (rest.length > 0 || (digest !== undefined && !digestForm.test(digest))) return undefined
  const slash = beforeDigest.lastIndexOf('/')
  const colon = beforeDigest.indexOf(':', slash + 1)
  if (colon !== -1 && !tagForm.test(beforeDigest.slice(colon + 1))) return undefined
  const name = colon === -1 ? beforeDigest : beforeDigest.slice(0, colon)
  const first = name.split('/')[0] ?? ''
  const hasRegistry = name.includes('/') && registryForm.test(first)
  const registry = hasRegistry ? first.toLowerCase() : 'docker.io'
  const path = hasRegistry ? name.slice(first.length + 1) : name
  if (!repositoryForm.test(path)) return undefined
  return named(registry === 'index.docker.io' ? 'docker.io' : registry, path, digest !== undefined)
}

function named(registry: string, path: string, isPinned: boolean): ImageName {
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path
  return { registry, repository: `${registry}/${repository}`, isPinned }
}

/** Whether an image is at, or below, one of these places, for example `registry.example.com/team`. */
export function isAllowedImage({ repository }: ImageName, allowed: readonly string[]): boolean {
  return allowed.some(
    (place) => repository === place || repository.startsWith(place.endsWith('/') ? place : `${place}/`),
  )
}
