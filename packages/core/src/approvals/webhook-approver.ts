import { quick } from '../identity/algorithms.js'
import { secureUrl } from '../identity/secure-url.js'
import type { RequestSignature } from '../identity/sign-request.js'
import { assertKnownOptions, wrongOption } from '../known-options.js'
import { systemClock } from '../model/clock.js'
import type { Approver } from './approver.js'
import type { ConversationTimes } from './relay-conversation.js'
import { RelayConversation } from './relay-conversation.js'
import { RelayMessages } from './relay-messages.js'
import type { SignedEvidenceOptions } from './signed-evidence.js'
import { signedEvidence } from './signed-evidence.js'
import type { Line } from './signed-exchange.js'

/** Where people are asked, whose signatures are their answers, and who asks. */
export interface WebhookApproverOptions
  extends SignedEvidenceOptions, Pick<RequestSignature, 'engine' | 'key' | 'algorithm' | 'keyId'> {
  /** Stands in the record beside each vote. */
  readonly name: string
  /** Where the relay is: `/v1/requests` follows. https, or http on loopback; redirects are not followed. */
  readonly url: string
  /** How long the relay may take until it has a request, in milliseconds. Default 30,000, at most 300,000. */
  readonly deadlineMs?: number
}

const optionNames: ReadonlySet<string> = new Set<keyof WebhookApproverOptions>([
  'name',
  'url',
  'issuer',
  'jwks',
  'people',
  'level',
  'engine',
  'key',
  'algorithm',
  'keyId',
  'deadlineMs',
  'clockToleranceS',
  'clock',
])

/** How long things take where no test says otherwise. */
const usual: Omit<ConversationTimes, 'askMs'> = {
  exchangeMs: 10_000,
  waitS: 25,
  paceMs: 1_000,
  backOffMs: 250,
  mostBackOffMs: 10_000,
  endMs: 5_000,
}

/**
 * An approver that asks people in another process over HTTP, a relay of bothkeys or any server that speaks its protocol
 * (docs/approvals.md): the request goes out signed by `key`, which can only ask, and answers come back as signed approvals
 * (`bothkeys-approval+jwt`) of `issuer`. They are checked when they come in and again right before the action runs; nothing
 * else that the server says counts. Asking is tried again until `deadlineMs`, then it throws ERR_APPROVAL_UNAVAILABLE; a
 * server that is gone later is asked again until the request ends. The end is told it as well as it can be within 5 seconds.
 * At most 256 answers of 8 KiB are taken for one request. Throws ERR_CONFIG_INVALID when an option is wrong.
 *
 * @example
 * webhookApprover({ name: 'relay', url, issuer: url, jwks: `${url}/jwks`, engine: 'orders', key, algorithm: 'ES256' })
 */
export function webhookApprover(options: WebhookApproverOptions): Approver {
  return hurriedApprover(options, usual)
}

/** The same with other times. */
export function hurriedApprover(options: WebhookApproverOptions, times: Omit<ConversationTimes, 'askMs'>): Approver {
  const { askMs, line } = checked(options)
  const { clock, signature } = line
  return Object.freeze({
    name: options.name,
    ...signedEvidence(of, options),
    async ask(request, vote, signal): Promise<void> {
      if (request.subject.aud !== signature.engine)
        throw wrongOption(of, 'engine must be that of the guard: createGuard({ engine })')
      const relay = new RelayMessages(line, times, request)
      await new RelayConversation(relay, { ...times, askMs }, clock, { request, vote, signal }).run()
    },
  } satisfies Approver)
}

const of = 'webhookApprover'

function checked(options: WebhookApproverOptions): { readonly line: Line; readonly askMs: number } {
  assertKnownOptions(of, options, optionNames)
  const { algorithm, clock = systemClock, deadlineMs = 30_000, engine, issuer, key, keyId } = options
  for (const [name, value] of Object.entries({ engine, keyId })) {
    if (name === 'keyId' && value === undefined) continue
    if (typeof value !== 'string' || value === '') throw wrongOption(of, `${name} must be text`)
  }
  if (!quick.includes(algorithm)) throw wrongOption(of, `algorithm must be one of ${quick.join(', ')}`)
  if (!isPrivate(key)) throw wrongOption(of, 'key must be the private key of the engine, as a JWK or a key object')
  if (!(Number.isInteger(deadlineMs) && deadlineMs >= 1 && deadlineMs <= 300_000))
    throw wrongOption(of, 'deadlineMs must be a whole number from 1 to 300000')
  const url = secureUrl(options.url, 'url', (what) => wrongOption(of, what))
  if (url.search !== '' || url.hash !== '') throw wrongOption(of, 'url must have no query and no fragment')
  const signature = { engine, key, algorithm, ...(keyId === undefined ? {} : { keyId }) }
  const base = `${url.origin}${url.pathname.replace(/\/+$/u, '')}`
  return { askMs: deadlineMs, line: { base, audience: issuer, signature, clock } }
}

/** A CryptoKey or KeyObject, or a JWK of a key pair. */
function isPrivate(key: unknown): boolean {
  if (typeof key !== 'object' || key === null) return false
  if ('type' in key) return key.type === 'private'
  return 'kty' in key && key.kty !== 'oct' && 'd' in key
}
