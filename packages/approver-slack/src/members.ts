import { isRecord } from './web.js'
import type { SlackWeb } from './web.js'

/** How long an answer about somebody serves, in milliseconds. */
const freshMs = 10_000
const maxKnown = 1_000

/** Why somebody's click means nothing. */
export type MemberRefusal = 'member-unknown' | 'foreign-team' | 'bot' | 'guest' | 'deactivated'

/** Whose members decide: workspaces, and the organisation that they belong to. */
export interface MemberHomes {
  readonly workspaces: readonly string[]
  readonly enterprise: string | undefined
}

interface Known {
  readonly names: readonly string[]
  readonly refusal: MemberRefusal | undefined
  readonly untilMs: number
}

/**
 * Whether a user is a full member of the workspace: asked live, and kept for ten seconds whatever it is, so that nobody has Slack
 * asked as often as they click.
 */
export class Members {
  readonly #web: SlackWeb
  readonly #homes: MemberHomes
  readonly #monotonicMs: () => number
  readonly #known = new Map<string, Known>()
  readonly #asking = new Map<string, Promise<MemberRefusal | undefined>>()

  constructor(web: SlackWeb, homes: MemberHomes, monotonicMs: () => number) {
    this.#web = web
    this.#homes = homes
    this.#monotonicMs = monotonicMs
  }

  /** What speaks against a user, undefined for nothing. Slack not answering speaks against everybody, and is not kept. */
  async refusal(user: string): Promise<MemberRefusal | undefined> {
    const known = this.#known.get(user)
    if (known !== undefined && this.#monotonicMs() < known.untilMs) return known.refusal
    this.#known.delete(user)
    const asking = this.#asking.get(user) ?? this.#ask(user)
    this.#asking.set(user, asking)
    try {
      return await asking
    } finally {
      this.#asking.delete(user)
    }
  }

  async #ask(user: string): Promise<MemberRefusal | undefined> {
    const nowMs = this.#monotonicMs()
    const came = await this.#web.call('users.info', { user })
    if (!came.ok) return 'member-unknown'
    const refusal = refusalOf(came.answer['user'], user, this.#homes)
    if (refusal === 'member-unknown') return refusal
    if (this.#known.size >= maxKnown) this.#known.clear()
    this.#known.set(user, { refusal, names: namesOf(came.answer['user']), untilMs: nowMs + freshMs })
    return refusal
  }

  /** What somebody of whom it was just asked is called in Slack. They chose it, so it decides nothing. */
  namesOf(user: string): readonly string[] {
    return this.#known.get(user)?.names ?? []
  }
}

/** Slackbot says of itself that it is no bot. */
const slackbot = 'USLACKBOT'

function refusalOf(found: unknown, user: string, homes: MemberHomes): MemberRefusal | undefined {
  if (!isRecord(found) || found['id'] !== user) return 'member-unknown'
  if (!isAtHome(found, homes)) return 'foreign-team'
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

/**
 * In an organisation everybody is the same user in all workspaces (docs.slack.dev, "User object", `enterprise_user`), and being
 * in one that does not decide is not enough.
 */
function isAtHome(found: Readonly<Record<string, unknown>>, { enterprise, workspaces }: MemberHomes): boolean {
  const { enterprise_user, team_id } = found
  const isHome = (id: unknown): boolean => workspaces.some((workspace) => workspace === id)
  if (enterprise_user === undefined) return isHome(team_id)
  if (enterprise === undefined || !isRecord(enterprise_user)) return false
  const { enterprise_id, teams } = enterprise_user
  return enterprise_id === enterprise && Array.isArray(teams) && (teams as readonly unknown[]).some(isHome)
}

/** The full name, the one that is shown, and the one behind an @. */
function namesOf(found: unknown): readonly string[] {
  if (!isRecord(found)) return []
  const profile = isRecord(found['profile']) ? found['profile'] : {}
  const { display_name, real_name = found['real_name'] } = profile
  const handle = typeof found['name'] === 'string' && found['name'] !== '' ? `@${found['name']}` : undefined
  return [...new Set([real_name, display_name, handle])].filter(
    (name) => typeof name === 'string' && name !== '',
  ) as string[]
}
