/**
 * The script of the pages. It keeps the list and the answers up to date and counts down. What comes from anybody is set as
 * text (`textContent`) or compared, never read as HTML; the policy of the pages lets it do nothing else.
 */
export const liveScript = `
'use strict'
const byId = (id) => document.getElementById(id)
const element = (name, className, text) => {
  const made = document.createElement(name)
  if (className) made.className = className
  if (text !== undefined) made.textContent = text
  return made
}
// What could be a look-alike is marked, as the relay marks it.
const marked = (made, text) => {
  text.split(/((?:\\p{L}(?=\\p{M}))?[^\\x00-\\x7f]+)/u).forEach((part, index) => made.append(index % 2 ? element('mark', '', part) : part))
  return made
}
// The relay's clock counts, whatever this machine's says.
const sent = document.querySelector('[data-now]')
let ahead = sent ? Number(sent.dataset.now) - Date.now() : 0
const inWords = (ms) => {
  const s = Math.max(0, Math.floor(ms / 1000))
  if (s < 60) return s + ' s'
  if (s < 3600) return Math.floor(s / 60) + ' min ' + (s % 60) + ' s'
  return Math.floor(s / 3600) + ' h ' + Math.floor((s % 3600) / 60) + ' min'
}
const count = () => {
  for (const time of document.querySelectorAll('[data-until]')) {
    time.textContent = inWords(Number(time.dataset.until) - Date.now() - ahead)
  }
}
setInterval(count, 1000)
const list = (name, className, texts) => {
  const made = element(name, className)
  for (const text of texts) made.append(marked(element('li'), text))
  return made
}
const card = (entry) => {
  const made = element('li', 'card')
  const title = marked(element('a', 'title'), entry.title)
  title.href = '/requests/' + encodeURIComponent(entry.id)
  const until = element('time')
  until.dataset.until = String(entry.untilMs)
  const left = element('p', 'until')
  left.append(until, ' left')
  const answers = entry.answers.length === 1 ? '1 answer so far' : entry.answers.length + ' answers so far'
  made.append(title, ' ', element('code', 'prefix', entry.prefix))
  if (entry.isAnswered) made.append(' ', element('span', 'badge', 'you answered'))
  made.append(marked(element('p', 'who'), entry.who + ' asks through ' + entry.engine), list('ul', 'effects', entry.effects),
    element('p', 'needs', 'needs ' + entry.needs + '; ' + answers), left)
  return made
}
const pending = byId('pending')
const article = document.querySelector('[data-request]')
const linkOf = (card) => card.querySelector('a.title')
const showList = (entries) => {
  const shown = new Map([...pending.children].map((card) => [linkOf(card).href, card]))
  const made = entries.map(card)
  const listed = new Set(made.map((each) => linkOf(each).href))
  for (const [href, old] of shown) if (!listed.has(href)) old.remove()
  // A link stays the element that it was: a press on it that has begun goes on, and so does the focus.
  made.forEach((each, index) => {
    const link = linkOf(each)
    const old = shown.get(link.href)
    if (old) {
      const kept = linkOf(old)
      while (kept.nextSibling) kept.nextSibling.remove()
      while (link.nextSibling) kept.parentNode.append(link.nextSibling)
    } else {
      pending.insertBefore(each, pending.children[index] || null)
    }
  })
  byId('empty').hidden = entries.length > 0
}
const showRequest = (entries, isWhole) => {
  const mine = entries.find((entry) => entry.id === article.dataset.request)
  if (mine) {
    byId('answers').replaceChildren(...mine.answers.map((text) => element('li', '', text)))
    byId('no-answers').hidden = mine.answers.length > 0
  } else if (isWhole) {
    byId('over').textContent = 'This request is over. Reload the page to see how it ended.'
    byId('over').hidden = false
    for (const button of document.querySelectorAll('.decision button, .decision textarea, .decision input')) button.disabled = true
  }
}
if (pending || article) {
  const events = new EventSource('/events')
  const live = byId('live')
  events.addEventListener('pending', (event) => {
    const { entries, isWhole, nowMs } = JSON.parse(event.data)
    ahead = nowMs - Date.now()
    if (pending) showList(entries)
    if (article) showRequest(entries, isWhole)
    if (live) live.textContent = isWhole ? 'This list is live.' : 'This list is live. There are more than it shows.'
    count()
  })
  events.addEventListener('over', () => {
    events.close()
    if (live) live.textContent = 'You are logged out. Reload this page to log in.'
  })
  events.addEventListener('error', () => {
    if (live) live.textContent = 'The relay does not answer. What you see may be old.'
  })
}
`
