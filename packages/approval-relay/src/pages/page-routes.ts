import { BothKeysError } from '@bothkeys/core'
import type { Incoming, Route } from '../http/route.js'
import type { PageContext } from './page-context.js'
import { linkRoutes } from './link-routes.js'
import { liveRoute } from './live-route.js'
import { liveScript } from './live-script.js'
import { loginRoutes } from './login-routes.js'
import { pageHeaders } from './page-headers.js'
import { PageSite } from './page-site.js'
import { requestRoutes } from './request-routes.js'
import { icon, style } from './style.js'

/** How long people stay logged in at the pages. */
export interface PageOptions {
  /** Seconds without looking at a page. Default 1,800. */
  readonly sessionIdleS?: number
  /** Seconds in all, at most 86,400. Default 28,800: a working day. */
  readonly sessionS?: number
  /**
   * How many seconds ago somebody may have authenticated when they decide. Default 900: as long as an approval lasts by
   * default in most policies, so that one login serves what comes together, and a screen that was left open decides nothing.
   */
  readonly decideWithinS?: number
}

const longestS = 86_400

/**
 * The pages of the relay: what is pending, each request, the history, login and links. Every page but that of the login is for
 * people alone that the directory knows, every answer forbids scripts and frames of others, and every form holds a token.
 * Throws ERR_CONFIG_INVALID when an option is wrong, or there is no way to log in or two of the same name or issuer.
 */
export function pageRoutes(context: PageContext, options: PageOptions = {}): readonly Route[] {
  const { decideWithinS = 900, sessionIdleS = 1_800, sessionS = 28_800, ...others } = options
  if (Object.keys(others).length > 0) throw wrong(`there is no option ${Object.keys(others).join(', ')}`)
  for (const [name, value] of Object.entries({ decideWithinS, sessionIdleS, sessionS })) {
    if (!(value > 0 && value <= longestS)) throw wrong(`${name} must be between 1 and ${String(longestS)} seconds`)
  }
  const names = context.logins.map(({ name }) => name)
  if (names.length === 0) throw wrong('there is no way to log in')
  if (new Set(names).size < names.length) throw wrong('two logins have the same name')
  if (!names.every((name) => /^[a-z0-9][a-z0-9-]{0,31}$/u.test(name))) {
    throw wrong('the name of a login must be lower-case letters, digits and hyphens, at most 32')
  }
  const issuers = context.logins.map(({ issuer }) => issuer)
  if (!issuers.every((issuer) => typeof issuer === 'string' && issuer !== '')) throw wrong('a login has no issuer')
  if (new Set(issuers).size < issuers.length) throw wrong('two logins speak for the same issuer')
  const site = new PageSite(context, { idleS: sessionIdleS, wholeS: sessionS, decideWithinS })
  return [
    ...requestRoutes(site),
    ...loginRoutes(site),
    ...linkRoutes(site),
    liveRoute(site),
    asset(site, '/assets/style.css', 'text/css; charset=utf-8', style),
    asset(site, '/assets/pages.js', 'text/javascript; charset=utf-8', liveScript),
    asset(site, '/assets/icon.svg', 'image/svg+xml', icon),
  ].map((route) => guarded(site, route))
}

/** What fails shows a page that says nothing of why. */
function guarded(site: PageSite, route: Route): Route {
  const handle = async (incoming: Incoming, signal: AbortSignal) => {
    try {
      return await route.handle(incoming, signal)
    } catch (error) {
      site.context.onFailure(error)
      return site.message(500, 'Something failed', 'Nothing was decided. Whoever runs this relay can see why.')
    }
  }
  return { ...route, handle }
}

function asset(site: PageSite, path: string, type: string, body: string): Route {
  const headers = { ...pageHeaders(site.isHttps), 'content-type': type }
  return { method: 'GET', path, kind: 'page', handle: () => Promise.resolve({ status: 200, headers, body }) }
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `createRelay: ${what}`)
}
