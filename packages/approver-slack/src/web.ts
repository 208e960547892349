import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebClient,
  type WebClientOptions,
} from '@slack/web-api'

/** The methods of Slack's Web API that are called, and no others. */
export type SlackMethod =
  | 'auth.test'
  | 'conversations.history'
  | 'conversations.info'
  | 'users.info'
  | 'chat.postMessage'
  | 'chat.postEphemeral'
  | 'chat.update'
  | 'views.open'

/** What a call came to. `reason` is a word of ours or an error name of Slack's, never what was sent. */
export type SlackAnswer =
  | { readonly ok: true; readonly answer: Readonly<Record<string, unknown>> }
  | {
      readonly ok: false
      readonly reason: string
      readonly retryAfterMs: number | undefined
      /** Slack said that it did nothing. Left out: nobody knows. */
      readonly undone?: true
    }

/** What calls Slack, so that nothing else holds the token. */
export interface SlackWeb {
  /** Never rejects. */
  call(method: SlackMethod, content?: Readonly<Record<string, unknown>>): Promise<SlackAnswer>
  /** Ends what is under way. */
  close(): void
}

const timeoutMs = 10_000
const maxAnswerBytes = 1024 * 1024
/** Slack asks for seconds; whoever answers in its place shall not silence the channel for a day. */
const longestRetryAfterMs = 5 * 60_000

/** Slack's client logs what it is called with. */
const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => 'error',
  setName: () => undefined,
}

/**
 * Slack's official client with bounds: one attempt for each call, 10 seconds, an answer of at most 1 MiB, no redirects. What it
 * throws can hold the token or the message, so only a word comes out.
 */
export function slackWeb({ apiUrl, token }: { readonly apiUrl: string; readonly token: string }): SlackWeb {
  const closing = new AbortController()
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    allowAbsoluteUrls: false,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    timeout: timeoutMs,
    // The type of its levels is an enum, which is not exported as a value of its own.
    logger: silent as unknown as Exclude<WebClientOptions['logger'], undefined>,
    fetch: (url, init = {}) => boundedFetch(url, init, closing.signal),
  })
  return {
    async call(method, content = {}) {
      if (closing.signal.aborted) return { ok: false, reason: 'closed', retryAfterMs: undefined, undone: true }
      try {
        const answer: unknown = await client.apiCall(method, { ...content })
        if (isRecord(answer) && answer['ok'] === true) return { ok: true, answer }
        return { ok: false, reason: 'unintelligible', retryAfterMs: undefined }
      } catch (error) {
        return failureOf(error)
      }
    },
    close: () => {
      closing.abort()
    },
  }
}

type Init = Parameters<Exclude<WebClientOptions['fetch'], undefined>>[1] & object

async function boundedFetch(url: string | URL, init: Init, closing: AbortSignal): Promise<Response> {
  const signal = init.signal === undefined ? closing : AbortSignal.any([init.signal, closing])
  const response = await fetch(url, { ...(init as RequestInit), redirect: 'error', signal })
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength
    if (length > maxAnswerBytes) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  const { headers, status } = response
  return new Response(status === 204 ? null : Buffer.concat(chunks), { status, headers })
}

/** Errors behind which Slack may have done what it was asked to. */
const mayBeDone: readonly string[] = [
  'fatal_error',
  'internal_error',
  'request_timeout',
  'service_unavailable',
  'refused',
]

function failureOf(error: unknown): SlackAnswer {
  if (error instanceof WebAPIRateLimitedError) {
    const askedMs = error.retryAfter * 1000
    const retryAfterMs = askedMs > 0 ? Math.min(askedMs, longestRetryAfterMs) : undefined
    return { ok: false, reason: 'rate-limited', retryAfterMs, undone: true }
  }
  if (error instanceof WebAPIPlatformError) {
    const name: unknown = error.data.error
    const reason = typeof name === 'string' && /^[a-z_]{1,64}$/.test(name) ? name : 'refused'
    return { ok: false, reason, retryAfterMs: undefined, ...(mayBeDone.includes(reason) ? {} : { undone: true }) }
  }
  const reason = error instanceof WebAPIHTTPError ? `http-${String(error.statusCode)}` : 'unreachable'
  return { ok: false, reason, retryAfterMs: undefined }
}

/** Whether it is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]'
}
