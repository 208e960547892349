import { digestPrefix, effectInWords, estimateInWords, visible } from '@bothkeys/core/relay'
import type { PersonView } from '../desk.js'
import { exactRows, hasMarks, marked, visibleRows } from './exact-rows.js'
import type { Html } from './html.js'
import { flag, html } from './html.js'
import { formToken } from './layout.js'
import { lowerOf } from './lower-of.js'
import type { Obstacle } from './obstacle.js'
import type { PageSession } from './page-sessions.js'
import type { ShownEntry } from './shown-entry.js'
import { answerInWords, personInWords, spanInWords, timeInWords } from './words.js'

/** What the page of one request is made of. */
export interface ShownRequest {
  readonly entry: ShownEntry
  readonly view: PersonView
  readonly session: PageSession
  readonly nowMs: number
  /** Why it is grave. */
  readonly gravity: readonly string[]
  /** Why this person cannot approve it; undefined when they can try. */
  readonly approving: Obstacle | undefined
  /** The same for a denial. */
  readonly denying: Obstacle | undefined
}

const maxEffects = 100

/** The page of one request: who asks for what, where, until when, the text whose digest is signed, and the decision. */
export function requestBody(shown: ShownRequest): Html {
  const { entry, gravity, nowMs, view } = shown
  const { request } = entry
  return html`<article data-request="${request.id}">
    <h1>
      ${marked(visible(request.operation))} on ${marked(visible(request.target.name))}
      <code class="prefix" title="The first digits of the digest of exactly this action">${digestPrefix(request)}</code>
    </h1>
    <p class="until">
      Expires in
      <time
        datetime="${request.expiresAt.toISOString()}"
        data-until="${request.expiresAt.getTime()}"
        data-now="${nowMs}"
        >${spanInWords(request.expiresAt.getTime() - nowMs)}</time
      >
      <span class="hint">at ${timeInWords(request.expiresAt.getTime())}</span>
    </p>
    <p class="over" id="over" role="status" hidden></p>
    ${gravity.length > 0 && html`<p class="warning"><strong>Look twice:</strong> ${gravity.join(', ')}.</p>`}${
      hasMarks(view.text) &&
      html`<p class="warning">It holds <mark>characters</mark> that can look like others. They are marked.</p>`
    }${facts(shown)}
    <section aria-labelledby="effects">
      <h2 id="effects">What it does</h2>
      <ul class="effects">
        ${request.effects.slice(0, maxEffects).map((effect) => html`<li>${marked(effectInWords(effect))}</li>`)}
      </ul>
      ${
        request.effects.length > maxEffects && html`<p class="warning">There are more effects, which are not shown.</p>`
      }
      <p class="hint">Claimed by the engine. The digest covers it.</p>
    </section>
    ${content(shown)}${
      request.estimate !== undefined &&
      html`<section aria-labelledby="estimate">
        <h2 id="estimate">Estimate</h2>
        ${visibleRows(estimateInWords(request.estimate).join('\n'))}
      </section>`
    }
    <section aria-labelledby="exact">
      <h2 id="exact">What your signature is about</h2>
      <p class="hint">This text and no other, made by this relay from the action itself.</p>
      ${visibleRows(view.text)}
    </section>
    <section aria-labelledby="so-far">
      <h2 id="so-far">Answers so far</h2>
      <ul id="answers">
        ${entry.answers.map((answer) => html`<li>${answerInWords(answer, nowMs)}</li>`)}
      </ul>
      <p class="empty" id="no-answers" ${flag('hidden', entry.answers.length > 0)}>Nobody has answered.</p>
    </section>
    ${decision(shown)}
  </article>`
}

function facts({ entry: { request } }: ShownRequest): Html {
  const { engine, identity, maxAffected, requester, rules, settings = {}, stages, target } = request
  const { id, issuer } = requester.subject
  const names = requester.delegation.map(({ name }) => (name === undefined ? 'one without a name' : visible(name)))
  return html`<dl class="facts">
    ${fact('Who asks', `${requester.kind} ${visible(id)}`, `of ${visible(issuer)}, known by ${visible(requester.verifiedBy)} (${requester.level})`)}${
      requester.actors.length > 0 && fact('Acting', requester.actors.map(visible).join(', '))
    }${names.length > 0 && fact('Sub-agent', names.join(' > '))}${
      requester.change !== undefined && fact('Change', visible(requester.change))
    }${fact('Through', visible(engine))}${fact('Where', `${visible(target.name)} (${visible(target.kind)})`, pairs(identity))}${
      Object.keys(settings).length > 0 && fact('Settings', pairs(settings))
    }${
      maxAffected !== undefined &&
      fact('At most', `${String(maxAffected)} changed rows`, 'with more, everything is undone')
    }${fact('Held by', rules.map(visible).join(', '))}${fact(
      'Needs',
      stages.map(({ count, role, stage }) => `${visible(stage)}: ${String(count)} of ${visible(role)}`).join(', '),
    )}
  </dl>`
}

function fact(name: string, value: string, more?: string): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${marked(value)}${more !== undefined && more !== '' && html`<span class="hint">${marked(more)}</span>`}</dd>
  </div>`
}

function pairs(members: Readonly<Record<string, string>>): string {
  return Object.entries(members)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${visible(name)}=${visible(value)}`)
    .join(' ')
}

/** Statement and parameters, for whoever may see them. */
function content({ entry: { request }, view }: ShownRequest): Html {
  if (view.masked) {
    return html`<section aria-labelledby="statement">
      <h2 id="statement">Statement</h2>
      <p class="warning">Statement and parameters are withheld from you.</p>
    </section>`
  }
  const { parameters } = request
  return html`<section aria-labelledby="statement">
      <h2 id="statement">Statement</h2>
      ${exactRows(request.text)}
    </section>
    ${
      parameters.length > 0 &&
      html`<section aria-labelledby="parameters">
        <h2 id="parameters">Parameters</h2>
        ${exactRows(parameters.map((value, index) => `$${String(index + 1)} = ${JSON.stringify(value)}`).join('\n'))}
      </section>`
    }`
}

function decision(shown: ShownRequest): Html {
  const { approving, denying, entry, gravity, session, view } = shown
  const { id } = entry.request
  const bound = html`${formToken(session)}<input type="hidden" name="view" value="${view.digest}" />`
  return html`<section class="decision" aria-labelledby="decision">
    <h2 id="decision">Your decision</h2>
    <div class="forms">
      <form method="post" action="/requests/${id}" autocomplete="off">
        ${bound}<input type="hidden" name="decision" value="allow" /> ${
          approving === undefined
            ? html`<p class="hint">
                Signed as a decision of ${personInWords(session.person)} about exactly this, at level
                ${lowerOf(session.level, view.allowUpTo)}. Whether it counts, the engine says.
              </p>`
            : html`<p class="warning" id="why-not">${obstacleInWords(approving)}</p>`
        }
        ${
          gravity.length > 0 &&
          approving === undefined &&
          html`<label for="typed"
              >To approve, type the digits <code class="prefix">${digestPrefix(entry.request)}</code></label
            ><input
              id="typed"
              name="typed"
              required
              pattern="[0-9a-f]{8}"
              maxlength="8"
              autocapitalize="none"
              spellcheck="false"
              inputmode="text"
            />`
        }<button
          class="approve"
          aria-describedby="${approving !== undefined && 'why-not'}"
          ${flag('disabled', approving !== undefined)}
        >
          Approve
        </button>
      </form>
      <form method="post" action="/requests/${id}" autocomplete="off">
        ${bound}<input type="hidden" name="decision" value="deny" /><label for="reason"
          >Why not? <span class="hint">(kept in the record)</span></label
        ><textarea
          id="reason"
          name="reason"
          maxlength="1000"
          rows="3"
          ${flag('disabled', denying !== undefined)}
        ></textarea
        ><button class="deny" ${flag('disabled', denying !== undefined)}>Deny</button>
      </form>
    </div>
  </section>`
}

function obstacleInWords(obstacle: Obstacle): Html {
  if ('link' in obstacle) {
    return html`${obstacle.text} <a href="/login?to=${obstacle.link}">Log in again</a>`
  }
  return html`${obstacle.text}`
}
