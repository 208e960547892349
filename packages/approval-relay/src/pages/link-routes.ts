import type { Incoming, Outgoing, Route } from '../ports.js'
import type { PageSite, Visitor } from './page-site.js'
import { isVisitor } from './page-site.js'
import { linkBody } from './plain-pages.js'

/** Linking an account in a channel to whoever is logged in. */
export function linkRoutes(site: PageSite): readonly Route[] {
  return [
    { method: 'GET', path: '/link/:token', kind: 'page', handle: (incoming, signal) => show(site, incoming, signal) },
    {
      method: 'POST',
      path: '/link/:token',
      kind: 'page',
      handle: (incoming, signal) => confirm(site, incoming, signal),
    },
  ]
}

async function show(site: PageSite, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
  const visitor = await site.visitor(incoming, signal)
  if (!isVisitor(visitor)) return visitor
  const { session } = visitor
  const token = incoming.params['token'] ?? ''
  const offer = site.context.offers.offered(token)
  if (offer === undefined) return isOver(site, visitor)
  return site.page({ title: 'Link an account', body: linkBody(offer.account, offer.shownAs, session, token), session })
}

async function confirm(site: PageSite, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
  const sender = await site.sender(incoming, [], signal)
  if (!isVisitor(sender)) return sender
  const { session } = sender
  if (!site.sessions.mayDecide(session)) {
    return site.message(409, 'Nothing was linked', 'Your login is too old to link an account. Log out and in again.', {
      session,
    })
  }
  let isLinked: boolean
  try {
    isLinked = await site.context.offers.confirm(incoming.params['token'] ?? '', session.person)
  } catch (error) {
    site.context.onFailure(error)
    return site.message(503, 'Nothing was linked', 'The link could not be kept. Ask for a new one.', { session })
  }
  if (!isLinked) return isOver(site, sender)
  return site.message(200, 'The account is linked', 'What it decides from now on is decided by you.', { session })
}

function isOver(site: PageSite, { session }: Visitor): Outgoing {
  return site.message(404, 'This link is not good any more', 'It works once and for ten minutes. Ask for a new one.', {
    session,
  })
}
