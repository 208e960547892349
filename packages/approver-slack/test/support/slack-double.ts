import { createHmac, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { blockProblems, modalProblems } from './block-kit.js'

type Json = Readonly<Record<string, unknown>>

/** A message as Slack has it. */
export interface DoubleMessage {
  readonly ts: string
  readonly channel: string
  text: string
  blocks: readonly Json[]
  edits: number
  /** What only `conversations.history` gives back. */
  readonly metadata?: unknown
  /** Whose bot posted it. */
  readonly bot?: string
  /** The one user who sees it, for an ephemeral message. */
  readonly onlyFor: string | undefined
}

/** What Slack says of a user, besides id and team. */
export type DoubleUser = Readonly<Record<string, unknown>>

/** What goes wrong with one call of a method. */
export type DoubleFault =
  | { readonly kind: 'rate-limited'; readonly retryAfterS: number | string }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'http'; readonly status: number; readonly body?: string }
  /** Nothing is answered until the double closes. */
  | { readonly kind: 'hang' }
  | { readonly kind: 'drop' }
  /** It is done, and no answer arrives: the connection breaks, or nothing comes. */
  | { readonly kind: 'lost' }
  | { readonly kind: 'silent' }
  /** It is done, and something else is answered. */
  | { readonly kind: 'lie'; readonly change: Json }
  /** It is done, and the answer waits for this. */
  | { readonly kind: 'late'; readonly until: Promise<unknown> }

/** One call that came in. */
export interface DoubleCall {
  readonly method: string
  readonly content: Json
}

/** What Slack and the app know of each other. */
export interface DoubleOptions {
  readonly token: string
  readonly signingSecret: string
  readonly app: string
  readonly team: string
  readonly enterprise?: string
  /** The app is the organisation's, in all of its workspaces. */
  readonly orgWide?: boolean
  readonly channel: string
}

/** Changes of a payload before it is signed, and of the signature. */
export interface DoubleForgery {
  readonly payload?: (payload: Record<string, unknown>) => unknown
  readonly secret?: string
  /** Seconds by which the time of the message is off. */
  readonly lateS?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: (body: string) => string
}

/**
 * A workspace with one channel that speaks the wire format of Slack's Web API (form-encoded or JSON requests, `ok: false`
 * errors, 429 with Retry-After) and sends signed interactions as Slack does. It refuses blocks that Slack's reference does not allow.
 */
export class SlackDouble {
  readonly options: DoubleOptions
  readonly messages: DoubleMessage[] = []
  readonly views = new Map<string, { readonly user: string; readonly view: Json }>()
  readonly users = new Map<string, DoubleUser>()
  readonly calls: DoubleCall[] = []
  /** What was wrong with the calls that it refused as invalid. */
  readonly problems: string[] = []
  channelFacts: Json = { is_channel: true, is_archived: false, is_ext_shared: false, is_shared: false }
  authFacts: Json = {}
  /** Where the app's interactivity is. */
  requestUrl = ''
  /** The characters that a message may cost in all. */
  mostCharacters = 13_200
  readonly #faults = new Map<string, DoubleFault[]>()
  readonly #triggers = new Map<string, string>()
  readonly #server = createServer((request, response) => {
    void this.#serve(request, response)
  })
  readonly #clock: () => number
  #count = 0

  private constructor(options: DoubleOptions, clock: () => number) {
    this.options = options
    this.#clock = clock
  }

  static async start(options: DoubleOptions, clock: () => number = Date.now): Promise<SlackDouble> {
    const double = new SlackDouble(options, clock)
    await new Promise<void>((resolve) => double.#server.listen(0, '127.0.0.1', resolve))
    return double
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}/api/`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** A full member, or what `facts` make of them. */
  addUser(id: string, facts: DoubleUser = {}): string {
    const full = { deleted: false, is_bot: false, is_restricted: false, is_ultra_restricted: false, is_stranger: false }
    this.users.set(id, { id, team_id: this.options.team, name: id.toLowerCase(), ...full, ...facts })
    return id
  }

  /** The next calls of a method go wrong in these ways, in this order. */
  fault(method: string, ...faults: readonly DoubleFault[]): void {
    this.#faults.set(method, [...(this.#faults.get(method) ?? []), ...faults])
  }

  /** Messages that everybody sees. */
  get shown(): readonly DoubleMessage[] {
    return this.messages.filter(({ onlyFor }) => onlyFor === undefined)
  }

  whispers(user: string): readonly DoubleMessage[] {
    return this.messages.filter(({ onlyFor }) => onlyFor === user)
  }

  /** Clicks a button of a message as a user, and answers what the app answered. */
  click(user: string, message: DoubleMessage, actionId: string, forgery: DoubleForgery = {}): Promise<Response> {
    return this.send(this.clickPayload(user, message, actionId), forgery)
  }

  clickPayload(user: string, message: DoubleMessage, actionId: string): Record<string, unknown> {
    const found = message.blocks
      .flatMap(({ block_id, elements, type }) =>
        type === 'actions' ? (elements as readonly Json[]).map((element) => ({ block_id, element })) : [],
      )
      .find(({ element }) => element['action_id'] === actionId)
    if (found === undefined) throw new Error(`the message has no button ${actionId}`)
    const { block_id, element } = found
    const { text, value } = element
    const name = user.toLowerCase()
    const { app, channel } = this.options
    return {
      type: 'block_actions',
      user: { id: user, username: name, name, team_id: this.users.get(user)?.['team_id'] },
      api_app_id: app,
      token: 'deprecated-verification-token',
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: channel,
        is_ephemeral: message.onlyFor !== undefined,
      },
      trigger_id: this.#trigger(user),
      ...this.#origin(),
      channel: { id: channel, name: 'approvals' },
      message: { type: 'message', user: 'UBOT', ts: message.ts, text: message.text, blocks: message.blocks },
      state: { values: {} },
      response_url: `${this.apiUrl}never-used`,
      actions: [
        {
          action_id: actionId,
          block_id,
          text,
          ...(value === undefined ? {} : { value }),
          type: 'button',
          action_ts: this.#ts(),
        },
      ],
    }
  }

  /** Submits the modal that a user has open. */
  submit(user: string, viewId: string, text: string | null, forgery: DoubleForgery = {}): Promise<Response> {
    const opened = this.views.get(viewId)
    if (opened === undefined) throw new Error('no such modal is open')
    const [input] = (opened.view['blocks'] as readonly Json[]).filter(({ type }) => type === 'input')
    const { block_id, element } = input as { readonly block_id: string; readonly element: Json }
    const value = { type: 'plain_text_input', value: text }
    const view = { ...opened.view, state: { values: { [block_id]: { [String(element['action_id'])]: value } } } }
    const { app } = this.options
    return this.send(
      {
        type: 'view_submission',
        ...this.#origin(),
        user: { id: user, username: user, name: user, team_id: this.users.get(user)?.['team_id'] },
        api_app_id: app,
        token: 'deprecated-verification-token',
        trigger_id: this.#trigger(user),
        view,
        response_urls: [],
      },
      forgery,
    )
  }

  /** Sends an interaction as Slack does: one form field, signed over the raw bytes. */
  async send(payload: Record<string, unknown>, forgery: DoubleForgery = {}): Promise<Response> {
    const { headers, body } = this.signed(payload, forgery)
    return fetch(this.requestUrl, { method: 'POST', headers, body })
  }

  signed(
    payload: Record<string, unknown>,
    forgery: DoubleForgery = {},
  ): { readonly headers: Record<string, string>; readonly body: string } {
    const sent = forgery.payload?.(structuredClone(payload)) ?? payload
    const form = new URLSearchParams({ payload: typeof sent === 'string' ? sent : JSON.stringify(sent) }).toString()
    const body = forgery.body?.(form) ?? form
    const timestamp = String(Math.floor(this.#clock() / 1000) - (forgery.lateS ?? 0))
    const { secret = this.options.signingSecret } = forgery
    const signature = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')
    return {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${signature}`,
        'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
        ...forgery.headers,
      },
      body,
    }
  }

  #origin(): Json {
    const { enterprise, team } = this.options
    return {
      team: { id: team, domain: 'acme', ...(enterprise === undefined ? {} : { enterprise_id: enterprise }) },
      enterprise: enterprise === undefined ? null : { id: enterprise, name: 'Acme' },
      is_enterprise_install: this.options.orgWide ?? false,
    }
  }

  #trigger(user: string): string {
    const id = `${String(++this.#count)}.${randomBytes(8).toString('hex')}`
    this.#triggers.set(id, user)
    return id
  }

  #ts(): string {
    return `${String(Math.floor(this.#clock() / 1000))}.${String(++this.#count).padStart(6, '0')}`
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = (request.url ?? '').replace('/api/', '')
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const content = readContent(request.headers['content-type'] ?? '', Buffer.concat(chunks).toString())
    this.calls.push({ method, content: content ?? {} })
    const fault = this.#faults.get(method)?.shift()
    if (fault?.kind === 'hang') return
    if (fault?.kind === 'drop') return void request.socket.destroy()
    if (fault?.kind === 'rate-limited') {
      response.writeHead(429, { 'retry-after': String(fault.retryAfterS), 'content-type': 'application/json' })
      return void response.end('{"ok":false,"error":"ratelimited"}')
    }
    if (fault?.kind === 'http') return void response.writeHead(fault.status).end(fault.body ?? 'upstream error')
    if (fault?.kind === 'error') return answer(response, { ok: false, error: fault.error })
    if (request.method !== 'POST' || content === undefined)
      return answer(response, { ok: false, error: 'invalid_form_data' })
    if (request.headers.authorization !== `Bearer ${this.options.token}`) {
      return answer(response, { ok: false, error: 'invalid_auth' })
    }
    const came = this.#called(method, content)
    if (fault?.kind === 'late') await fault.until
    if (fault?.kind === 'lost') return void request.socket.destroy()
    if (fault?.kind === 'silent') return
    answer(response, fault?.kind === 'lie' ? { ...came, ...fault.change } : came)
  }

  #called(method: string, content: Json): Json {
    const { app, channel, enterprise, team } = this.options
    switch (method) {
      case 'auth.test': {
        const { orgWide = false } = this.options
        const inEnterprise = enterprise === undefined ? {} : { enterprise_id: enterprise }
        const install = orgWide ? { team_id: enterprise, is_enterprise_install: true } : { team_id: team }
        return {
          ok: true,
          team: 'Acme "Works"',
          user_id: 'UBOT',
          bot_id: 'BBOT',
          ...install,
          ...inEnterprise,
          ...this.authFacts,
        }
      }
      case 'conversations.info':
        if (content['channel'] !== channel) return { ok: false, error: 'channel_not_found' }
        return { ok: true, channel: { id: channel, name: 'approvals', ...this.channelFacts } }
      case 'conversations.history':
        return this.#history(content)
      case 'users.info': {
        const user = this.users.get(String(content['user']))
        return user === undefined ? { ok: false, error: 'user_not_found' } : { ok: true, user }
      }
      case 'chat.postMessage':
      case 'chat.postEphemeral':
        return this.#post(method, content)
      case 'chat.update':
        return this.#update(content)
      case 'views.open': {
        const user = this.#triggers.get(String(content['trigger_id']))
        if (user === undefined) return { ok: false, error: 'invalid_trigger_id' }
        this.#triggers.delete(String(content['trigger_id']))
        const problems = modalProblems(content['view'])
        if (problems.length > 0) return this.#invalid('invalid_arguments', problems)
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
        this.views.set(id, { user, view })
        return { ok: true, view }
      }
      default:
        return { ok: false, error: 'unknown_method' }
    }
  }

  #post(method: string, content: Json): Json {
    const checked = this.#checked(content)
    if (checked !== undefined) return checked
    const onlyFor = method === 'chat.postEphemeral' ? String(content['user']) : undefined
    if (onlyFor !== undefined && !this.users.has(onlyFor)) return { ok: false, error: 'user_not_in_channel' }
    const { channel } = this.options
    const ts = this.#ts()
    const blocks = withIds(content['blocks'])
    const text = String(content['text'])
    this.messages.push({ ts, channel, text, blocks, edits: 0, onlyFor, metadata: content['metadata'], bot: 'BBOT' })
    if (onlyFor !== undefined) return { ok: true, message_ts: ts }
    return { ok: true, channel, ts, message: { type: 'message', user: 'UBOT', ts, text, blocks } }
  }

  /** The newest first, in pages; with metadata only where that is asked for. */
  #history({ channel, cursor, include_all_metadata, limit, oldest }: Json): Json {
    if (channel !== this.options.channel) return { ok: false, error: 'channel_not_found' }
    const most = Number(limit ?? 100)
    const from = cursor === undefined ? 0 : Number(cursor)
    const all = this.shown
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

  #update(content: Json): Json {
    const checked = this.#checked(content)
    if (checked !== undefined) return checked
    const message = this.shown.find(({ ts }) => ts === content['ts'])
    if (message === undefined) return { ok: false, error: 'message_not_found' }
    message.text = String(content['text'])
    message.blocks = withIds(content['blocks'])
    message.edits++
    return { ok: true, channel: this.options.channel, ts: message.ts, text: message.text }
  }

  #checked(content: Json): Json | undefined {
    if (content['channel'] !== this.options.channel) return { ok: false, error: 'channel_not_found' }
    const { blocks, text } = content
    if (typeof text !== 'string' || text === '' || text.length > 4000) return this.#invalid('no_text', ['text'])
    const problems = blockProblems(blocks, 'message')
    if (problems.length > 0) return this.#invalid('invalid_blocks', problems)
    if (JSON.stringify(blocks).length > this.mostCharacters) return { ok: false, error: 'msg_blocks_too_long' }
    return undefined
  }

  #invalid(error: string, problems: readonly string[]): Json {
    this.problems.push(...problems)
    return { ok: false, error, response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) } }
  }
}

/** Slack names the blocks that have no name. */
function withIds(blocks: unknown): readonly Json[] {
  return (blocks as readonly Json[]).map((block) => ({ block_id: randomBytes(3).toString('hex'), ...block }))
}

/** The arguments of a call: in a form, members that are no text are JSON. */
function readContent(type: string, body: string): Json | undefined {
  try {
    if (type.startsWith('application/json')) return JSON.parse(body) as Json
    if (!type.startsWith('application/x-www-form-urlencoded')) return undefined
    const entries = [...new URLSearchParams(body)].map(([name, value]) => [name, valueOf(value)])
    return Object.fromEntries(entries) as Json
  } catch {
    return undefined
  }
}

function valueOf(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^[[{]/.test(text) ? JSON.parse(text) : text
}

function answer(response: ServerResponse, content: Json): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' })
  response.end(JSON.stringify(content))
}

/** All texts of a message in their order, each on its own line. */
export function textsOf(blocks: unknown): string {
  if (Array.isArray(blocks)) return blocks.map(textsOf).join('\n')
  if (typeof blocks !== 'object' || blocks === null) return ''
  const { elements, label, text } = blocks as Json
  return [text, label, elements]
    .filter((part) => part !== undefined)
    .map((part) => (typeof part === 'string' ? part : textsOf(part)))
    .join('\n')
}
