import type { MaybePromise, Session } from '@bothkeys/core/adapter'
import { BothKeysError, isPromise, refusalFrom } from '@bothkeys/core/adapter'
import type { Admitted } from './admitted.js'
import { isOpen, letGo } from './admitted.js'
import type { Authentication, AuthenticationStep } from './authentication.js'
import type { CancelKeys } from './cancel-keys.js'
import type { ClientEnd } from './client-end.js'
import type { DoorConnection } from './connection.js'
import type { Frame } from './frames.js'
import { FrameReader } from './frames.js'
import { closingDoor } from './connection-ends.js'
import { authenticationOk, backendKeyData, parameterStatus, readyForQuery } from './messages.js'
import type { DoorRefusal } from './refusal-response.js'
import { refusalResponse } from './refusal-response.js'
import { askedAgain, negotiation, readStartup, refuseParameters } from './startup.js'

/** The door as a client end sees it, from its first byte. */
export interface DoorPeer {
  receive(chunk: Buffer): MaybePromise<void>
  /** The client takes bytes again. */
  drained(): void
  clientGone(): void
  /** Withdraws or cancels what is under way. */
  cancel(): void
  /** Ends the connection as soon as nothing is under way on it, and tells the client why. */
  drain(): void
  /** Ends the connection now: what waits is withdrawn, what runs is cancelled. The client is told why. */
  shutDown(): void
}

/** What happens behind a login. */
export interface LoginContext {
  readonly database: string
  readonly cancelKeys: CancelKeys
  /** Who the client is, or how that is found out. */
  readonly entry:
    | { readonly kind: 'known'; readonly admitted: Admitted }
    | { readonly kind: 'unknown'; readonly authentication: Authentication }
  /** Opens the connection to the server for a client that is known, unless the client goes before that. */
  open(
    client: ClientEnd,
    session: Session,
    parameters: ReadonlyMap<string, string>,
    gone: AbortSignal,
  ): Promise<OpenedConnection>
}

export interface OpenedConnection {
  readonly connection: DoorConnection
  /** The settings that the server reported at its own login. */
  readonly parameters: ReadonlyMap<string, string>
}

const maxStartupBytes = 10_000
const maxEarlyBytes = 1024 * 1024
/** What a client may send while nobody knows yet who it is: drivers wait for their answer. */
const maxUnknownBytes = 64 * 1024
const nothing = Buffer.from('N')

/** The start of a connection: start-up packet, authentication where there is one, then the server's greeting. */
export class Login implements DoorPeer {
  readonly #client: ClientEnd
  readonly #context: LoginContext
  readonly #reader: FrameReader
  #stage: 'startup' | 'authentication' | 'checking' | 'opening' | 'open' | 'over' = 'startup'
  #parameters: ReadonlyMap<string, string> = new Map()
  #connection: DoorConnection | undefined
  /** By what the client was told that nothing is encrypted. */
  readonly #refusedTo = new Set<string>()
  readonly #gone = new AbortController()
  /** Bytes that arrived before the connection was open. */
  #early: Buffer[] = []
  #earlyBytes = 0

  constructor(client: ClientEnd, context: LoginContext) {
    this.#client = client
    this.#context = context
    this.#reader = new FrameReader(maxStartupBytes, false, context.entry.kind === 'unknown')
  }

  receive(chunk: Buffer): MaybePromise<void> {
    switch (this.#stage) {
      case 'open':
        return this.#connection?.receive(chunk)
      case 'opening':
        this.#keep(chunk)
        return
      case 'over':
        return
      case 'checking':
        this.#push(chunk)
        if (this.#reader.pendingBytes > maxUnknownBytes) this.#refuse(tooEarly)
        return
      case 'startup':
      case 'authentication':
        this.#push(chunk)
        this.#read()
    }
  }

  /** A socket's bytes are the door's own, and so is what they hold of a password; those of a driver are the driver's. */
  #push(chunk: Buffer): void {
    this.#reader.push(this.#context.entry.kind === 'unknown' ? chunk : Buffer.from(chunk))
  }

  drained(): void {
    this.#connection?.drained()
  }

  clientGone(): void {
    if (this.#connection !== undefined) this.#connection.clientGone()
    // A driver that gave up hears of it all the same: some wait for an answer to their start-up before they end.
    else if (this.#stage === 'opening') this.#refuse(goneMeanwhile)
    else this.#over()
  }

  cancel(): void {
    this.#connection?.cancel()
  }

  drain(): void {
    if (this.#connection === undefined) this.#refuse(closingDoor)
    else this.#connection.drain()
  }

  shutDown(): void {
    if (this.#connection === undefined) this.#refuse(closingDoor)
    else this.#connection.shutDown()
  }

  #read(): void {
    try {
      while (this.#stage === 'startup' || this.#stage === 'authentication') {
        const frame = this.#reader.next()
        if (frame === undefined) return
        if (this.#stage === 'startup') this.#startup(frame)
        else this.#authenticate(frame)
      }
      if (this.#stage !== 'opening') return
      const rest = this.#reader.rest()
      if (rest.length > 0) this.#keep(rest)
    } catch (error) {
      this.#refuse(refusalFrom(error))
    }
  }

  #startup(frame: Frame): void {
    const request = readStartup(frame.bytes)
    switch (request.kind) {
      case 'encryption':
        // Each once, as for ProcessStartupPacket: else somebody unknown could have the door answer without end.
        if (this.#refusedTo.has(request.by)) this.#refuse(askedAgain)
        else this.#client.send(nothing)
        this.#refusedTo.add(request.by)
        return
      case 'cancel':
        this.#context.cancelKeys.cancel(request.pid, request.key)
        this.#over()
        return
      case 'refused':
        this.#refuse(request.refusal)
        return
      case 'startup': {
        const refusal = refuseParameters(request.parameters, this.#context.database)
        if (refusal !== undefined) {
          this.#refuse(refusal)
          return
        }
        const answer = negotiation(request.minor, request.parameters)
        if (answer !== undefined) this.#client.send(answer)
        this.#parameters = request.parameters
        const { entry } = this.#context
        if (entry.kind === 'known') {
          void this.#open(entry.admitted)
          return
        }
        this.#reader.expectTyped(entry.authentication.maxMessageBytes)
        this.#stage = 'authentication'
        this.#client.send(entry.authentication.begin(request.parameters))
      }
    }
  }

  #authenticate(frame: Frame): void {
    const { entry } = this.#context
    if (entry.kind === 'known') throw new BothKeysError('ERR_INTERNAL', 'no authentication is under way')
    const step = entry.authentication.step(frame, this.#gone.signal)
    if (!isPromise(step)) {
      this.#stepped(step)
      return
    }
    this.#stage = 'checking'
    void step.then((late) => {
      if (this.#stage === 'checking') this.#stage = 'authentication'
      this.#stepped(late)
      this.#read()
    })
  }

  #stepped(step: AuthenticationStep): void {
    if (step.kind === 'accepted' && this.#stage === 'over') letGo(step.admitted)
    else if (step.kind === 'refused') this.#refuse(step.refusal)
    else {
      this.#client.send(step.reply)
      if (step.kind === 'accepted') void this.#open(step.admitted)
    }
  }

  async #open(admitted: Admitted): Promise<void> {
    this.#stage = 'opening'
    try {
      const opened = await this.#context.open(this.#client, admitted.session, this.#parameters, this.#gone.signal)
      if (this.#greet(opened.connection, opened.parameters)) isOpen(admitted)
      await opened.connection.ended
    } catch (error) {
      this.#refuse(openingRefusal(error))
    } finally {
      letGo(admitted)
    }
  }

  /** Answers whether anybody is left to be greeted. */
  #greet(connection: DoorConnection, parameters: ReadonlyMap<string, string>): boolean {
    if (this.#stage === 'over' || connection.closed) {
      connection.clientGone()
      this.#stage = 'over'
      return false
    }
    this.#connection = connection
    this.#stage = 'open'
    const { cancelKeys } = this.#context
    const { pid, key } = cancelKeys.issue(connection)
    void connection.ended.then(() => {
      cancelKeys.forget(pid)
    })
    const greeting = [authenticationOk]
    for (const [name, value] of parameters) greeting.push(parameterStatus(name, value))
    greeting.push(backendKeyData(pid, key.readInt32BE(0)), readyForQuery('I'))
    this.#client.send(Buffer.concat(greeting))
    const early = this.#early
    this.#early = []
    for (const chunk of early) void connection.receive(chunk)
    return true
  }

  #keep(chunk: Buffer): void {
    this.#earlyBytes += chunk.length
    if (this.#earlyBytes > maxEarlyBytes) {
      this.#refuse(tooEarly)
      return
    }
    this.#early.push(Buffer.from(chunk))
  }

  #refuse(refusal: DoorRefusal): void {
    if (this.#stage === 'over') return
    this.#client.send(refusalResponse(refusal, 'FATAL'))
    this.#over()
  }

  #over(): void {
    this.#stage = 'over'
    this.#early = []
    if (this.#context.entry.kind === 'unknown') this.#reader.wipe()
    this.#gone.abort()
    this.#client.finish()
  }
}

const goneMeanwhile: DoorRefusal = {
  code: 'ERR_ABORTED',
  message: 'connection refused: the client went while it was opened',
  rules: [],
  hint: 'connect again',
}

const tooEarly: DoorRefusal = {
  code: 'ERR_PROTOCOL_REFUSED',
  message: 'connection refused: too much was sent before the connection was ready',
  rules: [],
  hint: 'wait for ReadyForQuery',
}

/** The driver's own message is for the operator; a client only learns what kind of failure it was. */
function openingRefusal(error: unknown): DoorRefusal {
  if (error instanceof BothKeysError) return refusalFrom(error)
  const sqlState = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown'
  return {
    code: 'ERR_TARGET_UNSAFE',
    message: `connection refused: the door could not log in to its server (${sqlState})`,
    rules: [],
    hint: 'ask whoever runs bothkeys here to look at the target',
    sqlState: '08001',
  }
}
