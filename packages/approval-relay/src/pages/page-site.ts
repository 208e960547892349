import { BothKeysError } from '@bothkeys/core'
import { isSecureAddress } from '../logins/bounded-fetch.js'
import type { Incoming, Outgoing } from '../http/route.js'
import type { PageContext } from './page-context.js'
import { BegunLogins } from './begun-logins.js'
import type { Html } from './html.js'
import { html } from './html.js'
import type { Page } from './layout.js'
import { pageOf } from './layout.js'
import { formOf, isOwnForm } from './own-form.js'
import { PageCookies } from './page-cookies.js'
import { pageHeaders } from './page-headers.js'
import type { PageSession, SessionLimits } from './page-sessions.js'
import { holdsToken, PageSessions } from './page-sessions.js'
import { messageBody } from './plain-pages.js'
import { returnPath } from './return-path.js'

const home = html`<a href="/">To what is pending</a>`
const deadlineMs = 15_000

/** Somebody who is logged in, known to the directory and not disabled. */
export interface Visitor {
  readonly session: PageSession
  readonly id: string
}

/** What all pages share: who looks, what they may send, and how they are answered. */
export class PageSite {
  readonly context: PageContext
  readonly origin: string
  readonly isHttps: boolean
  readonly cookies: PageCookies
  readonly sessions: PageSessions
  readonly begun: BegunLogins

  constructor(context: PageContext, limits: SessionLimits) {
    const { clock, publicUrl } = context
    const url = new URL(publicUrl)
    if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw wrong('publicUrl must have no path')
    if (!isSecureAddress(publicUrl)) throw wrong('publicUrl must be https, or http on loopback')
    this.context = context
    this.origin = url.origin
    this.isHttps = url.protocol === 'https:'
    this.cookies = new PageCookies(this.isHttps)
    this.sessions = new PageSessions(clock, limits)
    this.begun = new BegunLogins(clock)
  }

  page(page: Page): Outgoing {
    return pageOf(page, this.isHttps)
  }

  /** A page that says what went wrong. */
  message(status: number, title: string, text: string, more: { session?: PageSession; next?: Html } = {}): Outgoing {
    const { next = home, session } = more
    return this.page({ status, title, body: messageBody(title, text, next), session })
  }

  /** Always 303, so that nothing is sent twice and no form reaches another site. */
  redirect(to: string, cookies: readonly string[] = []): Outgoing {
    return { status: 303, headers: { ...pageHeaders(this.isHttps), location: to, 'set-cookie': cookies }, body: '' }
  }

  /**
   * Who looks, or the answer for somebody who may not. The directory is asked each time. What a page does by itself is no use of
   * the session: `isUse` is false then.
   */
  async visitor(incoming: Incoming, signal: AbortSignal, isUse = true): Promise<Visitor | Outgoing> {
    const id = this.cookies.read(incoming.headers['cookie'], 'session')
    const session = isUse ? this.sessions.find(id) : this.sessions.peek(id)
    if (id === undefined || session === undefined) {
      return this.redirect(`/login?to=${encodeURIComponent(returnPath(incoming.url.pathname))}`)
    }
    return (await this.notAdmitted(session, signal)) ?? { session, id }
  }

  /** The answer for somebody that the directory does not let in. Undefined: it does. */
  async notAdmitted(
    { method, person }: Pick<PageSession, 'method' | 'person'>,
    signal: AbortSignal,
  ): Promise<Outgoing | undefined> {
    const within = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)])
    const admission = await this.context.desk.admit(person, within)
    if (admission.admitted) return undefined
    this.context.record.refused(admission.reason, { method, person })
    return admission.reason === 'directory-unavailable'
      ? this.message(503, 'Nobody is let in now', 'The directory does not answer, so nobody is shown anything.')
      : this.message(
          403,
          'You are not let in',
          'The directory of this relay does not know you as a person who may look, or has you disabled.',
          { next: html`<a href="/login">Log in as somebody else</a>` },
        )
  }

  /** Whoever sent a form from one of our pages, with its fields; or the answer for anybody else. */
  async sender(
    incoming: Incoming,
    fields: readonly string[],
    signal: AbortSignal,
  ): Promise<(Visitor & { readonly form: Readonly<Record<string, string>> }) | Outgoing> {
    if (!isOwnForm(incoming, this.origin)) return this.#foreign('form-of-another-site')
    const visitor = await this.visitor(incoming, signal)
    if (!isVisitor(visitor)) return visitor
    const form = formOf(incoming, ['token', ...fields])
    if (form === undefined) return this.message(400, 'This was no form of ours', 'Nothing was done.', visitor)
    if (!holdsToken(visitor.session, form['token'] ?? null)) return this.#foreign('form-without-token')
    return { ...visitor, form }
  }

  #foreign(reason: string): Outgoing {
    this.context.record.refused(reason)
    return this.message(
      403,
      'Nothing was done',
      'What was sent did not come from a page of this relay that you see now.',
    )
  }
}

/** Whether somebody was let in, rather than answered. */
export function isVisitor<T extends Visitor>(came: T | Outgoing): came is T {
  return 'session' in came
}

function wrong(what: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `createRelay: ${what}`)
}
