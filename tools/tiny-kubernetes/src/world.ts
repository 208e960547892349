import type { IncomingMessage, ServerResponse } from 'node:http'
import type { KubeletHandlers } from '@bothkeys/local-kubernetes'
import type { User } from './access/user.js'
import type { Resource } from './catalogue/resource.js'
import type { GoQuery } from './request/go-query.js'
import type { RequestInfo } from './request/request-info.js'
import type { Store } from './store/store.js'

/** What all requests share. */
export interface World {
  readonly store: Store
  /** How containers behave. */
  readonly handlers: KubeletHandlers
  /** Aborted when the server ends. */
  readonly signal: AbortSignal
}

/** One request, understood and permitted. */
export interface Call {
  readonly method: string
  readonly info: RequestInfo
  readonly query: GoQuery
  readonly user: User
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** Notes the name that a body says, where the path has none. */
  readonly named: (name: string) => void
}

/** What a request is about. */
export interface Place {
  readonly resource: Resource
  readonly namespace: string
  /** Empty where it is about many. */
  readonly name: string
  readonly subresource: string
}

/** What is answered: a body, or what is written for as long as it takes. */
export type Answer =
  | { readonly code: number; readonly body: object | string }
  | { readonly stream: (response: ServerResponse) => Promise<void> }
