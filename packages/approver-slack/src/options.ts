import { BothKeysError } from '@bothkeys/core'

/** Where people are asked in Slack, and how Slack is known. */
export interface SlackChannelOptions {
  /** How the record and the pages call it. Default `slack`. */
  readonly name?: string
  /** The bot token of the app, `xoxb-…`. Stays in here: it stands in no error, message or record. */
  readonly token: string
  /** The signing secret of the app. Whoever has it can click for everybody who is linked. */
  readonly signingSecret: string
  /** The id of the app: `A…`. */
  readonly app: string
  /** The id of the one workspace whose members decide: `T…`. */
  readonly team: string
  /** The id of the organisation that the workspace belongs to, `E…`. Left out: it belongs to none. */
  readonly enterprise?: string
  /**
   * For an app that is installed for the whole organisation `enterprise`: the ids of the workspaces whose members decide, `team`
   * among them. Left out: the app is installed to `team` alone, and what comes from one of a whole organisation is refused.
   */
  readonly workspaces?: readonly string[]
  /** The id of the channel where requests are posted, `C…` or `G…`. It must not be shared with other organisations. */
  readonly channel: string
  /** The file where it is kept which message asks what, in a folder that is the relay's alone. */
  readonly messages: string
  /** The most messages that one engine gets in a minute; the rest is told in one message with a link. Default 10. */
  readonly perMinute?: number
  /** How long to wait after a call that failed, in milliseconds: doubled each time, a minute at most. Default 1000. */
  readonly retryMs?: number
  /** The address of Slack's Web API. Default `https://slack.com/api/`; http on loopback only. */
  readonly apiUrl?: string
  /** Told what failed, with an error that holds neither secrets nor what was asked. */
  readonly onFailure?: (cause: unknown) => void
}

/** Options as they are used. */
export type SlackSettings = Required<Omit<SlackChannelOptions, 'enterprise'>> & {
  readonly enterprise: string | undefined
  readonly orgWide: boolean
  /** Under which id accounts are linked: users of an organisation are the same in all of its workspaces. */
  readonly home: string
}

const known: readonly string[] = [
  'name',
  'token',
  'signingSecret',
  'app',
  'team',
  'enterprise',
  'workspaces',
  'channel',
  'messages',
  'perMinute',
  'retryMs',
  'apiUrl',
  'onFailure',
] satisfies readonly (keyof SlackChannelOptions)[]

/** Checks the options. Throws ERR_CONFIG_INVALID, with no value of theirs. */
export function settingsOf(options: SlackChannelOptions): SlackSettings {
  const foreign = Object.keys(options).find((name) => !known.includes(name))
  if (foreign !== undefined) throw wrong(`there is no option ${foreign}`)
  const { apiUrl = 'https://slack.com/api/', enterprise, name = 'slack', perMinute = 10, retryMs = 1000 } = options
  matches(name, /^[a-z][a-z0-9-]{0,31}$/, 'name must be up to 32 small letters, digits and -')
  matches(options.token, /^xoxb-[\w.-]{8,512}$/, 'token must be a bot token (xoxb-…)')
  matches(options.signingSecret, /^[\x21-\x7e]{16,256}$/, 'signingSecret must be the signing secret of the app')
  matches(options.app, /^A[A-Z0-9]{2,30}$/, 'app must be the id of the app (A…)')
  matches(options.team, teamId, 'team must be the id of the workspace (T…)')
  if (enterprise !== undefined) {
    matches(enterprise, /^E[A-Z0-9]{2,30}$/, 'enterprise must be the id of the organisation (E…)')
  }
  const { workspaces } = options
  if (workspaces !== undefined) {
    if (enterprise === undefined) throw wrong('workspaces are those of an organisation, which enterprise names')
    if (!Array.isArray(workspaces) || workspaces.length > 100 || !workspaces.includes(options.team)) {
      throw wrong('workspaces must be a list of up to 100 workspaces, team among them')
    }
    for (const id of workspaces) matches(id, teamId, 'workspaces must be ids of workspaces (T…)')
  }
  matches(options.channel, /^[CG][A-Z0-9]{2,30}$/, 'channel must be the id of a channel (C… or G…)')
  matches(options.messages, /^[^\0]+$/, 'messages must be the path of a file')
  whole(perMinute, 1, 60, 'perMinute')
  whole(retryMs, 10, 60_000, 'retryMs')
  const { onFailure = () => undefined } = options
  if (typeof onFailure !== 'function') throw wrong('onFailure must be a function')
  return {
    ...options,
    name,
    enterprise,
    orgWide: workspaces !== undefined,
    workspaces: Object.freeze([...(options.workspaces ?? [options.team])]),
    home: workspaces === undefined ? options.team : (enterprise ?? options.team),
    perMinute,
    retryMs,
    onFailure,
    apiUrl: secureUrl(apiUrl),
  }
}

const teamId = /^T[A-Z0-9]{2,30}$/

function matches(value: unknown, form: RegExp, what: string): void {
  if (typeof value !== 'string' || !form.test(value)) throw wrong(what)
}

function whole(value: unknown, least: number, most: number, name: string): void {
  if (!Number.isInteger(value) || Number(value) < least || Number(value) > most) {
    throw wrong(`${name} must be a whole number from ${String(least)} to ${String(most)}`)
  }
}

const loopback: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

function secureUrl(text: unknown): string {
  if (typeof text !== 'string' || !URL.canParse(text)) throw wrong('apiUrl is not a URL')
  const { hostname, password, protocol, username } = new URL(text)
  if (protocol !== 'https:' && !(protocol === 'http:' && loopback.includes(hostname))) {
    throw wrong('apiUrl must be an https URL (http is accepted on loopback only)')
  }
  if (username !== '' || password !== '') throw wrong('apiUrl must not hold credentials')
  return text
}

export function wrong(what: string, hint?: string): BothKeysError {
  return new BothKeysError('ERR_CONFIG_INVALID', `slackChannel: ${what}`, hint === undefined ? {} : { hint })
}
