import { visible } from '@bothkeys/core/relay'
import type { BegunLink } from '../linked-account.js'
import type { LoginMethod } from '../logins/login-method.js'
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

/** An account that somebody says is theirs. */
type ShownAccount = Pick<BegunLink, 'account' | 'shownAs'>

/** Which account will be linked to whom. */
export function linkBody(shown: ShownAccount, session: PageSession, token: string): Html {
  return html`<h1>Link an account</h1>
    <p>
      Once you have entered a code there and confirmed it here, what this account decides in
      ${visible(shown.account.channel)} is decided by you.
    </p>
    ${accountFacts(shown, session)}
    <p class="warning">Go on only if this account is yours and you asked for this link yourself.</p>
    <form method="post" action="/link/${token}">
      ${formToken(session)}<button class="approve">This account is mine</button> <a href="/">Cancel</a>
    </form>`
}

/** The code that whoever holds the account enters in the channel. Nothing is linked until then, nor before the last word here. */
export function linkCodeBody(code: string, token: string): Html {
  return html`<h1>Two steps are left</h1>
    <p>Go back to where you asked for this link, and enter this code there within ten minutes:</p>
    <p><code>${code}</code></p>
    <p class="warning">
      Enter it yourself and give it to nobody. Whoever asks you for it wants to decide in your name. Nothing is linked
      yet.
    </p>
    <p>${onceEntered(token)}</p>`
}

/** Where it goes on after the code was entered. */
export function onceEntered(token: string): Html {
  return html`<a class="button" href="/link/${token}">I have entered it</a>`
}

/** Whose account it is that the code was entered from: the last word. */
export function lastLinkBody(shown: ShownAccount, session: PageSession, token: string): Html {
  return html`<h1>Is it yours?</h1>
    <p>The code was entered by the account that is named here, and by no other:</p>
    ${accountFacts(shown, session)}
    <p class="warning">
      Confirm only if you entered the code yourself, as exactly this user of exactly this team. If somebody asked you
      for the code, this is their account, and they would decide in your name: cancel, and tell whoever runs this relay.
    </p>
    <form method="post" action="/link/${token}/last">
      ${formToken(session)}<button class="approve">I entered the code: link this account to me</button>
      <a href="/">Cancel</a>
    </form>`
}

function accountFacts({ account, shownAs }: ShownAccount, session: PageSession): Html {
  const { id, issuer } = session.person.subject
  return html`<dl class="facts">
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
  </dl>`
}
