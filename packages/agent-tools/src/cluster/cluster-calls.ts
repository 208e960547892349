import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import type { RequestOptions } from 'node:https'
import type { Session } from '@bothkeys/core/adapter'
import { BothKeysError } from '@bothkeys/core/adapter'
import { type CallContext, ToolFailure } from '../agent-tool.js'
import { failureOf } from './cluster-failure.js'
import type { ClusterConfig, ClusterTarget } from './cluster-target.js'

/** A request to the API server. */
export interface ClusterRequest {
  readonly method: 'GET' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly accept?: string
  readonly body?: { readonly type: string; readonly text: string }
}

/** What is read of one answer at most, in bytes: it has to fit into memory as a whole. */
const mostRead = 16 * 1024 * 1024

/** Calls of tools on one cluster in one session. */
export class ClusterCalls {
  readonly #target: ClusterTarget
  readonly #session: Session
  readonly #timeoutMs: number

  constructor(target: ClusterTarget, session: Session, timeoutMs: number) {
    this.#target = target
    this.#session = session
    this.#timeoutMs = timeoutMs
    // Fails now, not at the first call.
    const over = new AbortController()
    target.config(session, { signal: over.signal })
    over.abort()
  }

  /** Runs one call: its requests are told apart from all others, and what waits of it is withdrawn when nobody waits any more. */
  async run<Answer>(context: CallContext, work: (call: OpenCall) => Promise<Answer>): Promise<Answer> {
    context.signal.throwIfAborted()
    const over = new AbortController()
    const leave = (): void => {
      over.abort(reasonOf(context.signal))
    }
    context.signal.addEventListener('abort', leave, { once: true })
    try {
      const { onHeld } = context
      const config = this.#target.config(this.#session, { signal: over.signal, ...(onHeld && { onHeld }) })
      return await work(new OpenCall(config, this.#timeoutMs))
    } finally {
      context.signal.removeEventListener('abort', leave)
      over.abort(reasonOf(context.signal))
    }
  }
}

/** People are told why nobody waits any more. */
function reasonOf(signal: AbortSignal): BothKeysError {
  const reason: unknown = signal.reason
  if (reason instanceof BothKeysError) return reason
  return new BothKeysError('ERR_APPROVAL_WITHDRAWN', 'nobody waits for the call any more')
}

/** One call while it runs. */
export class OpenCall {
  readonly #config: ClusterConfig
  /** How long an answer takes once it began, in milliseconds. */
  readonly timeoutMs: number

  constructor(config: ClusterConfig, timeoutMs: number) {
    this.#config = config
    this.timeoutMs = timeoutMs
  }

  /** The namespace of whoever names none. */
  get namespace(): string {
    return this.#config.getContextObject(this.#config.getCurrentContext())?.namespace ?? 'default'
  }

  /** An answer in JSON. Rejects with what the door refused, and with a ToolFailure for what the API server could not do. */
  async json(request: ClusterRequest): Promise<unknown> {
    const parts: Buffer[] = []
    let read = 0
    await this.read(request, (part) => {
      read += part.length
      if (read > mostRead) throw new ToolFailure('the answer is too large to be read: ask for fewer objects')
      parts.push(part)
    })
    try {
      return JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown
    } catch {
      throw new ToolFailure('the API server answered something that is no JSON')
    }
  }

  /** The same for any answer, part by part. What `take` throws ends the reading. */
  async read(request: ClusterRequest, take: (part: Buffer) => void): Promise<void> {
    const answer = await this.#sent(request)
    const late = setTimeout(() => answer.destroy(new ToolFailure('the answer took too long')), this.timeoutMs)
    try {
      const status = answer.statusCode ?? 0
      if (status < 200 || status > 299) throw await failureIn(answer)
      for await (const part of answer as AsyncIterable<Buffer>) take(part)
    } catch (error) {
      throw brokenOff(error)
    } finally {
      clearTimeout(late)
      answer.destroy()
    }
  }

  /** How the API server is reached for a WebSocket. */
  async socketOptions(): Promise<{ readonly url: string; readonly agent: RequestOptions['agent'] }> {
    const options = await this.#options()
    return { url: this.#server().replace(/^http/, 'ws'), agent: options.agent }
  }

  async #sent({
    accept = 'application/json',
    body,
    method,
    path,
    query = {},
  }: ClusterRequest): Promise<IncomingMessage> {
    const { agent } = await this.#options()
    const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`
    const headers = {
      host: new URL(this.#server()).host,
      accept,
      ...(body && { 'content-type': body.type, 'content-length': Buffer.byteLength(body.text) }),
    }
    const sending = httpRequest({ method, path: `${path}${search}`, headers, agent: agent as never })
    sending.end(body?.text)
    return answerTo(sending).catch((error: unknown) => {
      throw brokenOff(error)
    })
  }

  async #options(): Promise<RequestOptions> {
    const options: RequestOptions = {}
    await this.#config.applyToHTTPSOptions(options)
    return options
  }

  #server(): string {
    const server = this.#config.getCurrentCluster()?.server
    // Only the door is spoken to without TLS, and it is no server.
    if (server?.startsWith('http://') === true) return server
    throw new BothKeysError('ERR_CONFIG_INVALID', 'the tools speak to a cluster behind a door alone', {
      hint: 'give them a target that kubernetes() made',
    })
  }
}

function answerTo(sending: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sending.once('response', resolve)
    sending.once('error', reject)
  })
}

/** The most of a failure that is read, in bytes. */
const mostOfFailure = 256 * 1024

/** What an answer says that did not go well. */
export async function failureIn(answer: IncomingMessage): Promise<BothKeysError | ToolFailure> {
  const parts: Buffer[] = []
  let read = 0
  for await (const part of answer as AsyncIterable<Buffer>) {
    read += part.length
    if (read > mostOfFailure) break
    parts.push(part)
  }
  const header = answer.headers['bothkeys-refusal']
  const refusal = typeof header === 'string' ? header : undefined
  return failureOf({ status: answer.statusCode ?? 0, refusal, body: Buffer.concat(parts).toString('utf8') })
}

/** What the network says is no answer of the API server. */
export function brokenOff(error: unknown): unknown {
  if (error instanceof BothKeysError || error instanceof ToolFailure) return error
  return new ToolFailure('the connection broke off before the answer was whole; what was asked may have been done', {
    cause: error,
  })
}
