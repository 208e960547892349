import type { UnverifiedClaims } from '../identity/verifier.js'
import type { RecordedEvent } from '../record/event.js'
import type { Session } from '../session.js'
import type { ContractTarget } from './contract-harness.js'
import type { ContractStage, StageSession, StageSettings } from './contract-stage.js'
import { GuardedStage } from './guarded-stage.js'

/** A way to another process: a `ChildProcess` that was forked with `serialization: 'advanced'`, or `process` in it. */
export interface StageChannel {
  /** Sends to the other process. Missing on `process` when nobody forked it. */
  send?(message: unknown): unknown
  /** Listens to what the other process sends. */
  on(event: 'message', listener: (message: unknown) => void): unknown
}

/** What a process with a guard sets up for one case. */
export interface OpenedStage extends ContractTarget {
  /** What the client's side needs to reach the door. */
  readonly details: unknown
  /** What a client shows to get in as a session. */
  keyOf(session: Session): string | Promise<string>
  /** Releases what was set up, after the guard is closed. */
  close(): Promise<void>
}

/** A session that lives in another process. */
export interface RemoteSession extends StageSession {
  /** What a client shows to get in as this session. */
  readonly key: string
}

type Call =
  | { readonly call: 'open'; readonly config: unknown }
  | { readonly call: 'session'; readonly claims: UnverifiedClaims }
  | { readonly call: 'close-session'; readonly id: string }
  | { readonly call: 'set'; readonly settings: Partial<StageSettings> }
  | { readonly call: 'events' | 'asked' | 'serialisable' | 'close' }

interface Question {
  readonly question: number
  readonly asks: Call
}

interface Answer {
  readonly answers: number
  readonly value?: unknown
  readonly error?: string
}

/**
 * Has cases run against the guards of this process, one case after the other. For the process that a test starts; it takes
 * unverified identities, so it is for tests alone.
 */
export function answerStages(channel: StageChannel, open: (config: unknown) => Promise<OpenedStage>): void {
  const host = new StageHost(open)
  channel.on('message', (message) => {
    if (!isQuestion(message)) return
    const answers = message.question
    host.answer(message.asks).then(
      (value) => channel.send?.({ answers, value } satisfies Answer),
      (error: unknown) => channel.send?.({ answers, error: String(error) } satisfies Answer),
    )
  })
}

class StageHost {
  readonly #open: (config: unknown) => Promise<OpenedStage>
  readonly #sessions = new Map<string, Session>()
  #now: { readonly stage: GuardedStage; readonly opened: OpenedStage } | undefined

  constructor(open: (config: unknown) => Promise<OpenedStage>) {
    this.#open = open
  }

  async answer(asks: Call): Promise<unknown> {
    if (asks.call === 'open') return this.#start(asks.config)
    if (this.#now === undefined) throw new Error('no stage is open')
    const { stage, opened } = this.#now
    switch (asks.call) {
      case 'session': {
        const session = await stage.session(asks.claims)
        this.#sessions.set(session.id, session)
        return { id: session.id, subject: session.principal.subject.id, key: await opened.keyOf(session) }
      }
      case 'close-session':
        return this.#sessions.get(asks.id)?.close()
      case 'set':
        return stage.set(asks.settings)
      case 'events':
        return stage.events()
      case 'asked':
        return stage.asked()
      case 'serialisable':
        return stage.serialisable()
      case 'close':
        this.#now = undefined
        this.#sessions.clear()
        await stage.close()
        return opened.close()
    }
  }

  async #start(config: unknown): Promise<unknown> {
    const opened = await this.#open(config)
    this.#now = { stage: new GuardedStage(opened), opened }
    return opened.details
  }
}

/** The stages of another process, one after the other. */
export class RemoteStages {
  readonly #channel: StageChannel
  readonly #waiting = new Map<number, (answer: Answer) => void>()
  #asked = 0

  constructor(channel: StageChannel) {
    this.#channel = channel
    channel.on('message', (message) => {
      if (isAnswer(message)) this.#waiting.get(message.answers)?.(message)
    })
  }

  /** Opens one and answers its `details`. Rejects with what the other process failed with. */
  async open(config: unknown): Promise<{ readonly stage: ContractStage<RemoteSession>; readonly details: unknown }> {
    const details = await this.#ask({ call: 'open', config })
    return { stage: this.#stage(), details }
  }

  #stage(): ContractStage<RemoteSession> {
    return {
      session: async (claims) => {
        const { id, key, subject } = await this.#ask<{ id: string; key: string; subject: string }>({
          call: 'session',
          claims,
        })
        const close = (): Promise<void> => this.#ask({ call: 'close-session', id })
        return { id, key, principal: { subject: { id: subject } }, close }
      },
      set: (settings) => this.#ask({ call: 'set', settings }),
      events: () => this.#ask<readonly RecordedEvent[]>({ call: 'events' }),
      asked: () => this.#ask<number>({ call: 'asked' }),
      serialisable: () => this.#ask<readonly string[]>({ call: 'serialisable' }),
      close: () => this.#ask({ call: 'close' }),
    }
  }

  /** What comes back is what `StageHost` answers to the call. */
  #ask<T>(asks: Call): Promise<T> {
    this.#asked += 1
    const question = this.#asked
    return new Promise((resolve, reject) => {
      this.#waiting.set(question, ({ error, value }) => {
        this.#waiting.delete(question)
        if (error === undefined) resolve(value as T)
        else reject(new Error(error))
      })
      this.#channel.send?.({ question, asks } satisfies Question)
    })
  }
}

function isQuestion(message: unknown): message is Question {
  return typeof message === 'object' && message !== null && 'question' in message && 'asks' in message
}

function isAnswer(message: unknown): message is Answer {
  return typeof message === 'object' && message !== null && 'answers' in message
}
