import type { Incoming, Outgoing, Route } from '../http/route.js'
import type { PageSite, Visitor } from './page-site.js'
import { isVisitor } from './page-site.js'
import { lastLinkBody, linkBody, linkCodeBody, onceEntered } from './plain-pages.js'

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
    {
      method: 'POST',
      path: '/link/:token/last',
      kind: 'page',
      handle: (incoming, signal) => finish(site, incoming, signal),
    },
  ]
}

async function show(site: PageSite, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
  const visitor = await site.visitor(incoming, signal)
  if (!isVisitor(visitor)) return visitor
  const { id, session } = visitor
  const token = incoming.params['token'] ?? ''
  const offer = site.context.offers.offered(token)
  if (offer !== undefined)
    return site.page({ title: 'Link an account', body: linkBody(offer, session, token), session })
  const begun = site.context.offers.begun(token, id)
  if (begun === undefined) return isOver(site, visitor)
  if (!begun.isEntered) return notEntered(site, visitor, token)
  return site.page({ title: 'Is it yours?', body: lastLinkBody(begun, session, token), session })
}

async function confirm(site: PageSite, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
  const sender = await site.sender(incoming, [], signal)
  if (!isVisitor(sender)) return sender
  const { id, session } = sender
  if (!site.sessions.mayDecide(session)) return tooOld(site, sender)
  const token = incoming.params['token'] ?? ''
  const code = site.context.offers.confirm(token, session.person, id)
  if (code === undefined) return isOver(site, sender)
  return site.page({ title: 'Two steps are left', body: linkCodeBody(code, token), session })
}

/** The last word: in the login that began it, once the holder of the account entered the code. */
async function finish(site: PageSite, incoming: Incoming, signal: AbortSignal): Promise<Outgoing> {
  const sender = await site.sender(incoming, [], signal)
  if (!isVisitor(sender)) return sender
  const { id, session } = sender
  if (!site.sessions.mayDecide(session)) return tooOld(site, sender)
  const token = incoming.params['token'] ?? ''
  switch (await site.context.offers.finish(token, id)) {
    case 'not-entered':
      return notEntered(site, sender, token)
    case 'not-offered':
      return isOver(site, sender)
    case 'linked':
      return site.message(200, 'The account is linked', 'What it decides from now on is decided by you.', { session })
  }
}

function tooOld(site: PageSite, { session }: Visitor): Outgoing {
  const why = 'Your login is too old to link an account. Log out and in again, and ask for a new link.'
  return site.message(409, 'Nothing was linked', why, { session })
}

function notEntered(site: PageSite, { session }: Visitor, token: string): Outgoing {
  const why = 'The code was not entered yet by whoever holds the account. Enter it where you asked for this link.'
  return site.message(409, 'Nothing is linked yet', why, { session, next: onceEntered(token) })
}

function isOver(site: PageSite, { session }: Visitor): Outgoing {
  return site.message(404, 'This link is not good any more', 'It works once and for ten minutes. Ask for a new one.', {
    session,
  })
}
