import type { ApprovalChannel, ChannelDesk, Incoming, Outgoing } from '@bothkeys/approval-relay'
import { BothKeysError } from '@bothkeys/core'
import { Clicks } from './clicks.js'
import type { Interaction } from './interaction.js'
import { readInteraction } from './interaction.js'
import { Linking } from './linking.js'
import { Members } from './members.js'
import { MessageBoard } from './message-board.js'
import type { SlackChannelOptions, SlackSettings } from './options.js'
import { settingsOf } from './options.js'
import { PostedMessages } from './posted-messages.js'
import { wrongSignature } from './signature.js'
import type { SlackWeb } from './web.js'
import { slackWeb } from './web.js'
import { whisper } from './whisper.js'
import { Workspace } from './workspace.js'

/** Where Slack sends what people do: the Request URL of the app's interactivity is the relay's public URL with this path. */
export const interactionsPath = '/slack/interactions'

/** Slack sends back the whole message with each click. */
const maxBodyBytes = 512 * 1024
/** How many clicks are worked on at once. */
const mostAtWork = 64
const mostOfOne = 8

/**
 * Asks people in a Slack channel about requests that wait at the relay. A click on Approve or Deny is a decision of level
 * `channel`, never more: it counts only for rules that ask for no more. It is taken from a full member of the one workspace whose
 * account is linked to somebody in the directory, and only when the message shows all of the request; anything else is refused,
 * recorded and told. Nothing is decided by text, names or e-mail. Slack being down stops nothing: requests wait at the page.
 * Runs in the relay alone: whoever has its secrets can click for everybody who is linked, so they have no place near an agent.
 * Throws ERR_CONFIG_INVALID when an option is wrong, and when the relay starts, when Slack says that the token is another workspace's.
 *
 * @example
 * createRelay({ channels: [slackChannel({ token, signingSecret, app, team, channel, messages: './relay/slack.json' })], … })
 */
export function slackChannel(options: SlackChannelOptions): ApprovalChannel {
  const settings = settingsOf(options)
  const started: { running: Running | undefined } = { running: undefined }
  return Object.freeze({
    name: settings.name,
    async start(desk: ChannelDesk, signal: AbortSignal): Promise<void> {
      if (started.running !== undefined) {
        throw new BothKeysError('ERR_CONFIG_INVALID', 'slackChannel: one channel serves one relay')
      }
      started.running = await Running.start(settings, desk, signal)
    },
    routes: Object.freeze([
      Object.freeze({
        method: 'POST' as const,
        path: interactionsPath,
        maxBytes: maxBodyBytes,
        // Until it is started nobody can have clicked.
        handle: (incoming: Incoming): Promise<Outgoing> =>
          Promise.resolve(started.running?.handle(incoming) ?? { status: 503 }),
      }),
    ]),
    async close(): Promise<void> {
      await started.running?.close()
    },
  })
}

/** The channel of a relay that runs. */
class Running {
  readonly #settings: SlackSettings
  readonly #desk: ChannelDesk
  readonly #web: SlackWeb
  readonly #board: MessageBoard
  readonly #clicks: Clicks
  readonly #linking: Linking
  readonly #closing = new AbortController()
  /** Each with whose click it is. */
  readonly #atWork = new Map<Promise<void>, string>()
  readonly #stops: readonly (() => void)[]

  private constructor(settings: SlackSettings, desk: ChannelDesk, web: SlackWeb, posted: PostedMessages) {
    this.#settings = settings
    this.#desk = desk
    this.#web = web
    const monotonicMs = (): number => desk.clock.monotonicMs()
    const failed = (reason: string, request?: string): void => {
      this.#failed(reason, request)
    }
    const { channel, home: team, name } = settings
    const members = new Members(web, settings, monotonicMs)
    const said = whisper(web, channel, failed)
    const workspace = new Workspace(web, settings, monotonicMs)
    this.#board = new MessageBoard({ desk, posted, settings, web, workspace, failed })
    this.#linking = new Linking({ desk, members, team, web, whisper: said, workspace })
    this.#clicks = new Clicks({
      desk,
      board: this.#board,
      linking: this.#linking,
      members,
      team,
      name,
      web,
      whisper: said,
    })
    this.#stops = [
      desk.on('added', (id) => {
        this.#board.added(id)
      }),
      desk.on('changed', (id) => {
        this.#board.changed(id)
      }),
      desk.on('ended', (id, line) => {
        this.#board.ended(id, line)
      }),
    ]
  }

  static async start(settings: SlackSettings, desk: ChannelDesk, signal: AbortSignal): Promise<Running> {
    const posted = await PostedMessages.open(settings.messages)
    const web = slackWeb(settings)
    const onAbort = (): void => {
      web.close()
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await new Workspace(web, settings, () => desk.clock.monotonicMs()).assertTeam()
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
    signal.throwIfAborted()
    const running = new Running(settings, desk, web, posted)
    running.#board.resume()
    return running
  }

  /** Answers at once: Slack waits three seconds. What is to be done is done behind. */
  handle({ body, headers }: Incoming): Outgoing {
    if (body.byteLength > maxBodyBytes) return this.#refuse('too-long', 413)
    const timestamp = headers['x-slack-request-timestamp']
    const signature = headers['x-slack-signature']
    const { signingSecret } = this.#settings
    const problem = wrongSignature({ timestamp, signature, body }, signingSecret, this.#desk.clock.wallMs())
    if (problem !== undefined) return this.#refuse(problem, 401)
    if (headers['content-type'] !== 'application/x-www-form-urlencoded') return this.#refuse('malformed', 415)
    const came = readInteraction(body, this.#settings)
    if (came.kind === 'refused') return this.#refuse(came.reason, 403)
    if (came.kind === 'link') return { status: 200 }
    const theirs = [...this.#atWork.values()].filter((user) => user === came.user)
    if (theirs.length >= mostOfOne) return this.#refuse('too-many-clicks', 503)
    if (this.#atWork.size >= mostAtWork || this.#closing.signal.aborted) return this.#refuse('too-many-clicks', 503)
    const work = this.#work(came).catch((cause: unknown) => {
      this.#settings.onFailure(cause)
      this.#desk.refused('slack-failed')
    })
    this.#atWork.set(work, came.user)
    void work.then(() => this.#atWork.delete(work))
    return { status: 200 }
  }

  #work(came: Exclude<Interaction, { readonly kind: 'link' }>): Promise<void> {
    const { signal } = this.#closing
    switch (came.kind) {
      case 'click':
        return this.#clicks.click(came, signal)
      case 'denial':
        return this.#clicks.denial(came, signal)
      case 'code-asked':
        return this.#linking.askCode(came)
      case 'code':
        return this.#linking.enter(came)
    }
  }

  #refuse(reason: string, status: number): Outgoing {
    this.#desk.refused(`slack-${reason}`)
    return { status }
  }

  #failed(reason: string, request: string | undefined): void {
    this.#desk.refused('slack-unreachable', request === undefined ? {} : { request })
    const hint = 'requests wait at the page; Slack is asked again'
    this.#settings.onFailure(new BothKeysError('ERR_APPROVAL_UNAVAILABLE', `Slack did not do it: ${reason}`, { hint }))
  }

  async close(): Promise<void> {
    for (const stop of this.#stops) stop()
    this.#closing.abort()
    this.#web.close()
    await Promise.allSettled([...this.#atWork.keys(), this.#board.close()])
  }
}
