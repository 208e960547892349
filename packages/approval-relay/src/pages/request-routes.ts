import { digestPrefix } from '@bothkeys/core/relay'
import type { DeskRefusal, PersonView } from '../desk.js'
import type { Incoming, Outgoing, Route } from '../http/route.js'
import { endedBody, historyBody } from './history-page.js'
import { html } from './html.js'
import { lowerOf } from './lower-of.js'
import { obstacle } from './obstacle.js'
import type { PageSession } from './page-sessions.js'
import type { PageSite } from './page-site.js'
import { isVisitor } from './page-site.js'
import { listedFor } from './listed.js'
import { pendingBody } from './pending-page.js'
import type { ShownEntry } from './shown-entry.js'
import { requestBody } from './request-page.js'
import { gravity } from './risk.js'

const maxHistory = 200
const maxReason = 1000

/** What is pending, each request, its decision, and what is over. */
export function requestRoutes(site: PageSite): readonly Route[] {
  return [
    { method: 'GET', path: '/', kind: 'page', handle: (incoming, signal) => showPending(site, incoming, signal) },
    {
      method: 'GET',
      path: '/history',
      kind: 'page',
      handle: (incoming, signal) => showHistory(site, incoming, signal),
    },
    {
      method: 'GET',
      path: '/requests/:id',
      kind: 'page',
      handle: (incoming, signal) => showRequest(site, incoming, signal),
    },
    {
      method: 'POST',
      path: '/requests/:id',
      kind: 'page',
      handle: (incoming, signal) => decide(site, incoming, signal),
    },
  ]
}

async function showPending(site: PageSite, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
  const visitor = await site.visitor(incoming, signal)
  if (!isVisitor(visitor)) return visitor
  const { session } = visitor
  const { entries } = listedFor(site.context, session.person)
  const body = pendingBody(entries, site.context.clock.wallMs())
  return site.page({ title: 'Pending', body, session, part: 'pending' })
}

async function showHistory(site: PageSite, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
  const visitor = await site.visitor(incoming, signal)
  if (!isVisitor(visitor)) return visitor
  const body = historyBody(site.context.desk.history(maxHistory))
  return site.page({ title: 'History', body, session: visitor.session, part: 'history' })
}

async function showRequest(site: PageSite, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
  const visitor = await site.visitor(incoming, signal)
  if (!isVisitor(visitor)) return visitor
  const { session } = visitor
  const id = incoming.params['id'] ?? ''
  const about = await lookedUp(site, id, session, signal)
  if (about === undefined) return over(site, id, session)
  const at = { isFresh: site.sessions.mayDecide(session), nowMs: site.context.clock.wallMs() }
  const body = requestBody({
    ...about,
    nowMs: at.nowMs,
    gravity: gravity(about.entry.request.effects),
    approving: obstacle('allow', about, at),
    denying: obstacle('deny', about, at),
  })
  return site.page({ title: `Request ${digestPrefix(about.entry.request)}`, body, session })
}

async function decide(site: PageSite, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
  const sender = await site.sender(incoming, ['decision', 'reason', 'typed', 'view'], signal)
  if (!isVisitor(sender)) return sender
  const { form, session } = sender
  const { decision, reason = '', typed, view: viewDigest } = form
  const id = incoming.params['id'] ?? ''
  if ((decision !== 'allow' && decision !== 'deny') || viewDigest === undefined || reason.length > maxReason) {
    return site.message(400, 'This was no form of ours', 'Nothing was done.', { session })
  }
  const about = await lookedUp(site, id, session, signal)
  if (about === undefined) return over(site, id, session, 409)
  const back = html`<a href="/requests/${id}">Back to the request</a>`
  if (about.view.digest !== viewDigest) return refusedPage(site, 'other-view', id, session)
  const at = { isFresh: site.sessions.mayDecide(session), nowMs: site.context.clock.wallMs() }
  const kept = obstacle(decision, about, at)
  if (kept !== undefined) return site.message(409, 'Nothing was decided', kept.text, { session, next: back })
  if (decision === 'allow' && isUntyped(about.entry, typed)) {
    const text = 'What is grave is approved by typing the first digits of its digest. They were others.'
    return site.message(400, 'Nothing was decided', text, { session, next: back })
  }
  const receipt = await site.context.desk.decide(
    id,
    {
      decision,
      person: session.person,
      level: decision === 'allow' ? lowerOf(session.level, about.view.allowUpTo) : session.level,
      via: { kind: 'page', name: session.method },
      viewDigest,
      ...(decision === 'deny' && reason.trim() !== '' ? { reason } : {}),
    },
    signal,
  )
  return receipt.decided ? site.redirect(`/requests/${id}`) : refusedPage(site, receipt.reason, id, session)
}

function isUntyped({ request }: ShownEntry, typed: string | undefined): boolean {
  return gravity(request.effects).length > 0 && typed?.trim().toLowerCase() !== digestPrefix(request)
}

async function lookedUp(
  site: PageSite,
  id: string,
  session: PageSession,
  signal: AbortSignal,
): Promise<{ entry: ShownEntry; view: PersonView; session: PageSession } | undefined> {
  const { desk } = site.context
  const view = await desk.viewFor(id, session.person, signal)
  // Looked up after the view, so that what is shown with it is no older.
  const entry = desk.entry(id)
  if (view === undefined || entry === undefined) return undefined
  return { entry: { answers: entry.answers, request: view.request }, view, session }
}

function over(site: PageSite, id: string, session: PageSession, status = 200): Outgoing {
  const line = site.context.desk.history(maxHistory).find((each) => each.id === id)
  if (line === undefined) {
    return site.message(404, 'There is no such request', 'It was never asked here, or it is long over.', { session })
  }
  return site.page({ status, title: 'This request is over', body: endedBody(line), session })
}

const refusals: Readonly<Record<DeskRefusal, readonly [status: number, text: string]>> = {
  'already-answered': [409, 'You have answered this request already.'],
  'directory-unavailable': [503, 'The directory does not answer, so nobody decides anything.'],
  'other-view': [409, 'What you were shown is not what is asked now. Look at it again.'],
  'partial-view': [409, 'You cannot approve what is not shown whole.'],
  'refused-by-directory': [403, 'The directory of this relay does not let you decide.'],
  'too-many': [429, 'There were too many answers within a minute, or to this request.'],
  expired: [409, 'The request has expired.'],
  failed: [503, 'The decision could not be signed and kept.'],
  malformed: [400, 'The decision was none.'],
  over: [409, 'The request is over.'],
  unknown: [404, 'There is no such request.'],
}

function refusedPage(site: PageSite, reason: DeskRefusal, id: string, session: PageSession): Outgoing {
  const [status, text] = refusals[reason]
  return site.message(status, 'Nothing was decided', text, {
    session,
    next: html`<a href="/requests/${id}">Back to the request</a>`,
  })
}
