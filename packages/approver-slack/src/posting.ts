import { randomBytes } from 'node:crypto'
import type { ChannelDesk } from '@bothkeys/approval-relay'
import { postEvent } from './find-posts.js'
import type { SlackSettings } from './options.js'
import type { PostedMessages } from './posted-messages.js'
import type { AskingMessage, Message } from './request-blocks.js'
import type { UnsurePosts } from './unsure-posts.js'
import type { SlackAnswer, SlackWeb } from './web.js'

/** What messages are posted with. */
export interface PostingParts {
  readonly desk: ChannelDesk
  readonly posted: PostedMessages
  readonly settings: SlackSettings
  readonly web: SlackWeb
}

/** Brings a message about a request to Slack, and changes it there. */
export class Posting {
  readonly #parts: PostingParts
  readonly #unsure: UnsurePosts

  constructor(parts: PostingParts, unsure: UnsurePosts) {
    this.#parts = parts
    this.#unsure = unsure
  }

  /**
   * Posts a message once: that it is about to be is on disk before, under a name by which it is found again. Only the same message
   * has the same name, so that what is found is what was shown.
   */
  async post(request: string, message: AskingMessage, view: string, prefix: string): Promise<SlackAnswer> {
    const { desk, posted, settings, web } = this.#parts
    const { whole } = message
    const before = posted.intentOf(request)
    const isSame = before?.view === view && before.whole === whole
    const post = isSame ? before.post : randomBytes(16).toString('hex')
    if (!isSame) await posted.intend({ request, post, sinceMs: desk.clock.wallMs(), view, whole, prefix })
    this.#unsure.add(request)
    const came = await web.call('chat.postMessage', {
      channel: settings.channel,
      ...asPosted(message),
      metadata: { event_type: postEvent, event_payload: { post } },
    })
    if (!came.ok && came.undone === true) this.#unsure.delete(request)
    return came
  }

  update(ts: string, message: Message): Promise<SlackAnswer> {
    const { settings, web } = this.#parts
    return web.call('chat.update', { channel: settings.channel, ts, ...asPosted(message) })
  }
}

/** Nothing in it is parsed, and nothing is looked up by Slack. */
function asPosted({ blocks, text }: Message): Readonly<Record<string, unknown>> {
  return { text, blocks, mrkdwn: false, parse: 'none', link_names: false, unfurl_links: false, unfurl_media: false }
}
