import { visible } from '@bothkeys/core/relay'
import type { Html } from './html.js'
import { html } from './html.js'

const maxRows = 200
const maxCharacters = 8_192

/** A text of somebody else row by row: what is hidden is written out, and what could be a look-alike is marked. */
export function exactRows(text: string): Html {
  const cut = text.slice(0, maxCharacters).split('\n').slice(0, maxRows)
  const isCut = cut.join('\n').length < text.length
  return html`<pre class="exact" tabindex="0">
${cut.map((row) => html`<span class="row">${marked(visible(row))}</span>`)}</pre>
    ${isCut && html`<p class="warning">It goes on. What is cut is not shown here.</p>`}`
}

/** A text that was made visible before, such as a view. */
export function visibleRows(text: string): Html {
  return html`<pre class="exact" tabindex="0">
${text.split('\n').map((row) => html`<span class="row">${marked(row)}</span>`)}</pre>`
}

/** Marks every run of characters outside of ASCII, among which look-alikes hide, with the letter that a mark of theirs is drawn on. */
export function marked(text: string): readonly (string | Html)[] {
  return text
    .split(/((?:\p{L}(?=\p{M}))?\P{ASCII}+)/u)
    .map((part, index) => (index % 2 === 0 ? part : html`<mark>${part}</mark>`))
}

/** Whether a text has what `marked` marks. */
export function hasMarks(text: string): boolean {
  return /\P{ASCII}/u.test(text)
}
