import { webhookApprover } from '@bothkeys/core'
import type { Approver, WebhookApproverOptions } from '@bothkeys/core'
import { readRequest, requestTokens, systemClock } from '@bothkeys/core/relay'
import type { KnownEngine, ReceivedMessage, RelayedRequest } from '@bothkeys/core/relay'

/** Where agents run: a key that can only ask, and the public keys of whoever answers. */
export function relayAt(url: string, jwks: { keys: object[] }, key: WebhookApproverOptions['key']): Approver {
  return webhookApprover({
    name: 'relay',
    url,
    issuer: 'https://relay.example',
    jwks,
    engine: 'orders',
    key,
    algorithm: 'ES256',
    people: ({ id }) => (id === 'ann' ? { roles: ['dba'] } : undefined),
  })
}

/** Where people decide, in another process: takes `POST /v1/requests` and answers it at once. */
export function webhook(engines: readonly KnownEngine[], decide: (request: RelayedRequest) => Promise<string>) {
  const engineOf = requestTokens({ engines, audience: 'https://relay.example', clock: systemClock, toleranceS: 5 })
  return async (bearer: string, message: ReceivedMessage, signal: AbortSignal): Promise<{ evidence: string[] }> => {
    const engine = await engineOf(bearer, message, signal)
    const request = readRequest(message.body)
    if (request.engine !== engine) throw new Error('one engine asks for another')
    return { evidence: [await decide(request)] }
  }
}
