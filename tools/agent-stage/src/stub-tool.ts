import type { GuardedTarget, HeldNotice } from '@bothkeys/core/adapter'
import { BothKeysError, type Session } from '@bothkeys/core/adapter'
import type { AgentTool, CallContext } from '@bothkeys/tools'
import { z } from 'zod'

/** A tool that waits where a test says so, and knows what ran. */
export class StubTool implements AgentTool<{ text: string; note?: string | undefined }> {
  readonly name: string
  readonly description = 'Says a text.'
  readonly schema = z.strictObject({ text: z.string(), note: z.string().optional() })
  readonly session: Session
  readonly target: GuardedTarget
  /** What ran. */
  readonly ran: string[] = []
  /** What people are asked about now. */
  readonly asked: string[] = []
  readonly #waiting = new Map<string, Deciding>()

  constructor(session: Session, target: GuardedTarget, name = 'say') {
    this.session = session
    this.target = target
    this.name = name
  }

  /** `wait …` waits for people, `refuse …` is refused, `throw …` throws, everything else runs. */
  async run({ text }: { text: string }, { onHeld, signal }: CallContext): Promise<string> {
    if (text.startsWith('refuse')) throw new BothKeysError('ERR_DENIED', 'the policy says no', { rules: ['no'] })
    if (text.startsWith('throw')) throw new Error('password=hunter2')
    if (text.startsWith('wait')) await this.#people(text, signal, onHeld)
    this.ran.push(text)
    return `said ${text}`
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0
  }

  /** Has people say yes or no to all that waits. */
  decide(decision: 'allow' | 'deny'): void {
    for (const { reject, resolve } of this.#waiting.values()) {
      if (decision === 'allow') resolve()
      else reject(new BothKeysError('ERR_APPROVAL_DENIED', 'a person said no'))
    }
    this.#waiting.clear()
  }

  async #people(text: string, signal: AbortSignal, onHeld: CallContext['onHeld']): Promise<void> {
    const { promise, reject, resolve } = resolvers()
    this.#waiting.set(text, { promise, reject, resolve })
    signal.addEventListener('abort', () => {
      this.#waiting.delete(text)
      reject(signal.reason as Error)
    })
    this.asked.push(text)
    const onAllowed = onHeld?.(notice)
    await promise
    await onAllowed?.()
  }
}

interface Deciding {
  readonly promise: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

function resolvers(): Deciding {
  let settle: Omit<Deciding, 'promise'> | undefined
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...(settle as Omit<Deciding, 'promise'>) }
}

const notice = {
  requestId: 'request-1',
  digest: 'd'.repeat(64),
  rules: ['deletes'],
  expiresAt: new Date(8.64e15),
} as unknown as HeldNotice
