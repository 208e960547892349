import { visible } from '@bothkeys/core/relay'
import type { DeskEnd, HistoryLine } from '../desk.js'
import { marked } from './exact-rows.js'
import type { Html } from './html.js'
import { html } from './html.js'
import { answerInWords, timeInWords } from './words.js'

const ends: Readonly<Record<DeskEnd, string>> = {
  consumed: 'approved, and spent by the engine',
  denied: 'denied',
  expired: 'expired',
  unavailable: 'nobody could be asked',
  void: 'void: something changed meanwhile',
  withdrawn: 'withdrawn',
}

/** What was asked and is over. Statements and parameters are not kept. */
export function historyBody(lines: readonly HistoryLine[]): Html {
  return html`<h1>History</h1>
    ${lines.length === 0 && html`<p class="empty">Nothing has ended yet.</p>`}
    <ul class="cards">
      ${lines.map((line) => html`<li class="card">${lineBody(line)}</li>`)}
    </ul>`
}

/** One request that is over, as a page. */
export function endedBody(line: HistoryLine): Html {
  return html`<h1>This request is over</h1>
    <div class="card">${lineBody(line)}</div>
    <p><a href="/">To what is pending</a></p>`
}

function lineBody({
  answers,
  digestPrefix,
  duties,
  end,
  endedAtMs,
  engine,
  operation,
  requester,
  target,
}: HistoryLine): Html {
  return html`<strong class="title">${marked(`${visible(operation)} on ${visible(target)}`)}</strong>
    <code class="prefix">${digestPrefix}</code> <span class="badge end-${end}">${ends[end]}</span>
    <p class="who">
      ${marked(visible(requester.id))} asked through ${visible(engine)}: ${duties.map(visible).join(', ')}
    </p>
    <ul class="answers">
      ${answers.map(
        (answer) =>
          html`<li>
            ${answerInWords(answer)}${answer.reason !== undefined && html`<q class="reason">${visible(answer.reason)}</q>`}
          </li>`,
      )}
    </ul>
    <p class="hint"><time datetime="${new Date(endedAtMs).toISOString()}">${timeInWords(endedAtMs)}</time></p>`
}
