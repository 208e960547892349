import { visible } from '@bothkeys/core/relay'
import type { ChannelAccount, LoginMethod } from '../ports.js'
import type { Html } from './html.js'
import { html } from './html.js'
import { formToken } from './layout.js'
import type { PageSession } from './page-sessions.js'
import { personInWords } from './words.js'

/** The ways to log in. */
export function loginBody(logins: readonly LoginMethod[], to: string): Html {
  return html`<h1>Log in</h1>
    <p>To see what agents ask for, and to decide it.</p>
    <ul class="logins">
      ${logins.map(
        ({ name }) => html`<li><a class="button" href="/login/${name}?to=${to}">Continue with ${name}</a></li>`,
      )}
    </ul>`
}

/** What went wrong, and where to go. */
export function messageBody(title: string, text: string, next: Html): Html {
  return html`<h1>${title}</h1>
    <p role="alert">${text}</p>
    <p>${next}</p>`
}

/** Which account will be linked to whom. */
export function linkBody(account: ChannelAccount, shownAs: string, session: PageSession, token: string): Html {
  const { id, issuer } = session.person.subject
  return html`<h1>Link an account</h1>
    <p>
      Once you have entered a code there, what this account decides in ${visible(account.channel)} is decided by you.
    </p>
    <dl class="facts">
      <div>
        <dt>Account</dt>
        <dd>${visible(shownAs)}</dd>
      </div>
      <div>
        <dt>User</dt>
        <dd><code>${visible(account.user)}</code></dd>
      </div>
      <div>
        <dt>Team</dt>
        <dd><code>${visible(account.team)}</code></dd>
      </div>
      <div>
        <dt>You</dt>
        <dd>${personInWords(session.person)}<span class="hint">${visible(id)} of ${visible(issuer)}</span></dd>
      </div>
    </dl>
    <p class="warning">Go on only if this account is yours and you asked for this link yourself.</p>
    <form method="post" action="/link/${token}">
      ${formToken(session)}<button class="approve">This account is mine</button> <a href="/">Cancel</a>
    </form>`
}

/** The code that whoever holds the account enters in the channel. Nothing is linked until then. */
export function linkCodeBody(code: string): Html {
  return html`<h1>One step is left</h1>
    <p>Go back to where you asked for this link, and enter this code there within ten minutes:</p>
    <p><code>${code}</code></p>
    <p class="warning">
      Enter it yourself and give it to nobody. Whoever asks you for it wants to decide in your name. Nothing is linked
      yet.
    </p>`
}
