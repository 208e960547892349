import type { ChannelDesk, DeskDecision, DeskReceipt } from '@bothkeys/approval-relay'
import type { Interaction } from './interaction.js'
import type { Linking } from './linking.js'
import type { Members } from './members.js'
import { denialModal } from './modals.js'
import { Once } from './once.js'
import { OpenModals } from './open-modals.js'
import type { MessageBoard } from './message-board.js'
import type { PostedMessage } from './posted-messages.js'
import { toldOf } from './told.js'
import type { ClickRefusal } from './told.js'
import type { Whisper } from './whisper.js'
import type { SlackWeb } from './web.js'

/** A signed message counts for ten minutes, from five before to five after our time: clicks are remembered for longer. */
const rememberedMs = 11 * 60_000
/** Nobody clicks as often by hand, and whoever has it done by a script fills only their own share. */
const remembered = { capacity: 10_000, share: 100 }

/** What clicks are handled with. */
export interface ClickParts {
  readonly desk: ChannelDesk
  readonly linking: Linking
  readonly members: Members
  readonly board: Pick<MessageBoard, 'message'>
  readonly team: string
  readonly name: string
  readonly web: SlackWeb
  readonly whisper: Whisper
}

type Click = Extract<Interaction, { readonly kind: 'click' }>
type Denial = Extract<Interaction, { readonly kind: 'denial' }>

/**
 * What people do with the buttons of messages. Each click is looked at once, and each time it is asked anew who clicked: a full
 * member of the workspace whose account is linked to somebody, and nobody by their name or e-mail.
 */
export class Clicks {
  readonly #parts: ClickParts
  readonly #once: Once
  readonly #modals: OpenModals

  constructor(parts: ClickParts) {
    this.#parts = parts
    const monotonicMs = (): number => parts.desk.clock.monotonicMs()
    this.#once = new Once(rememberedMs, remembered, monotonicMs)
    this.#modals = new OpenModals(monotonicMs)
  }

  async click(click: Click, signal: AbortSignal): Promise<void> {
    const { action, actionTs, messageTs, request, user } = click
    // First, so that nobody else takes up memory.
    const refusal = await this.#parts.members.refusal(user)
    if (refusal !== undefined) return this.#refuse(refusal, click)
    const taken = this.#once.take(user, `${request} ${actionTs}`)
    // A copy of a click is none of the user's, so they are not told.
    if (taken === 'again') return this.#record('replayed', click)
    if (taken === 'full') return this.#refuse('too-many-clicks', click)
    const message = await this.#parts.board.message(request)
    if (message === undefined || message.ts !== messageTs) return this.#refuse('other-message', click)
    if (this.#subjectOf(user) === undefined) return this.#offerLink(click)
    if (action === 'deny') return this.#askWhy(click, message, signal)
    if (!message.whole) return this.#refuse('partial-view', click)
    return this.#decide(click, message, { decision: 'allow' }, signal)
  }

  async denial(denial: Denial, signal: AbortSignal): Promise<void> {
    const { reason, request, user, view } = denial
    const message = await this.#parts.board.message(request)
    const opened = this.#modals.take(view)
    if (message === undefined || opened?.user !== user || opened.request !== request) {
      return this.#refuse('other-message', denial)
    }
    const refusal = await this.#parts.members.refusal(user)
    if (refusal !== undefined) return this.#refuse(refusal, denial)
    return this.#decide(denial, message, { decision: 'deny', reason }, signal)
  }

  /** Where the person may say why. When Slack opens no modal, the no counts without a reason. */
  async #askWhy(click: Click, message: PostedMessage, signal: AbortSignal): Promise<void> {
    const { request, trigger, user } = click
    const view = denialModal(request, message.prefix)
    const came = await this.#parts.web.call('views.open', { trigger_id: trigger, view })
    if (came.ok && this.#modals.open(came.answer['view'], { request, user })) return
    await this.#decide(click, message, { decision: 'deny' }, signal)
  }

  async #decide(
    by: Click | Denial,
    message: PostedMessage,
    { decision, reason }: Pick<DeskDecision, 'decision' | 'reason'>,
    signal: AbortSignal,
  ): Promise<void> {
    // Again, because Slack was asked meanwhile.
    const subject = this.#subjectOf(by.user)
    if (subject === undefined) return this.#refuse('unlinked', by)
    const decided: Omit<DeskDecision, 'level' | 'via'> = {
      decision,
      person: { subject },
      viewDigest: message.view,
      ...(reason === undefined ? {} : { reason }),
    }
    const receipt: DeskReceipt = await this.#parts.desk.decide(by.request, decided, signal)
    if (!receipt.decided) return this.#refuse(receipt.reason, by)
    const what = decision === 'allow' ? 'Your yes' : 'Your no'
    await this.#parts.whisper.text(by.user, `${what} went to the engine. The message says whether it counts.`)
  }

  #subjectOf(user: string): ReturnType<ChannelDesk['links']['get']> {
    const { desk, name, team } = this.#parts
    return desk.links.get({ channel: name, team, user })
  }

  async #offerLink(click: Click): Promise<void> {
    this.#record('unlinked', click)
    await this.#parts.linking.offer(click.user)
  }

  async #refuse(reason: ClickRefusal, by: Click | Denial): Promise<void> {
    this.#record(reason, by)
    await this.#parts.whisper.text(by.user, toldOf(reason))
  }

  #record(reason: ClickRefusal, { request, user }: Click | Denial): void {
    this.#parts.desk.refused(`slack-${reason}`, { request, account: { team: this.#parts.team, user } })
  }
}
