import { BothKeysError } from '@bothkeys/core'
import { isSecureAddress } from '../logins/bounded-fetch.js'
import type { Incoming, Outgoing, Route } from '../http/route.js'
import type { LoggedIn, LoginMethod } from '../logins/login-method.js'
import type { BegunLogin } from './begun-logins.js'
import { BegunLogins } from './begun-logins.js'
import { html } from './html.js'
import { sentForm } from './own-form.js'
import type { PageSite } from './page-site.js'
import { isVisitor } from './page-site.js'
import { loginBody } from './plain-pages.js'
import { returnPath } from './return-path.js'

const deadlineMs = 30_000
const again = html`<a href="/login">Try again</a>`

/** A SAML response is read from a form (SAML bindings section 3.5): as large as one may be. */
const maxAnswerBytes = 512 * 1024

/** Logging in and out. A login is begun by following a link, so that no form is sent to another site. */
export function loginRoutes(site: PageSite): readonly Route[] {
  const methods = new Map(site.context.logins.map((login) => [login.name, login]))
  const callback = ({ params }: Incoming) => methods.get(params['name'] ?? '')
  return [
    {
      method: 'GET',
      path: '/login',
      kind: 'page',
      handle: (incoming) => {
        const to = returnPath(incoming.url.searchParams.get('to'))
        return Promise.resolve(site.page({ title: 'Log in', body: loginBody(site.context.logins, to) }))
      },
    },
    {
      method: 'GET',
      path: '/login/:name',
      kind: 'page',
      handle: (incoming, signal) => begin(site, callback(incoming), incoming, signal),
    },
    {
      method: 'GET',
      path: '/login/:name/callback',
      kind: 'page',
      handle: (incoming, signal) => finish(site, callback(incoming), incoming, signal),
    },
    {
      method: 'POST',
      path: '/login/:name/callback',
      kind: 'page',
      maxBytes: maxAnswerBytes,
      handle: (incoming, signal) => finish(site, callback(incoming), incoming, signal),
    },
    { method: 'POST', path: '/logout', kind: 'page', handle: (incoming, signal) => logOut(site, incoming, signal) },
  ]
}

async function begin(
  site: PageSite,
  login: LoginMethod | undefined,
  { headers, url }: Incoming,
  signal: AbortSignal,
): Promise<Outgoing> {
  if (login === undefined) return noSuchLogin(site)
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
    // What a login method sends elsewhere is nothing by which the browser is known.
    const begun = await login.begin({ loginId: BegunLogins.newId(), callbackUrl: callbackUrl(site, login) }, within)
    if (!isSecureAddress(begun.redirect))
      throw new BothKeysError('ERR_CONFIG_INVALID', 'the login leads to no secure address')
    const to = returnPath(url.searchParams.get('to'))
    const session = site.cookies.read(headers['cookie'], 'session')
    const sealed = site.begun.seal({ method: login.name, state: begun.state, to, session })
    return site.redirect(begun.redirect, [site.cookies.set('login', sealed, login)])
  } catch (error) {
    site.context.onFailure(error)
    return site.message(502, 'You cannot log in now', 'The identity provider could not be asked.', { next: again })
  }
}

async function finish(
  site: PageSite,
  login: LoginMethod | undefined,
  incoming: Incoming,
  signal: AbortSignal,
): Promise<Outgoing> {
  if (login === undefined) return noSuchLogin(site)
  const begun = site.begun.take(site.cookies.read(incoming.headers['cookie'], 'login'))
  const done = [site.cookies.clear('login', login)]
  if (begun === undefined || begun.method !== login.name) {
    site.context.record.refused('login-not-begun', { method: login.name })
    return notLoggedIn(site, 'This browser has begun no such login, or it took longer than ten minutes.')
  }
  let loggedIn: LoggedIn
  try {
    const within = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
    const form = incoming.method === 'POST' ? (sentForm(incoming) ?? new URLSearchParams()) : new URLSearchParams()
    const { method, url } = incoming
    const answer = { method, url, form, state: begun.state, callbackUrl: callbackUrl(site, login) }
    loggedIn = checked(await login.finish(answer, within), login.issuer, site.context.clock.wallMs())
  } catch (error) {
    site.context.onFailure(error)
    site.context.record.refused('login-failed', { method: login.name })
    return withCookies(
      notLoggedIn(site, 'The identity provider did not log you in, or what it said was refused.'),
      done,
    )
  }
  const before = [begun.session, site.cookies.read(incoming.headers['cookie'], 'session')]
  return enter(site, loggedIn, { begun, before, done, signal })
}

/** Lets somebody in who has logged in: known to the directory, on record, and under a new session id. */
async function enter(
  site: PageSite,
  login: LoggedIn,
  {
    before,
    begun: { method, to },
    done,
    signal,
  }: {
    begun: BegunLogin
    /** The sessions that this browser had, which are over then. */
    before: readonly (string | undefined)[]
    done: readonly string[]
    signal: AbortSignal
  },
): Promise<Outgoing> {
  const person = { subject: login.subject, name: login.name }
  const refused = await site.notAdmitted({ method, person }, signal)
  if (refused !== undefined) return withCookies(refused, done)
  try {
    await site.context.record.login(person, method, login.level)
  } catch (error) {
    site.context.onFailure(error)
    return withCookies(site.message(503, 'Nobody is let in now', 'The login could not be put on record.'), done)
  }
  for (const session of before) site.sessions.end(session)
  const id = site.sessions.begin(login, method)
  return site.redirect(to, [...done, site.cookies.set('session', id)])
}

async function logOut(site: PageSite, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
  const sender = await site.sender(incoming, [], signal)
  if (!isVisitor(sender)) return sender
  site.sessions.end(sender.id)
  return site.redirect('/login', [site.cookies.clear('session')])
}

/** What a login method answers, which may be of anybody's making. Throws ERR_TOKEN_INVALID. */
function checked(login: LoggedIn, issuer: string, nowMs: number): LoggedIn {
  const { authenticatedAtMs, expiresAtMs, level, subject } = login
  const isWhole =
    [subject.id, subject.issuer].every((text) => typeof text === 'string' && text !== '' && text.length <= 1024) &&
    ['signed', 'phishing-resistant'].includes(level) &&
    Number.isFinite(authenticatedAtMs) &&
    (expiresAtMs === undefined || expiresAtMs > nowMs)
  if (!isWhole) throw new BothKeysError('ERR_TOKEN_INVALID', 'the login says not who it is, how, or when')
  if (subject.issuer === issuer) return login
  throw new BothKeysError('ERR_TOKEN_INVALID', 'the login names somebody of another issuer than its own')
}

function callbackUrl(site: PageSite, { name }: LoginMethod): string {
  return `${site.origin}/login/${name}/callback`
}

function noSuchLogin(site: PageSite): Outgoing {
  return site.message(404, 'There is no such login', 'This relay has no login of that name.', { next: again })
}

function notLoggedIn(site: PageSite, why: string): Outgoing {
  return site.message(400, 'You are not logged in', why, { next: again })
}

function withCookies(outgoing: Outgoing, cookies: readonly string[]): Outgoing {
  return { ...outgoing, headers: { ...outgoing.headers, 'set-cookie': cookies } }
}
