import type { PersonView } from '../desk.js'
import { stands } from '../standing-answer.js'
import type { PageSession } from './page-sessions.js'
import type { ShownEntry } from './shown-entry.js'
import { isSame } from './summary.js'

/** What keeps a person from deciding, in words. With a link: the page to come back to after another login. */
export type Obstacle = { readonly text: string } | { readonly text: string; readonly link: string }

/**
 * Why a person cannot decide a request now; undefined when they can try. Whether they are independent of who asked and hold the
 * role, the engine says. The desk checks all of this again.
 */
export function obstacle(
  decision: 'allow' | 'deny',
  about: { readonly entry: ShownEntry; readonly view: PersonView; readonly session: PageSession },
  { isFresh, nowMs }: { readonly isFresh: boolean; readonly nowMs: number },
): Obstacle | undefined {
  const { entry, session, view } = about
  if (nowMs >= entry.request.expiresAt.getTime()) return { text: 'It has expired.' }
  if (entry.answers.some((answer) => isSame(answer.by, session.person) && stands(answer, nowMs)))
    return { text: 'You have answered already.' }
  if (decision === 'allow' && view.masked) {
    return { text: 'You cannot approve what you may not see. Somebody who may see it whole can; you can deny it.' }
  }
  if (decision === 'allow' && view.hidden !== true && (!view.complete || view.allowUpTo === 'channel')) {
    return { text: 'You cannot approve what is not shown whole. You can deny it.' }
  }
  if (isFresh) return undefined
  return { text: 'Your login is too old to decide.', link: `/requests/${entry.request.id}` }
}
