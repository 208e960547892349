import { fairShare } from '../fair-share.js'
import type { DeskEntry, DeskPerson } from '../desk.js'
import type { PageContext } from './page-context.js'
import type { Summary } from './summary.js'
import { summaryOf } from './summary.js'

/** How many are listed. */
const most = 200

/** What is pending, as a list. */
export interface Listed {
  readonly entries: readonly Summary[]
  /** False when there are more. */
  readonly isWhole: boolean
}

/** What is pending, as it is listed for somebody. A list holds what anybody may see, for it is made without asking who holds which role. */
export function listedFor({ clock, desk }: Pick<PageContext, 'clock' | 'desk'>, person: DeskPerson): Listed {
  const pending = desk.pending()
  const nowMs = clock.wallMs()
  return {
    entries: fairShare(pending, most, [engineOf, requesterOf]).map((entry) => summaryOf(entry, person, nowMs)),
    isWhole: pending.length <= most,
  }
}

function engineOf({ request }: DeskEntry): string {
  return request.engine
}

function requesterOf({ request: { requester } }: DeskEntry): string {
  return JSON.stringify([requester.subject.issuer, requester.subject.id])
}
