import type { HeldNotice } from '@bothkeys/core/adapter'
import type { ServerNotification } from '@modelcontextprotocol/sdk/types.js'

/** What the SDK says of a call. */
export interface Asking {
  readonly requestId: string | number
  readonly signal: AbortSignal
  readonly _meta?: { readonly progressToken?: string | number | undefined } | undefined
  readonly sendNotification: (notification: ServerNotification) => Promise<void>
}

/** Tells a client that a call goes on waiting, so that it keeps its request open. */
export class Progress {
  readonly #asking: Asking
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(asking: Asking, everyMs: number) {
    this.#asking = asking
    this.#everyMs = everyMs
  }

  waits(name: string, { expiresAt, requestId, rules }: HeldNotice): void {
    const progressToken = this.#asking._meta?.progressToken
    if (progressToken === undefined) return
    const until = expiresAt.toISOString()
    const message = `${name} waits for approval until ${until} (rule ${rules.join(', ')}; request ${requestId.slice(0, 8)})`
    let progress = 0
    const tell = (): void => {
      progress += 1
      // A client that hears nothing may still be answered.
      this.#asking
        .sendNotification({ method: 'notifications/progress', params: { progressToken, progress, message } })
        .catch(() => undefined)
    }
    tell()
    this.#timer = setInterval(tell, this.#everyMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}
