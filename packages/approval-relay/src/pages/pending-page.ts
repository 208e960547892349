import { marked } from './exact-rows.js'
import type { Html } from './html.js'
import { flag, html } from './html.js'
import type { Summary } from './summary.js'
import { spanInWords, timeInWords } from './words.js'

/** The list of what waits for people. The script of the pages keeps it up to date; without it, whoever looks reloads it. */
export function pendingBody(entries: readonly Summary[], nowMs: number): Html {
  return html`<h1>Waiting for people</h1>
    <p class="hint" id="live" role="status">Reload this page to see what is new.</p>
    <ul class="cards" id="pending" data-now="${nowMs}">
      ${entries.map((entry) => card(entry, nowMs))}
    </ul>
    <p class="empty" id="empty" ${flag('hidden', entries.length > 0)}>Nothing waits for anybody.</p>`
}

function card(
  { answers, effects, engine, id, isAnswered, needs, prefix, title, untilMs, who }: Summary,
  nowMs: number,
): Html {
  return html`<li class="card">
    <a class="title" href="/requests/${id}">${marked(title)}</a> <code class="prefix">${prefix}</code>${
      isAnswered && html` <span class="badge">you answered</span>`
    }
    <p class="who">${marked(who)} asks through ${engine}</p>
    <ul class="effects">
      ${effects.map((words) => html`<li>${marked(words)}</li>`)}
    </ul>
    <p class="needs">needs ${needs}; ${answersInWords(answers.length)}</p>
    <p class="until">
      <time datetime="${new Date(untilMs).toISOString()}" data-until="${untilMs}" title="${timeInWords(untilMs)}"
        >${spanInWords(untilMs - nowMs)}</time
      >
      left
    </p>
  </li>`
}

function answersInWords(count: number): string {
  return count === 1 ? '1 answer so far' : `${String(count)} answers so far`
}
