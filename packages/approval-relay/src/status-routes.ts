import { jsonAnswer } from './engine-error.js'
import type { ServedRoute } from './http/routing.js'
import type { Signer } from './signer.js'

/** What the status says. */
export interface StatusParts {
  readonly signer: Signer
  /** Whether what comes in can be kept. */
  readonly isReady: () => boolean
}

/** Whether the relay lives and can keep what it gets, and the public key of its approvals: what anybody may know. */
export function statusRoutes({ isReady, signer }: StatusParts): readonly ServedRoute[] {
  return [
    route('/healthz', () => jsonAnswer(200, { alive: true })),
    route('/readyz', () => jsonAnswer(isReady() ? 200 : 503, { ready: isReady() })),
    route('/jwks.json', () => jsonAnswer(200, { keys: [signer.publicJwk] })),
  ]
}

function route(path: string, handle: () => ReturnType<typeof jsonAnswer>): ServedRoute {
  return { method: 'GET', path, kind: 'open', handle: () => Promise.resolve(handle()) }
}
