import type { DeskEntry, PersonView } from '@bothkeys/approval-relay'
import { digestPrefix, visible } from '@bothkeys/core/relay'
import { answerItems } from './answer-words.js'
import { actionIds } from './ids.js'
import type { Block, Button } from './rich-text.js'
import { bold, bullets, code, costOf, plain, section, words } from './rich-text.js'
import { viewElements } from './view-elements.js'

/** A message as it is posted. */
export interface Message {
  /** What notifications show. Words of ours alone. */
  readonly text: string
  readonly blocks: readonly Block[]
}

/** A message that asks, and whether it shows all of what is decided. */
export interface AskingMessage extends Message {
  readonly whole: boolean
}

/**
 * What Slack takes of a message in all is written nowhere and was measured by others at 13,200 characters; `costOf` counts more
 * than the text.
 */
const mostCost = 11_000

/** How many lines people read in a chat. Slack folds what is longer, and what is folded was not looked at. */
const mostRows = 120
const rowsOfBeginning = 20

const cut = section(bold('THIS IS NOT ALL OF THE REQUEST, SO IT CANNOT BE APPROVED IN SLACK. OPEN ITS PAGE.'))

/**
 * The message that asks about a request. It shows the whole view, in which the engine's policy may mask values, or it has no button
 * to approve: then it says in capitals that it does not show all, and has the beginning, a button to deny and the link to the page.
 * `short`: Slack did not take more.
 */
export function requestMessage(
  { answers, request }: Pick<DeskEntry, 'answers' | 'request'>,
  view: PersonView,
  url: string,
  short = false,
): AskingMessage {
  const prefix = digestPrefix(request)
  const top: readonly Block[] = [
    { type: 'header', text: plain(`Approval ${prefix}`) },
    section(
      words('The engine '),
      code(visible(request.engine).slice(0, 200)),
      words(' holds this action until people decide. What it does, for whom and to what is claimed by the engine.'),
    ),
  ]
  const given = answers.length === 0 ? [] : [section(bold('Answers so far')), bullets(answerItems(answers))]
  const withheld = view.masked ? [section(bold('STATEMENT AND PARAMETERS ARE WITHHELD HERE.'))] : []
  const shown = (text: string): Block => ({ type: 'rich_text', elements: viewElements(text) })
  const text = `Approval ${prefix} is asked for`
  const all = [...top, shown(view.text), ...withheld, ...given]
  const approvable = [...all, buttons(request.id, prefix, url, true)]
  const fits = !short && view.text.split('\n').length <= mostRows && costOf(approvable) <= mostCost - costOf([cut])
  if (fits && (view.complete || view.hidden === true)) return { text, blocks: approvable, whole: true }
  if (fits) return { text, blocks: [...all, cut, buttons(request.id, prefix, url, false)], whole: false }
  const beginning = view.text.split('\n').slice(0, short ? 1 : rowsOfBeginning)
  const rest = [cut, ...withheld, ...given, buttons(request.id, prefix, url, false)]
  return { text, blocks: [...top, shown(beginning.join('\n')), ...rest], whole: false }
}

function buttons(id: string, prefix: string, url: string, approvable: boolean): Block {
  const approve: Button = {
    type: 'button',
    action_id: actionIds.approve,
    text: plain('Approve'),
    style: 'primary',
    value: id,
    confirm: {
      title: plain(`Approve ${prefix}?`),
      text: plain('You say that you read all of it, and that it may run now.'),
      confirm: plain('Approve'),
      deny: plain('Back'),
    },
  }
  const deny: Button = { type: 'button', action_id: actionIds.deny, text: plain('Deny'), style: 'danger', value: id }
  const open: Button = { type: 'button', action_id: actionIds.open, text: plain('Open the page'), url }
  return { type: 'actions', elements: [...(approvable ? [approve] : []), deny, open] }
}
