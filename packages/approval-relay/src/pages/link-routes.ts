import type { Incoming, Outgoing, Route } from '../ports.js'
import type { PageSite, Visitor } from './page-site.js'
import { isVisitor } from './page-site.js'
import { linkBody, linkCodeBody } from './plain-pages.js'

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
  const code = site.context.offers.confirm(incoming.params['token'] ?? '', session.person)
  if (code === undefined) return isOver(site, sender)
  return site.page({ title: 'One step is left', body: linkCodeBody(code), session })
}

function isOver(site: PageSite, { session }: Visitor): Outgoing {
  return site.message(404, 'This link is not good any more', 'It works once and for ten minutes. Ask for a new one.', {
    session,
  })
}
