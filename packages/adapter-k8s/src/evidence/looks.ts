import type { IncomingMessage } from 'node:http'
import { BothKeysError, JointSignal, over, type SessionAccess } from '@bothkeys/core/adapter'
import { agentOf } from '../door/agent-of.js'
import { unlessAborted } from '../door/unless-aborted.js'
import type { Upstream } from '../door/upstream.js'
import type { JsonValue } from '../json.js'
import type { Method } from '../request/request-kind.js'
import { withQuery, type Pair } from '../request/target.js'

/** What the door asks the API server on its own account. */
export interface Look {
  readonly method: Method
  /** Without its parameters. */
  readonly path: string
  readonly query?: readonly Pair[]
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | undefined
}

/** What the API server said. */
export interface Looked {
  readonly status: number
  /** Undefined where it is no JSON. */
  readonly value: JsonValue | undefined
}

/** How many bytes an answer may have: more than an object of the API server has. */
const mostBytes = 4 * 1024 * 1024

/** What tells an object from others, and no more of it. */
export const metadataOnly = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io'

/** Looks of one request, each bounded in time. What the API server answers stays with the door: it is for approvers and the policy (RULES 28). */
export class Looks {
  readonly #access: SessionAccess
  readonly #upstream: Upstream
  readonly #signal: AbortSignal
  readonly #longestMs: number

  constructor(access: SessionAccess, upstream: Upstream, signal: AbortSignal, longestMs = 5_000) {
    this.#access = access
    this.#upstream = upstream
    this.#signal = signal
    this.#longestMs = longestMs
  }

  /** The same for as long as somebody waits for this, too. */
  until(signal: AbortSignal): Looks {
    return new Looks(this.#access, this.#upstream, AbortSignal.any([this.#signal, signal]), this.#longestMs)
  }

  /**
   * Asks, once that is on record. Rejects with the reason of the signal when nobody waits any more, with what the journal failed with,
   * else with ERR_INTERNAL when there is no answer, or one that does not end. The error holds nothing of it.
   */
  async ask({ body, headers, method, path, query = [] }: Look): Promise<Looked> {
    const statement = query.some(([name]) => name === 'dryRun') ? 'dry run' : 'look'
    // Nothing is decided by what is not on record.
    await unlessAborted(this.#signal, async () => this.#access.beginInternal({ statement, text: `${method} ${path}` }))
    const waited = new JointSignal(this.#signal)
    const { signal } = waited
    const timer = setTimeout(() => {
      waited.abort(over)
    }, this.#longestMs)
    try {
      const send = await unlessAborted(signal, () => this.#upstream.prepare())
      const answer = await send({
        method,
        path: withQuery(path, query),
        headers: {
          accept: 'application/json',
          ...headers,
          'accept-encoding': 'identity',
          'user-agent': agentOf(this.#access),
        },
        body: body === undefined ? undefined : Buffer.from(body, 'utf8'),
        signal,
      })
      return { status: answer.statusCode ?? 0, value: parsed(await whole(answer)) }
    } catch (cause) {
      this.#signal.throwIfAborted()
      throw new BothKeysError('ERR_INTERNAL', 'nobody could look at what would change, so nothing was sent', {
        hint: 'look whether the API server is reachable, and send it again',
        cause,
      })
    } finally {
      clearTimeout(timer)
      waited.release()
    }
  }
}

async function whole(answer: IncomingMessage): Promise<string> {
  if (answer.headers['content-encoding'] !== undefined) {
    answer.destroy()
    throw new Error('the answer is encoded')
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > mostBytes) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}
