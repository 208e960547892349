/** What earlier answers of one server said, by the names of their requests. */
export type Seen = (name: string) => Body

export interface Body {
  readonly metadata?: {
    readonly name?: string
    readonly uid?: string
    readonly resourceVersion?: string
    readonly continue?: string
  }
}

/** One request that both servers get. */
export interface Asked {
  /** Later ones can look at its answer by this. */
  readonly name?: string
  readonly method: string
  readonly path: string | ((seen: Seen) => string)
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** Default: the administrator. */
  readonly by?: 'agent' | 'nobody'
  /** Why the bodies differ, where they are known to. Status, reason and what the audit says are the same all the same. */
  readonly bodiesDiffer?: string
}

export const jsonPatch = { 'content-type': 'application/json-patch+json' }
export const mergePatch = { 'content-type': 'application/merge-patch+json' }
export const strategicPatch = { 'content-type': 'application/strategic-merge-patch+json' }
export const applyPatch = { 'content-type': 'application/apply-patch+yaml' }
const as = (shape: string): Readonly<Record<string, string>> => ({
  accept: `application/json;as=${shape};v=v1;g=meta.k8s.io`,
})
export const asTable = as('Table')
export const asPartial = as('PartialObjectMetadata')
export const asPartialList = as('PartialObjectMetadataList')
export const asNothing = as('Nothing')

export const get = (path: Asked['path'], headers?: Asked['headers']): Asked => ({
  method: 'GET',
  path,
  ...(headers !== undefined && { headers }),
})
export const post = (path: string, body: unknown): Asked => ({ method: 'POST', path, body })
export const put = (path: string, body: unknown): Asked => ({ method: 'PUT', path, body })
export const patch = (path: string, headers: Asked['headers'] & object, body: unknown): Asked => ({
  method: 'PATCH',
  path,
  headers,
  body,
})
export const remove = (path: string, body?: unknown): Asked => ({
  method: 'DELETE',
  path,
  ...(body !== undefined && { body }),
})
