import { BothKeysError } from '../errors.js'
import { assertKnownOptions } from '../known-options.js'
import { systemClock } from '../model/clock.js'
import { ForwardTime } from '../model/forward-time.js'
import type { MaybePromise } from '../model/maybe-promise.js'
import type { Subject } from '../model/principal.js'
import { readAtMost } from './bounded-fetch.js'
import type { Directory, DirectoryContext, DirectoryEntry, DirectoryQuery, DirectoryRecord } from './directory.js'
import { LookupCache } from './lookup-cache.js'
import { everyUser, pageSize } from './scim-listing.js'
import type { ScimPage, ScimReading } from './scim-user.js'
import { scimPage, scimRecord } from './scim-user.js'
import { secureUrl } from './secure-url.js'
import { strictJsonObject } from './strict-json.js'
import { untilAborted } from './until-aborted.js'

const maxBytes = 64 * 1024
const maxPageBytes = 2 * 1024 * 1024
const maxEntries = 10_000
const maxOpen = 64

/** Options of `httpDirectory`. */
export interface HttpDirectoryOptions {
  /** Where the SCIM service is, for example `https://idp.example.com/scim/v2`. https, or http on loopback. */
  readonly url: string
  /** Whose accounts the service knows: the `iss` of their tokens. Accounts of another issuer are unknown to it. */
  readonly issuer: string
  /** The bearer token that the service asks for (RFC 6750), or a function that answers the one of the moment. */
  readonly token: string | (() => MaybePromise<string>)
  /** The attribute of a user that is the `sub` of their tokens. Default `externalId`. */
  readonly attribute?: ScimReading['attribute']
  /**
   * What makes several users one person: `employeeNumber` of the enterprise extension, which people with more than one
   * account share, or the `id`, of which each user has another. Default `employeeNumber`.
   */
  readonly person?: ScimReading['person']
  /**
   * `directory`: the roles are those of the user, and a user without them has none. `token`: the service keeps no roles,
   * and those of the token count. Default `directory`.
   */
  readonly roles?: ScimReading['roles']
  /** How old an answer may be, in milliseconds. Default 1,000, at most 60,000. Before an approved action runs it is 0. */
  readonly maxAgeMs?: number
  /** How long the service and `token` together may take, in milliseconds. Default 2,000, at most 30,000. */
  readonly timeoutMs?: number
  /**
   * Whether all users are listed when a policy is loaded that keeps roles apart. `false` for a service that lets nobody list
   * them: then such roles are found when a session opens. Default true.
   */
  readonly lists?: boolean
}

/** Every option; docs/directory.md is kept equal to it by a test. */
export const optionNames: ReadonlySet<string> = new Set<keyof HttpDirectoryOptions>([
  'url',
  'issuer',
  'token',
  'attribute',
  'person',
  'roles',
  'maxAgeMs',
  'timeoutMs',
  'lists',
])

/**
 * A directory that asks a SCIM 2.0 service (RFC 7644) for the user of an account. What the service answers is believed only
 * when it is one user, the one that was asked for, who says whether they are active. Redirects are not followed, at most
 * 64 KiB are read (2 MiB of a page of a listing), 64 questions are open at the same time, 10,000 answers are kept for `maxAgeMs` and never longer because
 * the service is down. Everything else is ERR_DIRECTORY_UNAVAILABLE, whose text holds neither the token nor the answer.
 * Throws ERR_CONFIG_INVALID at once when an option is wrong.
 *
 * @example
 * httpDirectory({ url: 'https://idp.example.com/scim/v2', issuer: 'https://idp.example.com', token: () => readSecret('scim') })
 */
export function httpDirectory(options: HttpDirectoryOptions): Directory {
  const { lists, maxAgeMs, reading, timeoutMs, url } = checkedOptions(options)
  const { token } = options
  // The monotonic clock of a machine that sleeps stands still.
  let time = new ForwardTime(systemClock)
  const cache = new LookupCache<DirectoryRecord | undefined>({
    ask: async (subject) => {
      const signal = AbortSignal.timeout(timeoutMs)
      const response = await fetchUsers(url, filterFor(subject, reading), maxBytes, await bearer(token, signal), signal)
      return understood(response, (answer) => scimRecord(answer, subject, reading))
    },
    maxAgeMs,
    nowMs: () => time.nowMs(),
    maxEntries,
    maxOpen,
  })
  const page = async (startIndex: number, over: AbortSignal): Promise<ScimPage> => {
    const signal = AbortSignal.any([over, AbortSignal.timeout(timeoutMs)])
    const place = { startIndex: String(startIndex), count: String(pageSize) }
    const response = await fetchUsers(url, place, maxPageBytes, await bearer(token, signal), signal)
    return understood(response, (answer) => scimPage(answer, reading))
  }
  const list = async ({ signal }: DirectoryQuery): Promise<readonly DirectoryEntry[]> => {
    try {
      return await everyUser((startIndex) => page(startIndex, signal))
    } catch (error) {
      if (error instanceof BothKeysError) throw error
      throw unavailable(`could not be listed: ${error instanceof Error ? error.message : 'it failed'}`)
    }
  }
  return Object.freeze({
    ...(lists && { list }),
    open: (context: DirectoryContext): void => {
      time = new ForwardTime(context.clock)
    },
    resolve: (subject: Subject, query: DirectoryQuery) =>
      subject.issuer === reading.issuer ? cache.find(subject, query.fresh) : undefined,
  })
}

/** RFC 7644 section 3.4.2.2: a value of a filter is a JSON string. */
function filterFor(subject: Subject, { attribute }: ScimReading): Readonly<Record<string, string>> {
  return { filter: `${attribute} eq ${JSON.stringify(subject.id)}`, count: '2' }
}

async function fetchUsers(
  url: URL,
  query: Readonly<Record<string, string>>,
  mostBytes: number,
  token: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const location = new URL(`${url.pathname.replace(/\/+$/u, '')}/Users`, url)
  location.search = new URLSearchParams(query).toString()
  try {
    const response = await fetch(location, {
      headers: { accept: 'application/scim+json, application/json', authorization: `Bearer ${token}` },
      redirect: 'manual',
      signal,
    })
    const body = await readAtMost(response, mostBytes)
    if (response.status !== 200) throw new Error(`it answered HTTP ${String(response.status)}`)
    return body
  } catch (cause) {
    throw unavailable('could not be asked', cause)
  }
}

async function bearer(token: HttpDirectoryOptions['token'], signal: AbortSignal): Promise<string> {
  try {
    // An async function, so that one that throws at once is no different from one that rejects.
    const value = typeof token === 'string' ? token : await untilAborted((async () => token())(), signal)
    if (isBearer(value)) return value
  } catch (cause) {
    throw unavailable('cannot be asked: there is no token for it', cause)
  }
  throw unavailable('cannot be asked: its token is not one')
}

/** RFC 6750 section 2.1: b64token. Nothing that could end the header. */
function isBearer(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 16_384 && /^[A-Za-z0-9\-._~+/]+=*$/u.test(value)
}

/** What is thrown at an answer says what is wrong with it and holds nothing of it. */
function understood<T>(response: Uint8Array, read: (answer: unknown) => T): T {
  const why = 'gave an answer that is not understood'
  let answer: unknown
  try {
    answer = strictJsonObject(response, 'it')
  } catch {
    throw unavailable(`${why}: it is no JSON object with one meaning`)
  }
  try {
    return read(answer)
  } catch (error) {
    throw unavailable(`${why}: ${error instanceof Error ? error.message : 'it cannot be read'}`)
  }
}

function unavailable(what: string, cause?: unknown): BothKeysError {
  return new BothKeysError('ERR_DIRECTORY_UNAVAILABLE', `the SCIM service ${what}`, {
    hint: 'see docs/directory.md for what it has to answer',
    ...(cause === undefined ? {} : { cause }),
  })
}

interface Checked {
  readonly url: URL
  readonly reading: ScimReading
  readonly maxAgeMs: number
  readonly timeoutMs: number
  readonly lists: boolean
}

function checkedOptions(options: HttpDirectoryOptions): Checked {
  assertKnownOptions('httpDirectory', options, optionNames)
  const { attribute = 'externalId', issuer, maxAgeMs = 1_000, person = 'employeeNumber' } = options
  const { lists = true, roles = 'directory', timeoutMs = 2_000, token } = options
  if (typeof issuer !== 'string' || issuer === '') throw wrong('issuer must be the iss of the tokens')
  if (typeof token !== 'function' && !isBearer(token)) throw wrong('token must be a bearer token or a function')
  oneOf('attribute', attribute, ['externalId', 'id', 'userName'])
  oneOf('person', person, ['id', 'employeeNumber'])
  oneOf('roles', roles, ['directory', 'token'])
  oneOf('lists', lists, [true, false])
  between('maxAgeMs', maxAgeMs, 0, 60_000)
  between('timeoutMs', timeoutMs, 1, 30_000)
  const url = secureUrl(options.url, 'url', wrong)
  if (url.search !== '' || url.hash !== '') throw wrong('url must have no query and no fragment')
  return { url, reading: { attribute, issuer, person, roles }, maxAgeMs, timeoutMs, lists }
}

function oneOf(option: string, value: unknown, values: readonly (string | boolean)[]): void {
  if (!values.some((each) => each === value)) throw wrong(`${option} must be ${values.map(String).join(' or ')}`)
}

function between(option: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return
  throw wrong(`${option} must be a whole number from ${String(least)} to ${String(most)}`)
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `httpDirectory: ${what}`, { hint: 'see docs/directory.md' })
}
