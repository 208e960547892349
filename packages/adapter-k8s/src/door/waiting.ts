import type { Description, Refusal } from '@bothkeys/core/adapter'

/** What of one session may be open at once. */
const most = {
  /** Requests whose answer has not begun. */
  waiting: 1024,
  /** Requests that are not over, also those whose answer goes on for hours. */
  open: 4096,
  /** Of these, connections that become another protocol. */
  connections: 256,
  /** Bytes of bodies, of all that is open together. */
  bytes: 32 * 1024 * 1024,
} as const

/** Something that waits, until its answer begins. */
interface Waits {
  readonly headersSent: boolean
  /** It becomes another protocol. */
  readonly isConnection?: true
}

/** The requests of one session that are read, decided, sent or answered, until they are over (RULES 21). */
export class Waiting {
  /** With how many bytes of it are held. */
  readonly #open = new Map<Waits, number>()
  readonly #waiting = new Set<Waits>()
  #connections = 0
  #bytes = 0

  /** Takes a place for one more. Says why there is none. */
  enter(one: Waits): Refusal | undefined {
    if (one.isConnection === true && this.#connections >= most.connections) return tooManyConnections
    if (this.#open.size >= most.open) return tooManyOpen
    if (this.#waiting.size >= most.waiting) this.#forgetBegun()
    if (this.#waiting.size >= most.waiting) return tooMany
    this.#open.set(one, 0)
    this.#waiting.add(one)
    if (one.isConnection === true) this.#connections += 1
    return undefined
  }

  /** Whether there was room for more bytes of its body. Where there was not, none of it is held any more. */
  hold(one: Waits, bytes: number): boolean {
    const held = this.#open.get(one)
    if (held === undefined) return false
    const holds = this.#bytes + bytes <= most.bytes
    this.#open.set(one, holds ? held + bytes : 0)
    this.#bytes += holds ? bytes : -held
    return holds
  }

  leave(one: Waits): void {
    this.#bytes -= this.#open.get(one) ?? 0
    if (this.#open.delete(one) && one.isConnection === true) this.#connections -= 1
    this.#waiting.delete(one)
  }

  /** Watches take no place of what waits: their answers begin at once, and go on for hours. */
  #forgetBegun(): void {
    for (const each of this.#waiting) if (each.headersSent) this.#waiting.delete(each)
  }
}

/** What nobody reads, for others are there already. */
export const notRead: Description = Object.freeze({
  operation: 'request',
  text: '',
  recordedText: '(a request that was not read)',
  effects: Object.freeze([
    Object.freeze({ duty: 'opaque', resource: 'request:unread', attributes: Object.freeze({}) } as const),
  ]),
})

const tooMany = limit(
  'as many requests of the session wait for an answer as may',
  'wait until some of them are answered, then ask again',
)

const tooManyOpen = limit(
  'as many requests of the session are open as may',
  'end some of its watches and of the logs that it follows, then ask again',
)

const tooManyConnections = limit(
  'the session has as many connections to pods as it may',
  'end some of its exec, attach or port-forward, then ask again',
)

/** There is no room for a body. */
export const tooMuch = limit(
  'the bodies of the requests of the session that wait are as large together as they may be',
  'wait until some of them are answered, then ask again',
)

/** Clients of Kubernetes ask again by themselves when they are told when. */
function limit(why: string, hint: string): Refusal {
  return Object.freeze({
    code: 'ERR_LIMIT_EXCEEDED',
    message: `refused: ${why}`,
    rules: Object.freeze([]),
    hint,
  })
}
