import { randomBytes } from 'node:crypto'
import { blockProblems, modalProblems } from './block-kit.js'
import type { DoubleWorkspace, Json } from './workspace.js'

/** What a method of the Web API does with the workspace, and what it answers. */
export function calledMethod(workspace: DoubleWorkspace, method: string, content: Json): Json {
  switch (method) {
    case 'auth.test':
      return whoCalls(workspace)
    case 'conversations.info':
      return channelOf(workspace, content)
    case 'conversations.history':
      return history(workspace, content)
    case 'users.info': {
      const user = workspace.users.get(String(content['user']))
      return user === undefined ? { ok: false, error: 'user_not_found' } : { ok: true, user }
    }
    case 'chat.postMessage':
      return post(workspace, content, undefined)
    case 'chat.postEphemeral':
      return post(workspace, content, String(content['user']))
    case 'chat.update':
      return update(workspace, content)
    case 'views.open':
      return openView(workspace, content)
    default:
      return { ok: false, error: 'unknown_method' }
  }
}

function whoCalls({ authFacts, options }: DoubleWorkspace): Json {
  const { enterprise, orgWide = false, team } = options
  const inEnterprise = enterprise === undefined ? {} : { enterprise_id: enterprise }
  const install = orgWide ? { team_id: enterprise, is_enterprise_install: true } : { team_id: team }
  return {
    ok: true,
    team: 'Acme "Works"',
    user_id: 'UBOT',
    bot_id: 'BBOT',
    ...install,
    ...inEnterprise,
    ...authFacts,
  }
}

function channelOf({ channelFacts, options }: DoubleWorkspace, content: Json): Json {
  const { channel } = options
  if (content['channel'] !== channel) return { ok: false, error: 'channel_not_found' }
  return { ok: true, channel: { id: channel, name: 'approvals', ...channelFacts } }
}

/** The newest first, in pages; with metadata only where that is asked for. */
function history(workspace: DoubleWorkspace, asked: Json): Json {
  const { channel, cursor, include_all_metadata, limit, oldest } = asked
  if (channel !== workspace.options.channel) return { ok: false, error: 'channel_not_found' }
  const most = Number(limit ?? 100)
  const from = cursor === undefined ? 0 : Number(cursor)
  const all = workspace.shown
    .filter(({ ts }) => Number(ts) > Number(oldest ?? 0))
    .toReversed()
    .map(({ blocks, bot, metadata, text, ts }) => ({
      type: 'message',
      ts,
      text,
      blocks,
      bot_id: bot,
      ...(include_all_metadata === true && metadata !== undefined ? { metadata } : {}),
    }))
  const messages = all.slice(from, from + most)
  const has_more = from + most < all.length
  const next = has_more ? { response_metadata: { next_cursor: String(from + most) } } : {}
  return { ok: true, messages, has_more, ...next }
}

/** Posts a message that everybody sees, or one user alone. */
function post(workspace: DoubleWorkspace, content: Json, onlyFor: string | undefined): Json {
  const refusal = refusalOf(workspace, content)
  if (refusal !== undefined) return refusal
  if (onlyFor !== undefined && !workspace.users.has(onlyFor)) return { ok: false, error: 'user_not_in_channel' }
  const { channel } = workspace.options
  const ts = workspace.ts()
  const blocks = withIds(content['blocks'])
  const text = String(content['text'])
  const { metadata } = content
  workspace.messages.push({ ts, channel, text, blocks, edits: 0, onlyFor, metadata, bot: 'BBOT' })
  if (onlyFor !== undefined) return { ok: true, message_ts: ts }
  return { ok: true, channel, ts, message: { type: 'message', user: 'UBOT', ts, text, blocks } }
}

function update(workspace: DoubleWorkspace, content: Json): Json {
  const refusal = refusalOf(workspace, content)
  if (refusal !== undefined) return refusal
  const message = workspace.shown.find(({ ts }) => ts === content['ts'])
  if (message === undefined) return { ok: false, error: 'message_not_found' }
  message.text = String(content['text'])
  message.blocks = withIds(content['blocks'])
  message.edits++
  return { ok: true, channel: workspace.options.channel, ts: message.ts, text: message.text }
}

function openView(workspace: DoubleWorkspace, content: Json): Json {
  const user = workspace.takeTrigger(String(content['trigger_id']))
  if (user === undefined) return { ok: false, error: 'invalid_trigger_id' }
  const problems = modalProblems(content['view'])
  if (problems.length > 0) return invalid(workspace, 'invalid_arguments', problems)
  const { app, team } = workspace.options
  const id = `V${randomBytes(5).toString('hex').toUpperCase()}`
  const view = {
    id,
    team_id: team,
    app_id: app,
    bot_id: 'BBOT',
    hash: '1',
    root_view_id: id,
    ...(content['view'] as Json),
  }
  workspace.views.set(id, { user, view })
  return { ok: true, view }
}

/** Why Slack would not take a message. */
function refusalOf(workspace: DoubleWorkspace, content: Json): Json | undefined {
  if (content['channel'] !== workspace.options.channel) return { ok: false, error: 'channel_not_found' }
  const { blocks, text } = content
  if (typeof text !== 'string' || text === '' || text.length > 4000) return invalid(workspace, 'no_text', ['text'])
  const problems = blockProblems(blocks, 'message')
  if (problems.length > 0) return invalid(workspace, 'invalid_blocks', problems)
  if (JSON.stringify(blocks).length > workspace.mostCharacters) return { ok: false, error: 'msg_blocks_too_long' }
  return undefined
}

function invalid(workspace: DoubleWorkspace, error: string, problems: readonly string[]): Json {
  workspace.problems.push(...problems)
  return { ok: false, error, response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) } }
}

/** Slack names the blocks that have no name. */
function withIds(blocks: unknown): readonly Json[] {
  return (blocks as readonly Json[]).map((block) => ({ block_id: randomBytes(3).toString('hex'), ...block }))
}
