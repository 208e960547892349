import { BothKeysError } from '@bothkeys/core'
import { strictJsonObject } from '@bothkeys/core/relay'
import { actionIds, inputIds, maxReason, viewIds } from './ids.js'
import { isRecord } from './web.js'

/** What somebody did in Slack, as far as its payload says. Nothing is believed but that Slack said it. */
export type Interaction =
  | {
      readonly kind: 'click'
      readonly action: 'approve' | 'deny'
      readonly request: string
      readonly user: string
      readonly messageTs: string
      readonly actionTs: string
      readonly trigger: string
    }
  /** Somebody wants to enter the code that the page showed. */
  | { readonly kind: 'code-asked'; readonly user: string; readonly actionTs: string; readonly trigger: string }
  | {
      readonly kind: 'denial'
      readonly request: string
      readonly user: string
      readonly view: string
      readonly reason: string | undefined
    }
  | { readonly kind: 'code'; readonly user: string; readonly view: string; readonly code: string }
  /** A button that is a link: Slack tells of it, and nothing is to be done. */
  | { readonly kind: 'link' }

/** A payload, or the word for what is wrong with it. */
export type ReadInteraction = Interaction | { readonly kind: 'refused'; readonly reason: string }

/** Where interactions may come from: one app, its workspaces, one channel. */
export interface Origin {
  readonly app: string
  readonly workspaces: readonly string[]
  /** Whether the app is installed for the whole organisation. */
  readonly orgWide: boolean
  readonly enterprise: string | undefined
  readonly channel: string
}

type Members = Readonly<Record<string, unknown>>

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads the body of an interaction: one form field `payload` that holds JSON with one meaning. Everything that says where it
 * comes from has to be there and right: a member of another workspace in a shared channel carries that workspace's id.
 */
export function readInteraction(body: Uint8Array, origin: Origin): ReadInteraction {
  const payload = payloadOf(body)
  if (payload === undefined) return refused('malformed')
  const { type } = payload
  if (type !== 'block_actions' && type !== 'view_submission') return refused('other-type')
  const foreign = foreignTo(origin, payload)
  if (foreign !== undefined) return refused(foreign)
  const user = text(members(payload['user'])['id'], /^[UW][A-Z0-9]{2,30}$/)
  if (user === undefined) return refused('malformed')
  return type === 'block_actions' ? actionOf(payload, user, origin) : submissionOf(payload, user, origin)
}

function payloadOf(body: Uint8Array): Members | undefined {
  try {
    const [, value] = /^payload=([^&=]+)$/.exec(utf8.decode(body)) ?? []
    if (value === undefined) return undefined
    const json = decodeURIComponent(value.replaceAll('+', ' '))
    return strictJsonObject(Buffer.from(json), 'the payload', refusedPayload)
  } catch {
    return undefined
  }
}

function refusedPayload(reason: string): BothKeysError {
  return new BothKeysError('ERR_REQUEST_INVALID', reason)
}

/** What says that it is another app's, another workspace's or another organisation's. */
function foreignTo(origin: Origin, payload: Members): string | undefined {
  if (payload['api_app_id'] !== origin.app) return 'other-app'
  const { enterprise, orgWide, workspaces } = origin
  if ((payload['is_enterprise_install'] ?? false) !== orgWide) return 'other-install'
  const { team } = payload
  const { enterprise_id, id: teamId } = members(team)
  // Slack leaves out the workspace at times when the app is the whole organisation's, and then names that.
  const isOrgs = orgWide && (team === null || team === undefined)
  if (!isOrgs && !isOneOf(workspaces, teamId)) return 'foreign-team'
  const organisation = members(payload['enterprise'])['id']
  if (orgWide && organisation !== enterprise) return 'foreign-team'
  if ([organisation, enterprise_id].some((id) => id !== undefined && id !== enterprise)) return 'foreign-team'
  const home = members(payload['user'])['team_id']
  // In an organisation, Slack gives either of them.
  return isOneOf(workspaces, home) || (home !== undefined && home === enterprise) ? undefined : 'foreign-team'
}

function isOneOf(workspaces: readonly string[], id: unknown): boolean {
  return workspaces.some((workspace) => workspace === id)
}

const requestId = /^[0-9a-f]{32}$/
const slackTime = /^\d{1,12}\.\d{1,9}$/
const opaque = /^[\w.-]{1,256}$/

function actionOf(payload: Members, user: string, origin: Origin): ReadInteraction {
  const { actions } = payload
  const [action] = Array.isArray(actions) && actions.length === 1 ? (actions as readonly unknown[]) : []
  const { action_id: id, action_ts, type, value } = members(action)
  if (type !== 'button') return refused('other-action')
  if (id === actionIds.open || id === actionIds.link) return { kind: 'link' }
  const container = members(payload['container'])
  if (container['type'] !== 'message' || container['channel_id'] !== origin.channel) return refused('other-channel')
  if (members(payload['channel'])['id'] !== origin.channel) return refused('other-channel')
  const actionTs = text(action_ts, slackTime)
  const trigger = text(payload['trigger_id'], opaque)
  const messageTs = text(container['message_ts'], slackTime)
  if (actionTs === undefined || trigger === undefined || messageTs === undefined) return refused('malformed')
  if (id === actionIds.code) return { kind: 'code-asked', user, actionTs, trigger }
  const named = (['approve', 'deny'] as const).find((name) => actionIds[name] === id)
  if (named === undefined) return refused('other-action')
  const request = text(value, requestId)
  // Only somebody else's copy of a message is shown to one person alone.
  if (request === undefined || container['is_ephemeral'] === true) return refused('malformed')
  return { kind: 'click', action: named, request, user, messageTs, actionTs, trigger }
}

function submissionOf(payload: Members, user: string, origin: Origin): ReadInteraction {
  const view = members(payload['view'])
  if (view['type'] !== 'modal' || view['app_id'] !== origin.app) return refused('other-app')
  if (!isOneOf(origin.workspaces, view['team_id']) && view['team_id'] !== origin.enterprise)
    return refused('foreign-team')
  const id = text(view['id'], opaque)
  const input = members(members(members(view['state'])['values'])[inputIds.block])[inputIds.action]
  const entered = members(input)['value'] ?? ''
  if (id === undefined || typeof entered !== 'string') return refused('malformed')
  if (view['callback_id'] === viewIds.code) return { kind: 'code', user, view: id, code: entered.trim() }
  if (view['callback_id'] !== viewIds.denial) return refused('other-action')
  const request = text(view['private_metadata'], requestId)
  if (request === undefined) return refused('malformed')
  // A no counts however long its reason is.
  const reason = entered.trim().slice(0, maxReason).toWellFormed()
  return { kind: 'denial', request, user, view: id, reason: reason === '' ? undefined : reason }
}

function refused(reason: string): ReadInteraction {
  return { kind: 'refused', reason }
}

/** The members of an object; none of anything else. */
function members(value: unknown): Members {
  return isRecord(value) ? value : {}
}

function text(value: unknown, form: RegExp): string | undefined {
  return typeof value === 'string' && form.test(value) ? value : undefined
}
