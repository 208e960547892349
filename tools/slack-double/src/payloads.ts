import type { DoubleMessage, DoubleWorkspace, Json } from './workspace.js'

/** What Slack sends when a user clicks a button of a message. Throws when the message has no such button. */
export function clickPayload(
  workspace: DoubleWorkspace,
  user: string,
  message: DoubleMessage,
  actionId: string,
): Record<string, unknown> {
  const found = message.blocks
    .flatMap(({ block_id, elements, type }) =>
      type === 'actions' ? (elements as readonly Json[]).map((element) => ({ block_id, element })) : [],
    )
    .find(({ element }) => element['action_id'] === actionId)
  if (found === undefined) throw new Error(`the message has no button ${actionId}`)
  const { block_id, element } = found
  const { text, value } = element
  const name = user.toLowerCase()
  const { app, channel } = workspace.options
  return {
    type: 'block_actions',
    user: { id: user, username: name, name, team_id: workspace.users.get(user)?.['team_id'] },
    api_app_id: app,
    token: 'deprecated-verification-token',
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: channel,
      is_ephemeral: message.onlyFor !== undefined,
    },
    trigger_id: workspace.trigger(user),
    ...originOf(workspace),
    channel: { id: channel, name: 'approvals' },
    message: { type: 'message', user: 'UBOT', ts: message.ts, text: message.text, blocks: message.blocks },
    state: { values: {} },
    response_url: 'https://hooks.slack.com/actions/never-used',
    actions: [
      {
        action_id: actionId,
        block_id,
        text,
        ...(value === undefined ? {} : { value }),
        type: 'button',
        action_ts: workspace.ts(),
      },
    ],
  }
}

/** What Slack sends when a user submits a modal. Throws when it is not open. */
export function submissionPayload(
  workspace: DoubleWorkspace,
  user: string,
  viewId: string,
  text: string | null,
): Record<string, unknown> {
  const opened = workspace.views.get(viewId)
  if (opened === undefined) throw new Error('no such modal is open')
  const [input] = (opened.view['blocks'] as readonly Json[]).filter(({ type }) => type === 'input')
  const { block_id, element } = input as { readonly block_id: string; readonly element: Json }
  const value = { type: 'plain_text_input', value: text }
  return {
    type: 'view_submission',
    ...originOf(workspace),
    user: { id: user, username: user, name: user, team_id: workspace.users.get(user)?.['team_id'] },
    api_app_id: workspace.options.app,
    token: 'deprecated-verification-token',
    trigger_id: workspace.trigger(user),
    view: { ...opened.view, state: { values: { [block_id]: { [String(element['action_id'])]: value } } } },
    response_urls: [],
  }
}

function originOf({ options }: DoubleWorkspace): Json {
  const { enterprise, orgWide = false, team } = options
  return {
    team: { id: team, domain: 'acme', ...(enterprise === undefined ? {} : { enterprise_id: enterprise }) },
    enterprise: enterprise === undefined ? null : { id: enterprise, name: 'Acme' },
    is_enterprise_install: orgWide,
  }
}
