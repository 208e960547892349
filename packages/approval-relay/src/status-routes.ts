import { jsonAnswer } from './engine-error.js'
import type { ServedRoute } from './http/routing.js'
import type { Signer } from './ports.js'

/** What the status says. */
export interface StatusParts {
  readonly signer: Signer
  /** Whether what comes in can be kept. */
  readonly isReady: () => boolean
  /** How many files were found at start that are none of the relay's. */
  readonly setAside: number
}

/** Whether the relay lives and can keep what it gets, and the public key of its approvals. */
export function statusRoutes({ isReady, setAside, signer }: StatusParts): readonly ServedRoute[] {
  return [
    route('/healthz', () => jsonAnswer(200, { alive: true })),
    route('/readyz', () => jsonAnswer(isReady() ? 200 : 503, { ready: isReady(), setAside })),
    route('/jwks.json', () => jsonAnswer(200, { keys: [signer.publicJwk] })),
  ]
}

function route(path: string, handle: () => ReturnType<typeof jsonAnswer>): ServedRoute {
  return { method: 'GET', path, kind: 'open', handle: () => Promise.resolve(handle()) }
}
