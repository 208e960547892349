import { inspect } from 'node:util'
import type { MaybePromise } from '@bothkeys/core/adapter'
import { BothKeysError, refusalFrom } from '@bothkeys/core/adapter'
import { accountOf } from './account-places.js'
import type { Admitted } from './admitted.js'
import type { Authentication, AuthenticationStep } from './authentication.js'
import type { CheckTurns } from './check-turns.js'
import type { Frame } from './frames.js'
import { BodyReader, code, int32, message } from './messages.js'
import type { DoorRefusal } from './refusal-response.js'

/** What a client of a served door sent about itself. The password is in no listing of its members and in no log. */
export interface ServedLogin {
  /** The user name of the start-up message. It proves nothing and means nothing to the door. */
  readonly user: string
  /** A token, a capability: whatever the agent's program was given. At most 16 KiB of UTF-8, never empty. */
  readonly password: string
}

/** Turns what a client sent into a session. A throw refuses the login. */
export type Admit = (login: ServedLogin, signal: AbortSignal) => Promise<Admitted>

/** Whom a client says it is, unverified, the wider before the narrower: its issuer, its account. Empty: it does not say. */
export type Claims = (login: ServedLogin) => readonly string[]

/** How passwords are looked at. */
export interface PasswordCheck {
  readonly admit: Admit
  readonly claims: Claims
  readonly turns: CheckTurns
}

const maxPasswordBytes = 16 * 1024

/** AuthenticationCleartextPassword. */
const askForPassword = message('R', int32(3))
const nothing = Buffer.alloc(0)

/**
 * A password in clear (PostgreSQL documentation, "Protocol Flow"): SCRAM proves that both sides know a secret, and can carry
 * no token that only its issuer made. Nobody listens on a unix socket or on 127.0.0.1, and the door is nowhere else.
 */
export class PasswordAuthentication implements Authentication {
  /** Type, length, password and its final zero. */
  readonly maxMessageBytes: number = 5 + maxPasswordBytes + 1
  readonly #check: PasswordCheck
  #user = ''

  constructor(check: PasswordCheck) {
    this.#check = check
  }

  begin(parameters: ReadonlyMap<string, string>): Buffer {
    this.#user = parameters.get('user') ?? ''
    return askForPassword
  }

  step(frame: Frame, gone: AbortSignal): MaybePromise<AuthenticationStep> {
    const password = frame.type === code('p') ? passwordOf(frame.bytes) : undefined
    // These are the door's own bytes; the string is dropped with the login.
    frame.bytes.fill(0)
    if (password === undefined || this.#user === '')
      return { kind: 'refused', refusal: refusedLogin('ERR_TOKEN_INVALID') }
    return this.#ask(new Login(this.#user, password), gone)
  }

  async #ask(login: ServedLogin, gone: AbortSignal): Promise<AuthenticationStep> {
    const { admit, claims, turns } = this.#check
    let over: (() => void) | undefined
    try {
      over = await turns.take(claims(login), gone)
      const admitted = assertAdmitted(await admit(login, gone))
      return { kind: 'accepted', reply: nothing, admitted, account: accountOf(admitted.session) }
    } catch (error) {
      return { kind: 'refused', refusal: refusedLogin(refusalFrom(error).code) }
    } finally {
      over?.()
    }
  }
}

class Login implements ServedLogin {
  readonly user: string
  readonly #password: string

  constructor(user: string, password: string) {
    this.user = user
    this.#password = password
  }

  get password(): string {
    return this.#password
  }

  toJSON(): never {
    throw new BothKeysError('ERR_CONFIG_INVALID', 'a login cannot be serialised', { hint: 'store its user at most' })
  }

  [inspect.custom](): string {
    return 'Login { password withheld }'
  }
}

/** The password of a PasswordMessage, or undefined when it is malformed. */
function passwordOf(bytes: Buffer): string | undefined {
  try {
    const body = new BodyReader(bytes)
    const password = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body.cBytes())
    body.end()
    return password === '' ? undefined : password
  } catch {
    return undefined
  }
}

/** What a host's function answered, whatever that is. */
interface Answered {
  readonly session?: { readonly principal?: { readonly subject?: object } }
  readonly release?: () => void
}

/** The host's function is checked, since nobody but the compiler did. */
function assertAdmitted(admitted: Answered | undefined): Admitted {
  const subject = admitted?.session?.principal?.subject
  if (typeof subject === 'object' && typeof admitted?.release === 'function') return admitted as Admitted
  throw new BothKeysError('ERR_INTERNAL', 'admit answered no session with a release')
}

/** Codes that say nothing about who the client is: it may come again as it is. */
const passing: ReadonlyMap<string, string> = new Map([
  ['ERR_LIMIT_EXCEEDED', '53300'],
  ['ERR_ABORTED', '57P03'],
  ['ERR_DEADLINE', '57P03'],
  ['ERR_DIRECTORY_UNAVAILABLE', '58030'],
  ['ERR_JOURNAL_UNAVAILABLE', '58030'],
  ['ERR_LEDGER_UNAVAILABLE', '58030'],
  ['ERR_LEDGER_UNKNOWN', '58030'],
  ['ERR_INTERNAL', 'XX000'],
])

/** What a client that is not let in is told: the code, and nothing of the reason, which may be about its token. */
function refusedLogin(errorCode: DoorRefusal['code']): DoorRefusal {
  const sqlState = passing.get(errorCode)
  return {
    code: errorCode,
    message:
      sqlState === undefined ? 'password authentication failed' : 'connection refused: nobody could be let in just now',
    rules: [],
    hint:
      sqlState === undefined
        ? 'send a token that is good for this door, or a capability of it, as the password'
        : 'connect again in a while; if that does not help, ask whoever runs bothkeys here',
    sqlState: sqlState ?? '28P01',
  }
}
