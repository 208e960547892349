import { isRecord } from './web.js'
import type { SlackWeb } from './web.js'

/** How long a good answer about a member serves, in milliseconds. */
const freshMs = 10_000
const maxKnown = 1_000

/** Why somebody's click means nothing. */
export type MemberRefusal = 'member-unknown' | 'foreign-team' | 'bot' | 'guest' | 'deactivated'

/** Whether a user is a full member of the workspace: asked live, and kept for ten seconds when it was. */
export class Members {
  readonly #web: SlackWeb
  readonly #homes: readonly string[]
  readonly #monotonicMs: () => number
  readonly #good = new Map<string, number>()

  /** `homes`: the workspace, and the organisation if it belongs to one. */
  constructor(web: SlackWeb, homes: readonly string[], monotonicMs: () => number) {
    this.#web = web
    this.#homes = homes
    this.#monotonicMs = monotonicMs
  }

  /** What speaks against a user, undefined for nothing. Slack not answering speaks against everybody. */
  async refusal(user: string): Promise<MemberRefusal | undefined> {
    const nowMs = this.#monotonicMs()
    const untilMs = this.#good.get(user)
    if (untilMs !== undefined && nowMs < untilMs) return undefined
    this.#good.delete(user)
    const came = await this.#web.call('users.info', { user })
    if (!came.ok) return 'member-unknown'
    const refusal = refusalOf(came.answer['user'], user, this.#homes)
    if (refusal !== undefined) return refusal
    if (this.#good.size >= maxKnown) this.#good.clear()
    this.#good.set(user, nowMs + freshMs)
    return undefined
  }
}

/** Slackbot says of itself that it is no bot. */
const slackbot = 'USLACKBOT'

function refusalOf(found: unknown, user: string, homes: readonly string[]): MemberRefusal | undefined {
  if (!isRecord(found) || found['id'] !== user) return 'member-unknown'
  if (typeof found['team_id'] !== 'string' || !homes.includes(found['team_id'])) return 'foreign-team'
  if (found['is_stranger'] !== undefined && found['is_stranger'] !== false) return 'foreign-team'
  if (found['deleted'] !== false) return 'deactivated'
  if (found['is_bot'] !== false || user === slackbot) return 'bot'
  for (const name of ['is_workflow_bot', 'is_connector_bot']) {
    if (found[name] !== undefined && found[name] !== false) return 'bot'
  }
  // A guest has the first, one of a single channel both. Missing flags are no proof of a full member.
  if (found['is_restricted'] !== false || found['is_ultra_restricted'] !== false) return 'guest'
  if (found['is_invited_user'] !== undefined && found['is_invited_user'] !== false) return 'guest'
  return undefined
}
