import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { clickPayload, submissionPayload } from './payloads.js'
import { calledMethod } from './web-api.js'
import { answer, readContent } from './wire.js'
import type { DoubleMessage, DoubleOptions, Json } from './workspace.js'
import { DoubleWorkspace } from './workspace.js'

/** What goes wrong with one call of a method. */
export type DoubleFault =
  | { readonly kind: 'rate-limited'; readonly retryAfterS: number | string }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'http'; readonly status: number; readonly body?: string }
  /** Nothing is answered until the double closes. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'drop' }
  /** It is done, and no answer arrives: the connection breaks, or nothing comes. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'silent' }
  /** It is done, and something else is answered. */
  | { readonly kind: 'lie'; readonly change: Json }
  /** It is done, and the answer waits for this. */
  | { readonly kind: 'late'; readonly until: Promise<unknown> }

/** One call that came in. */
export interface DoubleCall {
  readonly method: string
  readonly content: Json
}

/** Changes of a payload before it is signed, and of the signature. */
export interface DoubleForgery {
  readonly payload?: (payload: Record<string, unknown>) => unknown
  readonly secret?: string
  /** Seconds by which the time of the message is off. */
  readonly lateS?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: (body: string) => string
}

/** An interaction on its way to the app. */
export interface SignedInteraction {
  readonly headers: Record<string, string>
  readonly body: string
}

/**
 * A workspace with one channel that speaks the wire format of Slack's Web API (form-encoded or JSON requests, `ok: false`
 * errors, 429 with Retry-After) and sends signed interactions as Slack does. It refuses blocks that Slack's reference does not allow.
 */
export class SlackDouble extends DoubleWorkspace {
  readonly calls: DoubleCall[] = []
  /** Where the app's interactivity is. */
  requestUrl = ''
  readonly #faults = new Map<string, DoubleFault[]>()
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response)
  })

  static async start(options: DoubleOptions, clock: () => number = Date.now): Promise<SlackDouble> {
    const double = new SlackDouble(options, clock)
    await new Promise<void>((resolve) => double.#server.listen(0, '127.0.0.1', resolve))
    return double
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/api/`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The next calls of a method go wrong in these ways, in this order. */
  fault(method: string, ...faults: readonly DoubleFault[]): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), ...faults])
  }

  /** Clicks a button of a message as a user, and answers what the app answered. */
  click(user: string, message: DoubleMessage, actionId: string, forgery: DoubleForgery = {}): Promise<Response> {
    return this.send(this.clickPayload(user, message, actionId), forgery)
  }

  clickPayload(user: string, message: DoubleMessage, actionId: string): Record<string, unknown> {
    return clickPayload(this, user, message, actionId)
  }

  /** Submits the modal that a user has open. */
  submit(user: string, viewId: string, text: string | null, forgery: DoubleForgery = {}): Promise<Response> {
    return this.send(submissionPayload(this, user, viewId, text), forgery)
  }

  /** Sends an interaction as Slack does: one form field, signed over the raw bytes. */
  send(payload: Record<string, unknown>, forgery: DoubleForgery = {}): Promise<Response> {
    return this.deliver(this.signed(payload, forgery))
  }

  /** Delivers what was signed, however often. */
  deliver({ body, headers }: SignedInteraction): Promise<Response> {
    return fetch(this.requestUrl, { method: 'POST', headers, body })
  }

  signed(payload: Record<string, unknown>, forgery: DoubleForgery = {}): SignedInteraction {
    const sent = forgery.payload?.(structuredClone(payload)) ?? payload
    const form = new URLSearchParams({ payload: typeof sent === 'string' ? sent : JSON.stringify(sent) }).toString()
    const body = forgery.body?.(form) ?? form
    const timestamp = String(this.nowS() - (forgery.lateS ?? 0))
    const { secret = this.options.signingSecret } = forgery
    const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
    return {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        ...forgery.headers,
      },
      body,
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = (request.url ?? '').replace('/api/', '')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const content = readContent(request.headers['content-type'] ?? '', Buffer.concat(chunks).toString())
    this.calls.push({ method, content: content ?? {} })
    const fault = this.#faults.get(method)?.shift()
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'drop') return void request.socket.destroy()
    if (fault?.kind === 'rate-limited') {
      response.writeHead(429, { 'retry-after': String(fault.retryAfterS), 'content-type': 'application/json' })
      return void response.end('{"ok":false,"error":"ratelimited"}')
    }
    if (fault?.kind === 'http') return void response.writeHead(fault.status).end(fault.body ?? 'upstream error')
    if (fault?.kind === 'error') return answer(response, { ok: false, error: fault.error })
    if (request.method !== 'POST' || content === undefined)
      return answer(response, { ok: false, error: 'invalid_form_data' })
    if (request.headers.authorization !== `Bearer ${this.options.token}`) {
      return answer(response, { ok: false, error: 'invalid_auth' })
    }
    const came = calledMethod(this, method, content)
    if (fault?.kind === 'late') await fault.until
    if (fault?.kind === 'lost') return void request.socket.destroy()
    if (fault?.kind === 'silent') return
    answer(response, fault?.kind === 'lie' ? { ...came, ...fault.change } : came)
  }
}
