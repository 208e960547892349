import type { Socket } from 'node:net'
import type { ClientEnd } from './client-end.js'
import type { Frame } from './frames.js'
import type { ThrottleLimits } from './loopback-throttle.js'
import { LoginThrottle } from './loopback-throttle.js'
import type { Authentication, AuthenticationStep, DoorPeer } from './login.js'
import type { DoorRefusal } from './refusal-response.js'
import { refusalResponse } from './refusal-response.js'
import { ScramAuthentication } from './scram-authentication.js'
import type { ScramVerifier } from './scram.js'
import { SocketEnd } from './socket-end.js'

/** The bounds of a loopback door. */
export interface LoopbackLimits extends ThrottleLimits {
  /** Clients that are logged in. */
  readonly maxConnections: number
  /** Clients that are not, cancel requests among them. They take no place of those that are. */
  readonly maxPending: number
  /** How long a login may take. */
  readonly loginMs: number
  /** How long the door waits for its first login. */
  readonly firstUseMs: number
}

export interface LoopbackClientsContext {
  readonly limits: LoopbackLimits
  readonly verifier: ScramVerifier
  /** The door behind a socket: it lets nothing through before the authentication says so. */
  login(client: ClientEnd, authentication: Authentication): DoorPeer
}

const tooMany: DoorRefusal = {
  code: 'ERR_LIMIT_EXCEEDED',
  message: 'connection refused: the loopback door has as many clients as it takes',
  rules: [],
  hint: 'close some of them, or raise maxConnections',
  sqlState: '53300',
}

/** The sockets of one loopback door: how many there may be, how long a login may take, and who is known. */
export class LoopbackClients {
  readonly #context: LoopbackClientsContext
  readonly #throttle: LoginThrottle
  readonly #pending = new Set<SocketEnd>()
  readonly #known = new Set<SocketEnd>()
  /** Called once, when a client has proved for the first time that it knows the password. */
  onFirstLogin: (() => void) | undefined

  constructor(context: LoopbackClientsContext) {
    this.#context = context
    this.#throttle = new LoginThrottle(context.limits)
  }

  /** Sockets above this number are closed without a word; room is left to tell some of them why. */
  get maxSockets(): number {
    const { maxConnections, maxPending } = this.#context.limits
    return maxConnections + 2 * maxPending
  }

  accept(socket: Socket): void {
    const end = new SocketEnd(socket)
    if (this.#pending.size >= this.#context.limits.maxPending) {
      end.send(refusalResponse(tooMany, 'FATAL'))
      end.finish()
      return
    }
    this.#pending.add(end)
    const timers = [
      setTimeout(() => {
        end.close()
      }, this.#context.limits.loginMs),
    ]
    const authentication = this.#authentication(end, () => {
      timers.forEach(clearTimeout)
    })
    const begin = (): void => {
      end.attach(this.#context.login(end, authentication))
    }
    socket.once('close', () => {
      timers.forEach(clearTimeout)
      this.#pending.delete(end)
      this.#known.delete(end)
    })
    const delayMs = this.#throttle.delayMs()
    if (delayMs === 0) begin()
    else timers.push(setTimeout(begin, delayMs))
  }

  /** Ends every connection. */
  close(): void {
    for (const end of [...this.#pending, ...this.#known]) end.close()
  }

  #authentication(end: SocketEnd, onKnown: () => void): Authentication {
    const scram = new ScramAuthentication(this.#context.verifier)
    return {
      begin: () => scram.begin(),
      step: (frame: Frame): AuthenticationStep => {
        const step = scram.step(frame)
        switch (step.kind) {
          case 'continue':
            return step
          case 'refused':
            this.#throttle.failed()
            return step
          case 'accepted':
            if (!this.#admit(end)) return { kind: 'refused', refusal: tooMany }
            onKnown()
            return step
        }
      },
    }
  }

  /** Takes a client that knows the password among the known ones, if there is room. */
  #admit(end: SocketEnd): boolean {
    this.onFirstLogin?.()
    this.onFirstLogin = undefined
    if (this.#known.size >= this.#context.limits.maxConnections) return false
    this.#pending.delete(end)
    this.#known.add(end)
    return true
  }
}
