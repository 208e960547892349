import type { DeskAnswer, DeskPerson } from '@bothkeys/approval-relay'
import { visible } from '@bothkeys/core/relay'
import type { RichText } from './rich-text.js'
import { bold, code, words } from './rich-text.js'

/** The most answers that a message lists. */
const mostAnswers = 8
const mostName = 60
const mostReason = 120

/** Who answered what, and whether the engine counted it, as items of a list. */
export function answerItems(answers: readonly DeskAnswer[]): readonly (readonly RichText[])[] {
  const items = answers.slice(-mostAnswers).map(answerItem)
  const left = answers.length - items.length
  return left === 0 ? items : [[words(`${String(left)} EARLIER ANSWERS ARE NOT SHOWN HERE`)], ...items]
}

function answerItem({ by, decision, level, reason, receipt, via }: DeskAnswer): readonly RichText[] {
  const way = `, ${level}, by ${via.kind} `
  return [
    bold(decision === 'allow' ? 'Yes' : 'No'),
    words(' of '),
    code(nameOf(by)),
    words(way),
    code(shortened(via.name, mostName)),
    words(': '),
    ...counted(receipt),
    ...(reason === undefined ? [] : [words(' Reason: '), code(shortened(reason, mostReason))]),
  ]
}

function counted(receipt: DeskAnswer['receipt']): readonly RichText[] {
  if (receipt === undefined) return [words('the engine has not said yet whether it counts.')]
  if (receipt.counted) return [words('counted.')]
  return [bold('NOT COUNTED'), words(' by the engine: '), code(shortened(receipt.reason, mostName)), words('.')]
}

/** The account, and the name that it goes by. The account is what counts. */
function nameOf({ name, subject }: DeskPerson): string {
  const account = shortened(subject.id, mostName)
  return name === undefined ? account : `${account} (${shortened(name, mostName)})`
}

/** Never empty, with nothing hidden, and with what was cut off said. */
export function shortened(text: string, most: number): string {
  const shown = visible(text)
  if (shown === '') return '(empty)'
  return shown.length <= most ? shown : `${shown.slice(0, most)} GOES ON`
}
