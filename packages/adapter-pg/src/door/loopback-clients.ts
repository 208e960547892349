import type { Socket } from 'node:net'
import { isPromise } from '@bothkeys/core/adapter'
import { AccountPlaces } from './account-places.js'
import { letGo } from './admitted.js'
import type { Authentication, AuthenticationStep } from './authentication.js'
import type { ClientEnd } from './client-end.js'
import { closingDoor } from './connection-ends.js'
import type { DoorPeer } from './login.js'
import type { ThrottleLimits } from './loopback-throttle.js'
import { LoginThrottle } from './loopback-throttle.js'
import type { Standing } from './pending-clients.js'
import { PendingClients } from './pending-clients.js'
import type { DoorRefusal } from './refusal-response.js'
import { refusalResponse } from './refusal-response.js'
import { SocketEnd } from './socket-end.js'

/** The bounds of a door on loopback. */
export interface LoopbackLimits extends ThrottleLimits {
  /** Clients that are logged in. */
  readonly maxConnections: number
  /** Those of one account, where clients have several. */
  readonly maxPerAccount: number
  /** Clients that have still to prove who they are, cancel requests among them. They take no place of those that have. */
  readonly maxPending: number
  /** Clients whose proof is being looked at, or waits for that. The authentication sees to it. */
  readonly maxChecked: number
  /** How long a login may take. */
  readonly loginMs: number
}

export interface LoopbackClientsContext {
  readonly limits: LoopbackLimits
  /** How one client proves who it is. */
  authentication(): Authentication
  /** The door behind a socket: it lets nothing through before the authentication says so. */
  login(client: ClientEnd, authentication: Authentication): DoorPeer
  /** Told how many clients are logged in, whenever that changes. */
  onConnections?(open: number): void
}

const tooMany: DoorRefusal = {
  code: 'ERR_LIMIT_EXCEEDED',
  message: 'connection refused: the loopback door has as many clients as it takes',
  rules: [],
  hint: 'close some of them, or raise maxConnections',
  sqlState: '53300',
}

const tooManyOfOne: DoorRefusal = {
  code: 'ERR_LIMIT_EXCEEDED',
  message: 'connection refused: this account has as many connections here as one account may have',
  rules: [],
  hint: 'close some of its own',
  sqlState: '53300',
}

/** The sockets of one door on loopback: how many there may be, how long a login may take, and who is known. */
export class LoopbackClients {
  readonly #context: LoopbackClientsContext
  readonly #throttle: LoginThrottle
  readonly #pending: PendingClients
  readonly #known = new Set<SocketEnd>()
  readonly #accounts: AccountPlaces
  #draining = false
  readonly #whenEmpty: (() => void)[] = []
  /** Called once, when a client has proved for the first time who it is. */
  onFirstLogin: (() => void) | undefined

  constructor(context: LoopbackClientsContext) {
    this.#context = context
    this.#throttle = new LoginThrottle(context.limits)
    this.#pending = new PendingClients(context.limits.maxPending)
    this.#accounts = new AccountPlaces(context.limits.maxPerAccount)
  }

  /** Sockets above this number are closed without a word; room is left to tell some of them why. */
  get maxSockets(): number {
    const { maxChecked, maxConnections, maxPending } = this.#context.limits
    return maxConnections + maxChecked + 2 * maxPending
  }

  /** How many clients are logged in: until their connection has ended and its outcomes are recorded. */
  get connections(): number {
    return this.#known.size
  }

  accept(socket: Socket): void {
    const end = new SocketEnd(socket)
    if (this.#draining) {
      end.drop()
      return
    }
    for (const evicted of this.#pending.roomFor(end)) {
      evicted.send(refusalResponse(tooMany, 'FATAL'))
      evicted.drop()
    }
    const timer = setTimeout(() => {
      end.close()
    }, this.#context.limits.loginMs)
    const closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        clearTimeout(timer)
        this.#pending.delete(end)
        resolve()
      })
    })
    const authentication = this.#authentication(end, closed, () => {
      clearTimeout(timer)
    })
    end.attach(this.#context.login(end, authentication))
  }

  /** Lets nobody log in any more, and ends each connection as soon as nothing is under way on it. */
  drain(): void {
    this.#draining = true
    for (const end of this.#pending.all) end.shutDown()
    for (const end of this.#known) end.drain()
  }

  /** Ends every connection now, and tells its client why. */
  shutDown(): void {
    for (const end of [...this.#pending.all, ...this.#known]) end.shutDown()
  }

  /** Ends every connection. */
  close(): void {
    this.#draining = true
    for (const end of [...this.#pending.all, ...this.#known]) end.close()
  }

  /** Waits until nobody is logged in. */
  async empty(): Promise<void> {
    if (this.#known.size === 0) return
    await new Promise<void>((resolve) => {
      this.#whenEmpty.push(resolve)
    })
  }

  #authentication(end: SocketEnd, closed: Promise<void>, onKnown: () => void): Authentication {
    const inner = this.#context.authentication()
    const stands = (standing: Standing): void => {
      this.#pending.set(end, standing)
    }
    const settle = (step: AuthenticationStep): AuthenticationStep | Promise<AuthenticationStep> => {
      switch (step.kind) {
        case 'continue':
          stands('greeted')
          return step
        case 'refused':
          stands('refused')
          return this.#late(step, this.#throttle.failed(), closed)
        case 'accepted':
          return this.#accept(end, step, onKnown)
      }
    }
    return {
      maxMessageBytes: inner.maxMessageBytes,
      begin: (parameters) => {
        stands('greeted')
        return inner.begin(parameters)
      },
      step: (frame, gone) => {
        stands('checked')
        // Whoever is refused meanwhile, for what it sends besides, is on its way no more.
        gone.addEventListener('abort', () => stands('refused'), { once: true })
        const step = inner.step(frame, gone)
        return isPromise(step) ? step.then(settle) : settle(step)
      },
    }
  }

  /** Takes a client that proved who it is among the known ones, if it is still there and there is room. */
  #accept(
    end: SocketEnd,
    step: Extract<AuthenticationStep, { kind: 'accepted' }>,
    onKnown: () => void,
  ): AuthenticationStep {
    this.onFirstLogin?.()
    this.onFirstLogin = undefined
    const { account, admitted } = step
    const refusal = this.#refusal(end, account)
    if (refusal !== undefined) {
      this.#pending.set(end, 'refused')
      letGo(admitted)
      return { kind: 'refused', refusal }
    }
    onKnown()
    this.#pending.delete(end)
    this.#known.add(end)
    this.#changed()
    const release = (): void => {
      this.#known.delete(end)
      if (account !== undefined) this.#accounts.giveBack(account)
      this.#changed()
      if (this.#known.size === 0) for (const tell of this.#whenEmpty.splice(0)) tell()
      admitted.release()
    }
    return { ...step, admitted: { session: admitted.session, opened: () => admitted.opened?.(), release } }
  }

  /** Why a client that proved who it is does not get in. Undefined: it does, and its account has a place less. */
  #refusal(end: SocketEnd, account: string | undefined): DoorRefusal | undefined {
    if (this.#draining || !this.#pending.has(end)) return closingDoor
    if (this.#known.size >= this.#context.limits.maxConnections) return tooMany
    return account === undefined || this.#accounts.take(account) ? undefined : tooManyOfOne
  }

  #late(
    step: AuthenticationStep,
    delayMs: number,
    closed: Promise<void>,
  ): AuthenticationStep | Promise<AuthenticationStep> {
    if (delayMs === 0) return step
    return new Promise((resolve) => {
      const told = (): void => {
        clearTimeout(timer)
        resolve(step)
      }
      const timer = setTimeout(told, delayMs)
      void closed.then(told)
    })
  }

  #changed(): void {
    try {
      this.#context.onConnections?.(this.#known.size)
    } catch {
      // A listener that fails is its owner's affair; the door goes on.
    }
  }
}
