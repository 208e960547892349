import type { DeskEnd, HistoryLine } from '@bothkeys/approval-relay'
import { answerItems, shortened } from './answer-words.js'
import type { Message } from './request-blocks.js'
import type { Block } from './rich-text.js'
import { bold, bullets, code, plain, section, words } from './rich-text.js'

const ends: Readonly<Record<DeskEnd, string>> = {
  consumed: 'Approved, and used for its action.',
  denied: 'Denied.',
  expired: 'Expired: not enough people decided in time. That is no denial.',
  withdrawn: 'Withdrawn: nobody waits for it any more.',
  void: 'Void: the action, the policy or the requester changed meanwhile.',
  unavailable: 'Ended: the engine could not go on with it.',
}

/**
 * What stands in place of a request that is over: how it ended, who decided and whether the engine counted it. Neither the
 * statement nor a button. Without a line nothing more is known than that it is over.
 */
export function endedMessage(prefix: string, line: HistoryLine | undefined): Message {
  const header: Block = { type: 'header', text: plain(`Approval ${prefix}`) }
  if (line === undefined) {
    return { text: `Approval ${prefix} is over`, blocks: [header, section(bold('Over.'))] }
  }
  const { answers, end, engine, operation, requester, target } = line
  const about = section(
    code(shortened(operation, 80)),
    words(' on '),
    code(shortened(target, 80)),
    words(' for '),
    code(shortened(requester.id, 120)),
    words(', claimed by the engine '),
    code(shortened(engine, 80)),
  )
  const given = answers.length === 0 ? section(words('Nobody answered.')) : bullets(answerItems(answers))
  return { text: `Approval ${prefix} is over: ${end}`, blocks: [header, section(bold(ends[end])), about, given] }
}
