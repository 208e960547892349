import type { SlackSettings } from './options.js'
import { wrong } from './options.js'
import { isRecord } from './web.js'
import type { SlackWeb } from './web.js'

/** How long it holds that the channel is ours alone, in milliseconds. */
const freshMs = 60_000

/**
 * Whether what is posted stays in the workspace: the token is one of exactly this workspace, and the channel is not shared
 * with others.
 */
export class Workspace {
  readonly #web: SlackWeb
  readonly #settings: SlackSettings
  readonly #monotonicMs: () => number
  #sameTeam = false
  #bot = ''
  #name = ''
  #ownUntilMs = Number.NEGATIVE_INFINITY

  constructor(web: SlackWeb, settings: SlackSettings, monotonicMs: () => number) {
    this.#web = web
    this.#settings = settings
    this.#monotonicMs = monotonicMs
  }

  /** Our own bot, as Slack calls it in messages; empty while Slack has not said. */
  get bot(): string {
    return this.#bot
  }

  /** What the workspace or the organisation is called; empty while Slack has not said. */
  get name(): string {
    return this.#name
  }

  /**
   * Asks Slack whose the token is. Throws ERR_CONFIG_INVALID when it is another workspace's; a Slack that does not answer is
   * asked again before anything is posted.
   */
  async assertTeam(): Promise<void> {
    const problem = await this.#teamProblem()
    if (problem === 'other-team') {
      throw wrong('the token is not of the workspace team, or team is not in the organisation enterprise', undefined)
    }
    if (problem === 'other-install') {
      throw this.#settings.orgWide
        ? wrong('the app is installed to one workspace, not to the whole organisation', 'leave workspaces out')
        : wrong(
            'the app is installed to a whole organisation, of which not everybody decides',
            'name those who do in workspaces, and the organisation in enterprise; or install the app to one workspace',
          )
    }
  }

  /** What keeps anything from being posted now, undefined for nothing. */
  async problem(): Promise<{ readonly reason: string; readonly retryAfterMs?: number | undefined } | undefined> {
    if (!this.#sameTeam) {
      const reason = await this.#teamProblem()
      if (reason !== undefined) return { reason }
    }
    const nowMs = this.#monotonicMs()
    if (nowMs < this.#ownUntilMs) return undefined
    const came = await this.#web.call('conversations.info', { channel: this.#settings.channel })
    if (!came.ok) return came
    const { channel } = came.answer
    if (!isRecord(channel) || channel['id'] !== this.#settings.channel) return { reason: 'unintelligible' }
    if (channel['is_archived'] === true) return { reason: 'is_archived' }
    const { is_ext_shared, is_pending_ext_shared } = channel
    // What does not say that it is ours alone is not.
    if (is_ext_shared !== false || (is_pending_ext_shared !== undefined && is_pending_ext_shared !== false)) {
      return { reason: 'channel-shared' }
    }
    this.#ownUntilMs = nowMs + freshMs
    return undefined
  }

  async #teamProblem(): Promise<string | undefined> {
    const came = await this.#web.call('auth.test')
    if (!came.ok) return came.reason
    const { bot_id, enterprise_id, is_enterprise_install, team_id } = came.answer
    const { enterprise, orgWide, team } = this.#settings
    if ((is_enterprise_install === true) !== orgWide) return 'other-install'
    // The token of an organisation is of no workspace.
    const sameTeam = (orgWide || team_id === team) && (enterprise_id ?? undefined) === enterprise
    if (!sameTeam) return 'other-team'
    if (typeof bot_id !== 'string' || bot_id === '') return 'unintelligible'
    this.#bot = bot_id
    this.#name = typeof came.answer['team'] === 'string' ? came.answer['team'] : ''
    this.#sameTeam = true
    return undefined
  }
}
