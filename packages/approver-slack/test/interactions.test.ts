import { createHmac } from 'node:crypto'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Bench, crowd, workspace } from './support/bench.js'
import type { DoubleForgery, DoubleMessage } from '@bothkeys/slack-double'

let bench: Bench
let message: DoubleMessage
let acting: Promise<string>

beforeEach(async () => {
  bench = await Bench.open()
  await bench.start()
  acting = bench.act(await bench.session())
  await expect.poll(() => bench.slack.shown.length).toBe(1)
  message = bench.slack.shown[0]!
  bench.link('ann', 'bob')
})

afterEach(async () => {
  await bench.close()
  await acting
})

type Change = (payload: Record<string, unknown>) => unknown

const set =
  (path: string, value: unknown): Change =>
  (payload) => {
    const names = path.split('.')
    const last = names.pop()!
    const holder = names.reduce<Record<string, unknown>>(
      (inner, name) => inner[name] as Record<string, unknown>,
      payload,
    )
    if (value === undefined) delete holder[last]
    else holder[last] = value
    return payload
  }

const noAnswer = (): void => {
  expect(bench.desk.pending()[0]!.answers).toEqual([])
}

const signedClick = (user: string = crowd.ann.user) =>
  bench.slack.signed(bench.slack.clickPayload(user, message, 'bothkeys_approve'))

/** What the relay does with what Slack sent, without a network between. */
function handler() {
  const [route] = bench.channel!.routes!
  const { handle, method, path } = route!
  return ({ body, headers }: ReturnType<typeof signedClick>) =>
    handle(
      { method, path, url: new URL('https://x.example'), params: {}, headers, body: Buffer.from(body) },
      new AbortController().signal,
    )
}

/** Hands the route what came in, as a relay does. */
async function handled(body: string, headers: Readonly<Record<string, string>>): Promise<number> {
  const [route] = bench.channel!.routes!
  const { path } = route!
  const url = new URL('https://x.example')
  const incoming = {
    method: 'POST' as const,
    path,
    url,
    params: {},
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: Buffer.from(body),
  }
  return (await route!.handle(incoming, new AbortController().signal)).status
}

/** Ann's click, changed: what the app answered. */
async function clicked(forgery: DoubleForgery): Promise<number> {
  return (await bench.slack.click(crowd.ann.user, message, 'bothkeys_approve', forgery)).status
}

describe('what is not signed by Slack within five minutes', () => {
  it.each<readonly [string, DoubleForgery]>([
    ['another secret', { secret: 'another-secret-of-somebody' }],
    ['no signature', { headers: { 'x-slack-signature': '' } }],
    ['a signature of another form', { headers: { 'x-slack-signature': `v0=${'0'.repeat(63)}` } }],
    ['another version', { headers: { 'x-slack-signature': `v1=${'0'.repeat(64)}` } }],
    ['a wrong signature', { headers: { 'x-slack-signature': `v0=${'0'.repeat(64)}` } }],
    [
      'another time than was signed',
      { headers: { 'x-slack-request-timestamp': String(Math.floor(Date.now() / 1000) - 7) } },
    ],
    ['a time that is no number', { headers: { 'x-slack-request-timestamp': 'now' } }],
  ])('is refused: %s', async (_name, forgery) => {
    expect(await clicked(forgery)).toBe(401)
    expect(bench.refusals).toEqual(['slack-unsigned'])
    noAnswer()
  })

  it.each([
    ['too old', 302],
    ['from the future', -302],
  ])('is refused: %s', async (_name, lateS) => {
    expect(await clicked({ lateS })).toBe(401)
    expect(bench.refusals).toEqual(['slack-stale'])
    noAnswer()
  })

  it.each(['+%d', ' %d', '%d ', '0x%x', '%d.0', '-%d', '%de0', '1e9', '', '%d,%d', '9'.repeat(13), '٣%d'])(
    'is refused when its time is signed as %j',
    async (form) => {
      const now = Math.floor(bench.clock.wallMs() / 1000)
      const timestamp = form.replaceAll('%d', String(now)).replaceAll('%x', now.toString(16))
      const { body } = bench.slack.signed(bench.slack.clickPayload(crowd.ann.user, message, 'bothkeys_approve'))
      const signature = createHmac('sha256', workspace.signingSecret).update(`v0:${timestamp}:${body}`).digest('hex')
      expect(
        await handled(body, { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` }),
      ).toBe(401)
      expect(bench.refusals).toEqual(['slack-unsigned'])
      noAnswer()
    },
  )

  it('is refused with two signatures or two times, whichever of them is right', async () => {
    const { body, headers } = bench.slack.signed(bench.slack.clickPayload(crowd.ann.user, message, 'bothkeys_approve'))
    const right = headers['x-slack-signature']!
    const time = headers['x-slack-request-timestamp']!
    for (const twice of [
      { 'x-slack-signature': [right, `v0=${'0'.repeat(64)}`] },
      { 'x-slack-signature': [`v0=${'0'.repeat(64)}`, right] },
      { 'x-slack-signature': [right, right] },
      { 'x-slack-request-timestamp': [time, '1'] },
      { 'x-slack-request-timestamp': ['1', time] },
    ]) {
      const status = await new Promise((resolve, reject) => {
        const sent = request(
          bench.slack.requestUrl,
          { method: 'POST', headers: { ...headers, ...twice } },
          (response) => {
            response.resume()
            resolve(response.statusCode)
          },
        )
        sent.on('error', reject)
        sent.end(body)
      })
      expect(status).toBe(401)
    }
    noAnswer()
  })

  it.each([290, -290])('is taken %i seconds off', async (lateS) => {
    expect(await clicked({ lateS })).toBe(200)
    await expect.poll(() => bench.desk.pending()[0]!.answers.length).toBe(1)
  })

  it('is refused when one byte of the body changed on its way', async () => {
    const { body, headers } = bench.slack.signed(bench.slack.clickPayload(crowd.ann.user, message, 'bothkeys_approve'))
    const changed = body.replace('U0ANN', 'U0BOB')
    expect(changed).not.toBe(body)
    const response = await fetch(bench.slack.requestUrl, { method: 'POST', headers, body: changed })
    expect(response.status).toBe(401)
    noAnswer()
  })

  it('is not read when it is too long', async () => {
    const status = await new Promise((resolve, reject) => {
      const sent = request(bench.slack.requestUrl, { method: 'POST' }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
      sent.on('error', reject)
      sent.end(Buffer.alloc(512 * 1024 + 1))
    })
    expect(status).toBe(413)
    expect(bench.refusals).toEqual(['slack-too-long'])
  })
})

describe('what is signed and has another form', () => {
  it.each<readonly [string, number, DoubleForgery]>([
    ['another content type', 415, { headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' } }],
    ['JSON', 415, { headers: { 'content-type': 'application/json' } }],
    ['two payloads', 403, { body: (body) => `${body}&${body}` }],
    ['more than a payload', 403, { body: (body) => `${body}&x=1` }],
    ['another field', 403, { body: (body) => body.replace('payload=', 'payloaf=') }],
    ['a broken escape', 403, { body: (body) => `${body}%` }],
    ['no JSON', 403, { payload: () => 'no' }],
    ['a list', 403, { payload: () => [] }],
    ['a name twice', 403, { payload: (payload) => JSON.stringify(payload).replace('{', '{"type":"block_actions",') }],
    ['a bare string', 403, { payload: () => '"x"' }],
  ])('is refused: %s', async (_name, status, forgery) => {
    expect(await clicked(forgery)).toBe(status)
    expect(bench.refusals).toEqual(['slack-malformed'])
    noAnswer()
  })

  it.each<readonly [string, string, Change]>([
    ['other-type', 'another type', set('type', 'message_action')],
    ['other-type', 'a shortcut', set('type', 'shortcut')],
    ['other-type', 'what a menu asks for', set('type', 'block_suggestion')],
    ['other-type', 'a window that was closed', set('type', 'view_closed')],
    ['other-type', 'a button of before blocks', set('type', 'interactive_message')],
    ['other-type', 'a type that every object has', set('type', 'constructor')],
    ['other-app', 'a modal where there is a message', set('type', 'view_submission')],
    ['other-app', 'another app', set('api_app_id', 'A0OTHER')],
    ['foreign-team', 'another workspace', set('team.id', 'T0OTHER')],
    ['foreign-team', 'no workspace', set('team', null)],
    ['foreign-team', 'a member of another workspace in a shared channel', set('user.team_id', 'T0OTHER')],
    ['foreign-team', 'a user of no workspace', set('user.team_id', undefined)],
    ['foreign-team', 'an organisation', set('enterprise', { id: 'E0OTHER', name: 'Other' })],
    ['foreign-team', 'a workspace of an organisation', set('team.enterprise_id', 'E0OTHER')],
    ['other-install', 'an app of a whole organisation', set('is_enterprise_install', true)],
    ['other-install', 'an app of something else', set('is_enterprise_install', 'false')],
    ['malformed', 'no user', set('user.id', undefined)],
    ['malformed', 'a user that is none', set('user.id', 'B0BOT')],
    ['other-channel', 'another channel', set('channel.id', 'C0OTHER')],
    ['other-channel', 'a message of another channel', set('container.channel_id', 'C0OTHER')],
    ['other-channel', 'a button of a modal', set('container.type', 'view')],
    ['other-action', 'no action', set('actions', [])],
    ['other-action', 'another action', set('actions.0.action_id', 'approve')],
    ['other-action', 'a select', set('actions.0.type', 'static_select')],
    ['malformed', 'a value that is no request', set('actions.0.value', 'all')],
    ['malformed', 'a value with more', set('actions.0.value', `${'0'.repeat(32)}\n`)],
    ['malformed', 'no time of the action', set('actions.0.action_ts', undefined)],
    ['malformed', 'a copy for one person', set('container.is_ephemeral', true)],
  ])('is refused as %s: %s', async (reason, _name, payload) => {
    expect(await clicked({ payload })).toBe(403)
    expect(bench.refusals).toEqual([`slack-${reason}`])
    noAnswer()
  })

  it('is refused when it holds two actions', async () => {
    const payload: Change = (inner) => ({
      ...inner,
      actions: [...(inner['actions'] as []), ...(inner['actions'] as [])],
    })
    expect(await clicked({ payload })).toBe(403)
    noAnswer()
  })

  it('asks for nothing at an address that came with it', async () => {
    let asked = 0
    const elsewhere = createServer((_incoming, response) => {
      asked++
      response.end()
    })
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve))
    const { port } = elsewhere.address() as AddressInfo
    const there = `http://127.0.0.1:${String(port)}/`
    bench.desk.decideFault = () => Promise.resolve({ decided: false, reason: 'too-many' })
    const payload: Change = (inner) => ({ ...inner, response_url: there, response_urls: [{ response_url: there }] })
    expect(await clicked({ payload })).toBe(200)
    await expect.poll(() => bench.slack.whispers(crowd.ann.user).length).toBe(1)
    await new Promise((resolve) => elsewhere.close(resolve))
    expect(asked).toBe(0)
  })

  it('does nothing when a link was clicked', async () => {
    expect((await bench.slack.click(crowd.ann.user, message, 'bothkeys_open')).status).toBe(200)
    expect(bench.refusals).toEqual([])
    noAnswer()
  })
})

describe('a click on what is no message of ours', () => {
  it.each<readonly [string, Change]>([
    ['another message', set('container.message_ts', '1700000000.000001')],
    ['another request', set('actions.0.value', '0'.repeat(32))],
  ])('is refused: %s', async (_name, payload) => {
    expect(await clicked({ payload })).toBe(200)
    await expect.poll(() => bench.refusals).toEqual(['slack-other-message'])
    await expect.poll(() => bench.slack.whispers(crowd.ann.user).length).toBe(1)
    noAnswer()
  })
})

describe('a link that is removed while its click is looked at', () => {
  it.each(['removed', 'another’s'])('decides nothing in its name: %s', async (how) => {
    let go: (value?: unknown) => void = () => undefined
    bench.slack.fault('users.info', { kind: 'late', until: new Promise((resolve) => (go = resolve)) })
    await bench.click('ann', message, 'approve')
    await expect.poll(() => bench.slack.calls.some(({ method }) => method === 'users.info')).toBe(true)
    if (how === 'removed') await bench.desk.links.remove({ channel: 'slack', team: 'T0HOME', user: crowd.ann.user })
    else bench.desk.link('T0HOME', crowd.ann.user, { issuer: 'https://people.example', id: 'eve' })
    go()
    if (how === 'removed') await expect.poll(() => bench.refusals).toEqual(['slack-unlinked'])
    else await expect.poll(() => bench.desk.pending()[0]!.answers[0]?.by.subject.id).toBe('eve')
    if (how === 'removed') noAnswer()
  })

  it('decides nothing when Slack opened no window for its no meanwhile', async () => {
    let go: (value?: unknown) => void = () => undefined
    const until = new Promise((resolve) => (go = resolve))
    bench.slack.fault('views.open', { kind: 'late', until }, { kind: 'drop' })
    bench.slack.fault('users.info', { kind: 'lie', change: {} })
    await bench.click('ann', message, 'deny')
    await expect.poll(() => bench.slack.calls.some(({ method }) => method === 'views.open')).toBe(true)
    await bench.desk.links.remove({ channel: 'slack', team: 'T0HOME', user: crowd.ann.user })
    go()
    await expect.poll(() => bench.slack.views.size).toBe(1)
    const [view] = [...bench.slack.views.keys()]
    expect((await bench.slack.submit(crowd.ann.user, view!, 'why')).status).toBe(200)
    await expect.poll(() => bench.refusals).toContain('slack-unlinked')
    noAnswer()
  })
})

describe('somebody who is no full member', () => {
  it.each<readonly [string, string, Record<string, unknown>]>([
    ['bot', 'a bot', { is_bot: true }],
    ['bot', 'a workflow', { is_workflow_bot: true }],
    ['bot', 'one that connects services', { is_connector_bot: true }],
    ['guest', 'a guest', { is_restricted: true }],
    ['guest', 'a guest of one channel', { is_ultra_restricted: true }],
    ['guest', 'somebody who has not come yet', { is_invited_user: true }],
    ['guest', 'somebody of whom it is not said', { is_restricted: undefined }],
    ['deactivated', 'somebody who left', { deleted: true }],
    ['foreign-team', 'a member of another workspace', { team_id: 'T0OTHER' }],
    ['foreign-team', 'a stranger', { is_stranger: true }],
    ['member-unknown', 'another user', { id: 'U0BOB' }],
  ])('is refused as %s: %s', async (reason, _name, facts) => {
    bench.slack.addUser(crowd.ann.user, facts)
    expect(await clicked({ payload: set('user.team_id', 'T0HOME') })).toBe(200)
    await expect.poll(() => bench.refusals).toEqual([`slack-${reason}`])
    noAnswer()
  })

  it('is refused while Slack does not say who they are', async () => {
    for (const fault of [
      { kind: 'error', error: 'user_not_found' },
      { kind: 'http', status: 500 },
      { kind: 'drop' },
      { kind: 'rate-limited', retryAfterS: 1 },
      { kind: 'lie', change: { ok: 'true' } },
      { kind: 'lie', change: { user: null } },
      { kind: 'http', status: 200, body: 'x'.repeat(2_000_000) },
    ] as const) {
      bench.slack.fault('users.info', fault)
      const before = bench.refusals.length
      await bench.click('ann', message, 'approve')
      await expect.poll(() => bench.refusals.slice(before)).toEqual(['slack-member-unknown'])
    }
    noAnswer()
  })

  it('is found out ten seconds after they were a member at the latest', async () => {
    bench.desk.decideFault = () => Promise.resolve({ decided: false, reason: 'directory-unavailable' })
    await bench.click('ann', message, 'approve')
    await expect.poll(() => bench.refusals.length).toBe(1)
    bench.slack.addUser(crowd.ann.user, { deleted: true })
    bench.clock.offMs += 10_001
    await bench.click('ann', message, 'approve')
    await expect.poll(() => bench.refusals).toEqual(['slack-directory-unavailable', 'slack-deactivated'])
  })
})

describe('clicks', () => {
  it('that are sent again are taken once, also when both come at the same time', async () => {
    const payload = bench.slack.clickPayload(crowd.ann.user, message, 'bothkeys_approve')
    const answers = await Promise.all([1, 2, 3].map(() => bench.slack.send(payload)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    await expect.poll(() => bench.refusals).toEqual(['slack-replayed', 'slack-replayed'])
    await expect.poll(() => bench.desk.pending()[0]!.answers.length).toBe(1)
    expect(bench.slack.calls.filter(({ method }) => method === 'users.info')).toHaveLength(1)
  })

  it('are answered at once, whatever Slack does meanwhile, and refused when too many are worked on', async () => {
    const users = Array.from({ length: 8 }, (_each, at) => bench.slack.addUser(`U0MANY${String(at)}`))
    bench.slack.fault('users.info', ...Array.from({ length: 9 }, () => ({ kind: 'hang' }) as const))
    const handle = handler()
    // One user takes no room of the others.
    const clicks = [...users.flatMap((user, at) => Array<string>(at === 0 ? 9 : 8).fill(user)), crowd.ann.user]
    // All in one turn, before anything that Slack is asked could have ended.
    const answers = await Promise.all(clicks.map((user) => handle(signedClick(user))))
    const refused = answers.flatMap(({ status }, at) => (status === 200 ? [] : [[at, status]]))
    expect(refused).toEqual([
      [8, 503],
      [65, 503],
    ])
    expect(bench.refusals).toEqual(['slack-too-many-clicks', 'slack-too-many-clicks'])
    noAnswer()
    // However often they click, Slack is asked about each once.
    await expect.poll(() => bench.slack.calls.filter(({ method }) => method === 'users.info').length).toBe(8)
  })

  it('of whoever does not decide take up no memory, and those of one member no more than their share', async () => {
    bench.slack.addUser(crowd.eve.user, { is_restricted: true })
    const replayed = bench.slack.clickPayload(crowd.eve.user, message, 'bothkeys_approve')
    for (let turn = 0; turn < 3; turn++) {
      expect((await bench.slack.send(replayed)).status).toBe(200)
      await expect.poll(() => bench.refusals.length).toBe(turn + 1)
    }
    // Nothing of theirs was remembered, and Slack was asked once.
    expect(bench.refusals).toEqual(['slack-guest', 'slack-guest', 'slack-guest'])
    expect(bench.slack.calls.filter(({ method }) => method === 'users.info')).toHaveLength(1)
    bench.desk.decideFault = () => Promise.resolve({ decided: false, reason: 'too-many' })
    for (let click = 0; click < 101; click++) {
      await bench.click('ann', message, 'approve')
      await expect.poll(() => bench.refusals.length, { interval: 2 }).toBe(4 + click)
    }
    expect(bench.refusals.slice(-2)).toEqual(['slack-too-many', 'slack-too-many-clicks'])
    bench.desk.decideFault = undefined
    await bench.click('bob', message, 'approve')
    await expect.poll(() => bench.desk.pending()[0]!.answers.length).toBe(1)
  })

  it('are refused by a channel that has not started or is closed', async () => {
    const handle = handler()
    const click = signedClick()
    await bench.channel!.close()
    const answered = await handle(click)
    expect(answered.status).toBe(503)
    noAnswer()
  })

  it('are told when the desk fails, and the secrets are in nothing that is told', async () => {
    bench.desk.decideFault = () => Promise.reject(new Error('the desk broke'))
    await bench.click('ann', message, 'approve')
    await expect.poll(() => bench.refusals).toEqual(['slack-failed'])
    bench.slack.fault('chat.postEphemeral', { kind: 'error', error: 'xoxb-secret-token-of-the-app' })
    bench.desk.decideFault = () => Promise.resolve({ decided: false, reason: 'too-many' })
    await bench.click('bob', message, 'approve')
    await expect.poll(() => bench.refusals).toContain('slack-unreachable')
    const told = [
      ...bench.failures.map((error) => `${String(error)} ${JSON.stringify(error)}`),
      ...bench.refusals,
    ].join(' ')
    expect(told).toContain('refused')
    expect(told).not.toMatch(/xoxb|f00dfeed/)
  })
})

describe('a modal for the reason', () => {
  async function opened(): Promise<string> {
    const open = bench.slack.views.size
    await bench.click('ann', message, 'deny')
    await expect.poll(() => bench.slack.views.size).toBe(open + 1)
    return [...bench.slack.views.keys()].at(-1)!
  }

  it.each<readonly [string, string, Change]>([
    ['other-app', 'another app', set('view.app_id', 'A0OTHER')],
    ['foreign-team', 'another workspace', set('view.team_id', 'T0OTHER')],
    ['other-action', 'another modal', set('view.callback_id', 'deny')],
    ['malformed', 'no request', set('view.private_metadata', '')],
    ['malformed', 'no view', set('view.id', undefined)],
    ['other-app', 'a home tab', set('view.type', 'home')],
    ['foreign-team', 'another workspace of the user', set('user.team_id', 'T0OTHER')],
  ])('is refused as %s: %s', async (reason, _name, payload) => {
    expect((await bench.slack.submit(crowd.ann.user, await opened(), 'why', { payload })).status).toBe(403)
    expect(bench.refusals).toEqual([`slack-${reason}`])
    noAnswer()
  })

  it('counts for whom it was opened, for its request, and once', async () => {
    expect((await bench.slack.submit(crowd.bob.user, await opened(), 'why')).status).toBe(200)
    await expect.poll(() => bench.refusals).toEqual(['slack-other-message'])
    const other = set('view.private_metadata', '0'.repeat(32))
    expect((await bench.slack.submit(crowd.ann.user, await opened(), 'why', { payload: other })).status).toBe(200)
    await expect.poll(() => bench.refusals.length).toBe(2)
    noAnswer()
    const view = await opened()
    bench.desk.decideFault = () => Promise.resolve({ decided: false, reason: 'failed' })
    for (let turn = 0; turn < 2; turn++) {
      expect((await bench.slack.submit(crowd.ann.user, view, 'why')).status).toBe(200)
      await expect.poll(() => bench.refusals.length).toBe(3 + turn)
    }
    expect(bench.refusals.slice(2)).toEqual(['slack-failed', 'slack-other-message'])
  })

  it('is refused from whoever is no member any more', async () => {
    const view = await opened()
    bench.slack.addUser(crowd.ann.user, { deleted: true })
    bench.clock.offMs += 10_001
    expect((await bench.slack.submit(crowd.ann.user, view, 'why')).status).toBe(200)
    await expect.poll(() => bench.refusals).toEqual(['slack-deactivated'])
    noAnswer()
  })

  it('denies however long the reason is, and without one', async () => {
    expect((await bench.slack.submit(crowd.ann.user, await opened(), 'x'.repeat(5_000))).status).toBe(200)
    await expect.poll(() => bench.desk.lines[0]?.answers[0]?.reason).toBe('x'.repeat(1_000))
  })
})

describe('an organisation', () => {
  it('is named, and then either its id or that of the workspace is a home', async () => {
    await bench.close()
    bench = await Bench.open({ enterprise: 'E0ORG' })
    await bench.start()
    acting = bench.act(await bench.session())
    await expect.poll(() => bench.slack.shown.length).toBe(1)
    message = bench.slack.shown[0]!
    bench.link('ann', 'bob')
    expect(await clicked({ payload: set('user.team_id', 'E0ORG') })).toBe(200)
    await expect.poll(() => bench.desk.pending()[0]!.answers.length).toBe(1)
    expect(await clicked({ payload: set('user.team_id', 'E0OTHER') })).toBe(403)
    expect(await clicked({ payload: set('enterprise', { id: 'E0OTHER' }) })).toBe(403)
  })
})

describe('an app of a whole organisation', () => {
  const member = (teams: unknown, enterprise_id = 'E0ORG') => ({
    team_id: 'E0ORG',
    enterprise_user: { id: crowd.ann.user, enterprise_id, teams },
  })

  beforeEach(async () => {
    await bench.close()
    bench = await Bench.open({ enterprise: 'E0ORG', workspaces: ['T0HOME', 'T0SISTER'] })
    await bench.start()
    acting = bench.act(await bench.session())
    await expect.poll(() => bench.slack.shown.length).toBe(1)
    message = bench.slack.shown[0]!
    bench.link('ann', 'bob')
    bench.slack.addUser(crowd.ann.user, member(['T0SISTER', 'T0OTHER']))
  })

  it.each<readonly [string, Change]>([
    ['of a workspace that decides', (payload) => payload],
    ['of another one that decides', set('team.id', 'T0SISTER')],
    ['where Slack names the organisation alone', set('team', null)],
  ])('has clicks taken of members %s', async (_name, payload) => {
    expect(await clicked({ payload })).toBe(200)
    await expect.poll(() => bench.desk.pending()[0]!.answers.length).toBe(1)
  })

  it.each<readonly [string, string, Change]>([
    ['foreign-team', 'a workspace that does not', set('team.id', 'T0OTHER')],
    ['foreign-team', 'no workspace that is one', set('team', {})],
    ['foreign-team', 'another organisation', set('enterprise', { id: 'E0OTHER' })],
    ['foreign-team', 'no organisation', set('enterprise', null)],
    ['foreign-team', 'a workspace of another organisation', set('team.enterprise_id', 'E0OTHER')],
    ['foreign-team', 'a user of another organisation', set('user.team_id', 'E0OTHER')],
    ['other-install', 'an app of one workspace', set('is_enterprise_install', false)],
    ['other-install', 'an app of which it is not said', set('is_enterprise_install', undefined)],
  ])('has clicks refused as %s: %s', async (reason, _name, payload) => {
    expect(await clicked({ payload })).toBe(403)
    expect(bench.refusals).toEqual([`slack-${reason}`])
    noAnswer()
  })

  it.each<readonly [string, Record<string, unknown>]>([
    ['who is in workspaces that do not decide', member(['T0OTHER'])],
    ['who is in none', member([])],
    ['of whom it is not said', member(undefined)],
    ['of another organisation', member(['T0HOME'], 'E0OTHER')],
    ['of the organisation alone', { team_id: 'E0ORG' }],
    ['of nothing', { team_id: undefined, enterprise_user: null }],
  ])('has clicks refused of somebody %s', async (_name, facts) => {
    bench.slack.addUser(crowd.ann.user, facts)
    expect(await clicked({ payload: set('user.team_id', 'E0ORG') })).toBe(200)
    await expect.poll(() => bench.refusals).toEqual(['slack-foreign-team'])
    noAnswer()
  })

  it('keeps the relay from starting when it is installed to one workspace, and says why', async () => {
    await bench.stop()
    bench.slack.authFacts = { is_enterprise_install: false, team_id: 'T0HOME' }
    await expect(bench.start()).rejects.toThrow('installed to one workspace')
    bench.slack.authFacts = { enterprise_id: 'E0OTHER' }
    await expect(bench.start()).rejects.toThrow('team is not in the organisation')
  })
})
