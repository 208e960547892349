import type { ChannelDesk } from '@bothkeys/approval-relay'
import { actionIds } from './ids.js'
import type { Interaction } from './interaction.js'
import type { MemberRefusal, Members } from './members.js'
import { codeModal } from './modals.js'
import { Once } from './once.js'
import { OpenModals } from './open-modals.js'
import { plain, section, words } from './rich-text.js'
import { toldOf } from './told.js'
import type { SlackWeb } from './web.js'
import type { Whisper } from './whisper.js'
import { shortened } from './answer-words.js'
import type { Workspace } from './workspace.js'

/** What accounts are linked with. */
export interface LinkingParts {
  readonly desk: ChannelDesk
  readonly members: Members
  readonly team: string
  readonly web: SlackWeb
  readonly whisper: Whisper
  readonly workspace: Pick<Workspace, 'name'>
}

/** How long somebody waits for the next address, and how many wait at once. */
const offerEveryMs = 60_000
const offers = { capacity: 1_000, share: 1 }
const codesMs = 60_000
const codes = { capacity: 1_000, share: 10 }

/**
 * Links a user to whoever they are at the relay. Both sides have to prove it: the page, where somebody logged in, shows a code to
 * them alone, and the user enters it here, in a window that was opened for them. An address that is sent to somebody else links nobody by
 * being opened and confirmed, for whoever sent it does not see the code; and a code that was talked out of somebody links nobody either,
 * for the page then asks them once more, and says whose account it is.
 */
export class Linking {
  readonly #parts: LinkingParts
  readonly #offers: Once
  readonly #asked: Once
  readonly #modals: OpenModals

  constructor(parts: LinkingParts) {
    this.#parts = parts
    const monotonicMs = (): number => parts.desk.clock.monotonicMs()
    this.#offers = new Once(offerEveryMs, offers, monotonicMs)
    this.#asked = new Once(codesMs, codes, monotonicMs)
    this.#modals = new OpenModals(monotonicMs)
  }

  async offer(user: string): Promise<void> {
    const { desk, team, whisper } = this.#parts
    // What one user asks for takes nothing from the others.
    if (this.#offers.take(user, 'address') !== 'first') {
      return whisper.text(user, `${toldOf('unlinked')} You got an address to link it a moment ago.`)
    }
    let url: string
    try {
      url = desk.linkUrl({ team, user }, this.#shown(user))
    } catch {
      return whisper.text(user, `${toldOf('unlinked')} Too many accounts are being linked. Try again in some minutes.`)
    }
    const how = `${toldOf('unlinked')} Open the page, log in, and enter here the code that it shows you. Do not pass the address on.`
    await whisper.blocks(user, how, [
      section(words(how)),
      {
        type: 'actions',
        elements: [
          { type: 'button', action_id: actionIds.link, text: plain('Open the page'), url },
          { type: 'button', action_id: actionIds.code, text: plain('Enter the code') },
        ],
      },
    ])
  }

  async askCode(asked: Extract<Interaction, { readonly kind: 'code-asked' }>): Promise<void> {
    const { trigger, user } = asked
    const refusal = await this.#parts.members.refusal(user)
    if (refusal !== undefined) return this.#refuse(refusal, user)
    if (this.#asked.take(user, asked.actionTs) !== 'first') return
    const came = await this.#parts.web.call('views.open', { trigger_id: trigger, view: codeModal() })
    if (came.ok && this.#modals.open(came.answer['view'], { user, request: undefined })) return
    await this.#parts.whisper.text(user, 'Slack opened no window for the code. Try again.')
  }

  async enter({ code, user, view }: Extract<Interaction, { readonly kind: 'code' }>): Promise<void> {
    const { desk, members, team, whisper } = this.#parts
    const account = { team, user }
    if (this.#modals.take(view)?.user !== user) return desk.refused('slack-other-message', { account })
    const refusal = await members.refusal(user)
    if (refusal !== undefined) return this.#refuse(refusal, user)
    const entry = desk.enterCode(account, code)
    if (entry !== 'entered') desk.refused(`slack-link-${entry}`, { account })
    await whisper.text(user, entries[entry])
  }

  /** What the page calls the account, for whoever logs in there to see whose it is. Each name stands in quotes of its own. */
  #shown(user: string): string {
    const { members, team, workspace } = this.#parts
    const quoted = (name: string): string => `"${shortened(name, 60).replaceAll('"', "'")}"`
    const names = members.namesOf(user).map(quoted).join(', ')
    return `Slack user ${user} ${names} of ${team} ${quoted(workspace.name)}`
  }

  async #refuse(refusal: MemberRefusal, user: string): Promise<void> {
    const { desk, team, whisper } = this.#parts
    desk.refused(`slack-${refusal}`, { account: { team, user } })
    await whisper.text(user, toldOf(refusal))
  }
}

const entries = {
  entered: 'That is the code. Go back to the page and confirm there once more: nothing is linked before.',
  'wrong-code': 'That is not the code that the page showed. After five wrong ones you need a new address.',
  'not-offered':
    'Nobody confirmed this account at the page within the last ten minutes. Click again for a new address.',
} as const
