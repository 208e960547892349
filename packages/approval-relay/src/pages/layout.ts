import type { Outgoing } from '../http/route.js'
import type { Html } from './html.js'
import { html } from './html.js'
import { pageHeaders } from './page-headers.js'
import type { PageSession } from './page-sessions.js'
import { personInWords } from './words.js'

/** One page. */
export interface Page {
  readonly title: string
  readonly body: Html
  readonly status?: number
  /** Who looks at it; left out, nobody is logged in. */
  readonly session?: PageSession | undefined
  /** Which part of the navigation it is. */
  readonly part?: 'pending' | 'history'
  readonly headers?: Outgoing['headers']
}

/** Renders a page as an answer. */
export function pageOf({ body, headers, part, session, status = 200, title }: Page, isHttps: boolean): Outgoing {
  const whole = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} · bothkeys</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/assets/style.css" />
        <script src="/assets/pages.js" defer></script>
      </head>
      <body>
        <a class="skip" href="#main">Skip to content</a>
        <header>
          <a class="brand" href="/"><span class="keys" aria-hidden="true"></span>bothkeys</a>${
            session !== undefined && navigation(session, part)
          }
        </header>
        <main id="main" tabindex="-1">${body}</main>
      </body>
    </html>`
  return {
    status,
    headers: { ...pageHeaders(isHttps), 'content-type': 'text/html; charset=utf-8', ...headers },
    body: whole.toString(),
  }
}

function navigation(session: PageSession, part: Page['part']): Html {
  const name = personInWords(session.person)
  return html`<nav aria-label="Pages">
      ${link('/', 'Pending', part === 'pending')}${link('/history', 'History', part === 'history')}
    </nav>
    <form class="out" method="post" action="/logout">
      ${formToken(session)}<span class="me" title="${session.person.subject.id} of ${session.person.subject.issuer}"
        >${name}</span
      ><button class="plain">Log out</button>
    </form>`
}

function link(to: '/' | '/history', text: string, isHere: boolean): Html {
  const here = isHere && html`<span class="visually-hidden">(this page)</span>`
  const current = isHere ? 'page' : 'false'
  return to === '/'
    ? html`<a href="/" aria-current="${current}">${text}${here}</a>`
    : html`<a href="/history" aria-current="${current}">${text}${here}</a>`
}

/** What shows that a form is one of ours. */
export function formToken({ formToken: token }: PageSession): Html {
  return html`<input type="hidden" name="token" value="${token}" />`
}
