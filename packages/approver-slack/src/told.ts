import type { DeskReceipt } from '@bothkeys/approval-relay'
import type { MemberRefusal } from './members.js'

/** Why a click was not taken, as the record has it. */
export type ClickRefusal =
  | MemberRefusal
  | Extract<DeskReceipt, { readonly decided: false }>['reason']
  | 'replayed'
  | 'too-many-clicks'
  | 'other-message'
  | 'unlinked'

/** What the person who clicked is told. */
export function toldOf(refusal: ClickRefusal): string {
  return words[refusal]
}

const words: Readonly<Record<ClickRefusal, string>> = {
  'member-unknown': 'Slack could not say who you are, so your click was not taken. Try again, or use the page.',
  'foreign-team': 'Only members of the workspace itself decide here.',
  bot: 'Bots do not decide.',
  guest: 'Guests do not decide.',
  deactivated: 'Deactivated accounts do not decide.',
  replayed: 'That click was taken before.',
  'too-many-clicks': 'There are too many clicks at the moment. Use the page.',
  'other-message': 'That message does not ask about anything any more. Use the page.',
  unlinked: 'Your account is not linked to anybody yet, so your click was not taken.',
  unknown: 'That request is not there any more.',
  over: 'That request is over.',
  expired: 'That request has expired.',
  'other-view': 'The request shows something else by now. Read it on its page.',
  'partial-view': 'That message does not show all of the request, so it cannot be approved by it. Use the page.',
  'refused-by-directory': 'The directory does not know you as a person who may decide, or has you disabled.',
  'directory-unavailable': 'The directory could not be asked, so your click was not taken. Try again.',
  'already-answered': 'You have answered that request before.',
  'too-many': 'There are too many answers, yours or of all. Wait a minute.',
  malformed: 'Your answer could not be read.',
  failed: 'The relay could not keep your answer, so it was not taken. Try again.',
}
