import { setTimeout as sleep } from 'node:timers/promises'
import type { Outgoing, Route } from '../http/route.js'
import { listedFor } from './listed.js'
import { News } from './news.js'
import { OpenStreams } from './open-streams.js'
import { pageHeaders } from './page-headers.js'
import type { PageSite, Visitor } from './page-site.js'
import { isVisitor } from './page-site.js'

/** At most one list in that time, however much happens. */
const pauseMs = 500
/** Without anything happening: says that the relay is there, and asks again whether the person is let in. */
const beatMs = 15_000
/** How old the directory's word about whoever looks may be. */
const askAgainMs = 5_000

/** What is pending, as server-sent events: the whole list each time something happened (HTML, section 9.2). */
export function liveRoute(site: PageSite): Route {
  const open = new OpenStreams()
  return {
    method: 'GET',
    path: '/events',
    kind: 'page',
    handle: async (incoming, signal) => {
      const visitor = await site.visitor(incoming, signal, false)
      if (!isVisitor(visitor)) return { status: 403, headers: pageHeaders(site.isHttps), body: '' }
      const { id, issuer } = visitor.session.person.subject
      const key = `${issuer}\n${id}`
      const giveBack = open.take(key, signal)
      if (giveBack === undefined) {
        return { status: 429, headers: { ...pageHeaders(site.isHttps), 'retry-after': '30' }, body: '' }
      }
      return {
        status: 200,
        headers: { ...pageHeaders(site.isHttps), 'content-type': 'text/event-stream' },
        stream: async (send, until) => {
          try {
            await tell(site, visitor, send, until)
          } finally {
            giveBack()
          }
        },
      } satisfies Outgoing
    },
  }
}

async function tell(
  site: PageSite,
  { id, session }: Visitor,
  send: (chunk: string) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { clock, desk } = site.context
  let askedAtMs = clock.monotonicMs()
  const news = new News()
  const stop = [desk.on('added', news.hear), desk.on('changed', news.hear), desk.on('ended', news.hear)]
  try {
    while (!signal.aborted) {
      // A page that is left open is no use of the session, and shows nothing to somebody who may not look any more.
      const isDue = clock.monotonicMs() >= askedAtMs + askAgainMs
      if (isDue) askedAtMs = clock.monotonicMs()
      const isOut =
        site.sessions.peek(id) === undefined || (isDue && (await site.notAdmitted(session, signal)) !== undefined)
      if (isOut) {
        send('event: over\ndata: {}\n\n')
        return
      }
      if (!send(news.take() ? listFor(site, session) : ': here\n\n')) return
      await sleep(pauseMs, undefined, { signal })
      await news.wait(beatMs, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    for (const each of stop) each()
  }
}

/** JSON has no line break in it, so that no text ends the event that it is in. */
function listFor(site: PageSite, { person }: Visitor['session']): string {
  const data = { ...listedFor(site.context, person), nowMs: site.context.clock.wallMs() }
  return `event: pending\ndata: ${JSON.stringify(data)}\n\n`
}
