import { mkdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Session } from '@bothkeys/core'
import { requestMessage } from '../src/request-blocks.js'
import type { Asking } from './support/bench.js'
import { Bench, crowd } from './support/bench.js'
import type { DoubleMessage } from '@bothkeys/slack-double'
import { textsOf } from '@bothkeys/slack-double'

let bench: Bench
let session: Session
const acting: Promise<string>[] = []

beforeEach(async () => {
  bench = await Bench.open()
  session = await bench.session()
})

afterEach(async () => {
  await bench.close()
  await Promise.all(acting.splice(0))
})

function ask(asking: Asking = {}): void {
  acting.push(bench.act(session, asking))
}

async function asked(count = 1): Promise<DoubleMessage> {
  await expect.poll(() => bench.slack.shown.length).toBe(count)
  return bench.slack.shown.at(-1)!
}

const shows = (message: DoubleMessage): string => textsOf(message.blocks)

const buttons = (message: DoubleMessage): string[] =>
  message.blocks.flatMap(({ elements, type }) =>
    type === 'actions' ? (elements as { action_id: string }[]).map(({ action_id }) => action_id) : [],
  )

/** Every object in a message, however deep. */
function parts(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(parts)
  if (typeof value !== 'object' || value === null) return []
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(parts)]
}

const callsOf = (method: string) => bench.slack.calls.filter((call) => call.method === method)

describe('the message about a request', () => {
  it('may be clicked as soon as Slack shows it', async () => {
    await bench.start()
    bench.link('ann')
    let release = (): void => undefined
    const until = new Promise<void>((resolve) => (release = resolve))
    bench.slack.fault('chat.postMessage', { kind: 'late', until })
    ask()
    const message = await asked()
    await bench.click('ann', message, 'approve')
    release()
    await expect.poll(() => bench.desk.pending()[0]?.answers.length).toBe(1)
    expect(bench.refusals).toEqual([])
  })

  it('shows every character of the view that people sign, and the id in its buttons alone', async () => {
    await bench.start()
    ask({ text: `delete from invoices\n  where id = $1 -- ${'long '.repeat(60)}`, parameters: ['7'] })
    const message = await asked()
    const [entry] = bench.desk.pending()
    const { digest, id } = entry!.request
    const view = await bench.desk.viewFor(id)
    const bare = (text: string): string => text.replaceAll(/\s+/gu, ' ')
    expect(bare(shows(message))).toContain(bare(view!.text).trim())
    expect(shows(message)).toContain('claimed by the engine')
    expect(shows(message)).toContain(digest.slice(0, 8))
    expect(buttons(message)).toEqual(['bothkeys_approve', 'bothkeys_deny', 'bothkeys_open'])
    const [approve, deny, open] = message.blocks.at(-1)!['elements'] as Record<string, unknown>[]
    expect([approve!['value'], deny!['value'], open!['value']]).toEqual([id, id, undefined])
    expect(open!['url']).toBe(`https://approvals.example/requests/${id}`)
    expect(message.text).toBe(`Approval ${digest.slice(0, 8)} is asked for`)
    expect(callsOf('chat.postMessage')[0]!.content).toMatchObject({
      mrkdwn: false,
      parse: 'none',
      link_names: false,
      unfurl_links: false,
      unfurl_media: false,
    })
  })

  it('holds hostile text as text: no link, no mention, no button, no line of ours', async () => {
    await bench.start()
    const hostile = [
      'delete from invoices -- <!channel> <@U0ANN> <https://evil.example|Approve> *bold* `code` :white_check_mark: &lt;',
      'THIS IS NOT ALL',
      '  requester  human ada of https://people.example',
      '\u202eevil\u200b',
      '| approval 00000000: select on orders',
      '```',
    ].join('\n')
    ask({ text: hostile, resource: 'table:public."<!here> <https://evil.example|x>"', parameters: ['<@U0ANN>'] })
    const message = await asked()
    const all = parts(message.blocks)
    expect(all.map(({ type }) => type).filter((type) => type !== undefined)).not.toContain('mrkdwn')
    const kinds = new Set(all.map(({ type }) => type))
    for (const kind of ['link', 'user', 'usergroup', 'broadcast', 'emoji', 'channel']) expect(kinds).not.toContain(kind)
    // What we say in plain_text holds nothing of theirs.
    for (const { text, type } of all) if (type === 'plain_text') expect(text).not.toMatch(/[<>&*:`]/u)
    expect(message.text).not.toContain('<')
    expect(all.filter(({ url }) => url !== undefined).map(({ url }) => url)).toEqual([
      expect.stringContaining('https://approvals.example/') as string,
    ])
    const boxes = all.filter(({ type }) => type === 'rich_text_preformatted')
    const inBoxes = boxes.map((box) => textsOf(box)).join('\n')
    for (const row of inBoxes.split('\n').filter((each) => each !== '')) expect(row).toMatch(/^ {4}\|>? /u)
    for (const line of ['<!channel>', 'THIS IS NOT ALL', 'human ada', '\\u{202e}evil\\u{200b}', '```']) {
      expect(inBoxes).toContain(line)
    }
    const ours = all.filter(({ type }) => type === 'rich_text_list').map((list) => textsOf(list))
    expect(ours.join('\n')).not.toMatch(/THIS IS NOT ALL|human ada/u)
    expect(buttons(message)).toContain('bothkeys_approve')
  })

  it('can be approved by when all that is missing are values that the policy masks', async () => {
    await bench.start()
    ask()
    await asked()
    const [entry] = bench.desk.pending()
    const view = await bench.desk.viewFor(entry!.request.id)
    const hidden = { ...view!, complete: false, allowUpTo: 'channel' } as const
    const approvable = (more: object): boolean =>
      JSON.stringify(requestMessage(entry!, { ...hidden, ...more }, 'https://approvals.example')).includes('approve"')
    expect([approvable({ hidden: true }), approvable({ hidden: false }), approvable({})]).toEqual([true, false, false])
  })

  it('cannot be approved by when it does not show all, says so in capitals, and denies', async () => {
    await bench.start()
    bench.link('ann')
    // The view has it all, and Slack does not take as much.
    ask({ text: `delete from invoices where id in (${'1234567890, '.repeat(600)}0)` })
    const message = await asked()
    expect(await bench.desk.viewFor(bench.desk.pending()[0]!.request.id)).toMatchObject({ complete: true })
    expect(shows(message)).toContain('THIS IS NOT ALL OF THE REQUEST, SO IT CANNOT BE APPROVED IN SLACK.')
    expect(buttons(message)).toEqual(['bothkeys_deny', 'bothkeys_open'])
    // Whoever makes Slack send the click all the same.
    const payload = bench.slack.clickPayload(crowd.ann.user, message, 'bothkeys_deny')
    ;(payload['actions'] as { action_id: string }[])[0]!.action_id = 'bothkeys_approve'
    expect((await bench.slack.send(payload)).status).toBe(200)
    await expect.poll(() => bench.refusals).toEqual(['slack-partial-view'])
    expect(bench.desk.pending()[0]!.answers).toEqual([])
    bench.slack.fault('views.open', { kind: 'error', error: 'no' })
    await bench.click('ann', message, 'deny')
    await expect.poll(() => bench.desk.lines[0]?.end).toBe('denied')
    expect(bench.slack.problems).toEqual([])
  })

  it.each([
    ['many lines', 'delete\n'.repeat(150)],
    ['a view that is cut', 'x'.repeat(9_000)],
    ['many characters that are escaped', 'ж'.repeat(2_000)],
  ])('cannot be approved by with %s', async (_name, text) => {
    await bench.start()
    ask({ text })
    expect(buttons(await asked())).toEqual(['bothkeys_deny', 'bothkeys_open'])
    expect(bench.slack.problems).toEqual([])
  })

  it('shows what is masked as masked, and cannot be approved by', async () => {
    await bench.start()
    bench.desk.viewsOf = (view) => ({
      ...view,
      text: 'approval: WITHHELD',
      complete: false,
      masked: true,
      allowUpTo: 'channel',
    })
    ask({ text: 'delete from cards where number = k4111' })
    const message = await asked()
    expect(shows(message)).toContain('STATEMENT AND PARAMETERS ARE WITHHELD HERE.')
    expect(shows(message)).not.toContain('k4111')
    expect(buttons(message)).toEqual(['bothkeys_deny', 'bothkeys_open'])
  })

  it('is a short one when Slack does not take it, and cannot be approved by', async () => {
    bench.slack.mostCharacters = 2_300
    await bench.start()
    ask({ text: `delete from invoices where id in (${'1234567890, '.repeat(100)}0)` })
    const message = await asked()
    expect(callsOf('chat.postMessage')).toHaveLength(2)
    expect(buttons(message)).toEqual(['bothkeys_deny', 'bothkeys_open'])
  })

  it('is taken out of use when the request shows something else to a channel by now', async () => {
    await bench.start()
    bench.link('ann')
    ask()
    const message = await asked()
    bench.desk.viewsOf = (view) => ({ ...view, text: `${view.text}\n  ! more`, digest: 'f'.repeat(64) })
    await bench.click('ann', message, 'approve')
    await expect.poll(() => bench.refusals).toEqual(['slack-other-view'])
    bench.desk.changed(bench.desk.pending()[0]!.request.id)
    await expect.poll(() => bench.slack.shown.length).toBe(2)
    expect(buttons(message)).toEqual([])
  })
})

describe('a Slack that fails', () => {
  it.each([
    ['is down', [{ kind: 'drop' }, { kind: 'http', status: 503 }]],
    [
      'has errors',
      [
        { kind: 'error', error: 'internal_error' },
        { kind: 'error', error: 'not_in_channel' },
      ],
    ],
    ['answers nonsense', [{ kind: 'http', status: 200, body: 'hello' }]],
    ['asks to wait for no time that there is', [{ kind: 'rate-limited', retryAfterS: 'soon' }]],
  ] as const)('gets the message when it works again: %s', async (_name, faults) => {
    await bench.start()
    bench.slack.fault('chat.postMessage', ...faults)
    ask()
    await asked()
    expect(callsOf('chat.postMessage')).toHaveLength(faults.length + 1)
    expect(bench.refusals).toEqual(['slack-unreachable'])
    expect(bench.failures).toHaveLength(1)
    expect(bench.failures[0]).toMatchObject({ code: 'ERR_APPROVAL_UNAVAILABLE' })
  })

  it('is not asked again before it wants to be', async () => {
    await bench.start()
    bench.slack.fault('chat.postMessage', { kind: 'rate-limited', retryAfterS: 100_000 })
    ask()
    await expect.poll(() => bench.refusals).toEqual(['slack-unreachable'])
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(callsOf('chat.postMessage')).toHaveLength(1)
  })

  it('stops neither the start nor a request', async () => {
    bench.slack.fault('auth.test', { kind: 'drop' }, { kind: 'http', status: 500 })
    await bench.start()
    ask()
    await asked()
    expect(callsOf('auth.test').length).toBe(3)
  })

  it.each([
    ['another workspace', { team_id: 'T0OTHER' }],
    ['an organisation that is not named', { enterprise_id: 'E0ORG' }],
    ['an app of a whole organisation', { is_enterprise_install: true }],
  ])('keeps the relay from starting when its token is of %s', async (_name, facts) => {
    bench.slack.authFacts = facts
    await expect(bench.start()).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })

  it('is told nothing when it says too late that the token is of another workspace', async () => {
    bench.slack.fault('auth.test', { kind: 'drop' })
    await bench.start()
    bench.slack.authFacts = { team_id: 'T0OTHER' }
    ask()
    await expect.poll(() => bench.refusals).toEqual(['slack-unreachable'])
    await expect.poll(() => callsOf('auth.test').length).toBeGreaterThan(2)
    expect(callsOf('chat.postMessage')).toEqual([])
  })

  it.each([
    ['shared with another organisation', { is_ext_shared: true }],
    ['about to be', { is_pending_ext_shared: true }],
    ['one of which it is not said', { is_ext_shared: undefined }],
    ['archived', { is_archived: true }],
    ['another one', { id: 'C0OTHER' }],
  ])('gets nothing while the channel is %s', async (_name, facts) => {
    bench.slack.channelFacts = { is_ext_shared: false, ...facts }
    await bench.start()
    ask()
    await expect.poll(() => callsOf('conversations.info').length).toBeGreaterThan(1)
    expect(bench.refusals).toEqual(['slack-unreachable'])
    expect(callsOf('chat.postMessage')).toEqual([])
    bench.slack.channelFacts = { is_ext_shared: false }
    await asked()
  })

  it('that names another message gets no click taken from the one that it has', async () => {
    await bench.start()
    bench.link('ann')
    bench.slack.fault('chat.postMessage', { kind: 'lie', change: { ts: '1700000000.000009' } })
    ask()
    const message = await asked()
    await expect.poll(() => bench.posted()).toContain('1700000000.000009')
    await bench.click('ann', message, 'approve')
    await expect.poll(() => bench.refusals).toEqual(['slack-other-message'])
    expect(bench.desk.pending()[0]!.answers).toEqual([])
  })

  it.each([
    ['another channel', { channel: 'C0OTHER' }],
    ['no message', { ts: 7 }],
    ['a message that is none', { ts: 'latest' }],
  ])('that names %s is not believed', async (_name, change) => {
    await bench.start()
    bench.slack.fault('chat.postMessage', { kind: 'lie', change })
    ask()
    const { ts } = await asked()
    // It is looked for, and found.
    await expect.poll(() => bench.posted()).toContain(`"ts":"${ts}"`)
    expect(bench.slack.shown).toHaveLength(1)
    expect(bench.refusals).toEqual(['slack-unreachable'])
  })

  it('that names the message of another request is not believed', async () => {
    await bench.start()
    ask()
    const first = await asked()
    bench.slack.fault('chat.postMessage', { kind: 'lie', change: { ts: first.ts } })
    ask({ text: 'delete from payments' })
    const { ts } = await asked(2)
    await expect.poll(() => bench.posted()).toContain(`"ts":"${ts}"`)
    expect(bench.slack.shown).toHaveLength(2)
    expect(bench.refusals).toEqual(['slack-unreachable'])
  })

  it('gets what changed while it was slow', async () => {
    let go: (value?: unknown) => void = () => undefined
    const until = new Promise((resolve) => (go = resolve))
    await bench.start()
    bench.link('ann', 'eve')
    ask()
    const message = await asked()
    bench.slack.fault('chat.update', { kind: 'late', until })
    await bench.click('ann', message, 'approve')
    await expect.poll(() => callsOf('chat.update').length).toBe(1)
    await bench.click('eve', message, 'approve')
    await expect.poll(() => bench.desk.pending()[0]!.answers.every(({ receipt }) => receipt !== undefined)).toBe(true)
    go()
    await expect.poll(() => shows(message)).toContain('no-role')
  })
})

describe('a disk that takes nothing', () => {
  /** Whatever would be written there is refused. */
  const inTheWay = (): string => join(bench.folder, 'slack.json.new')

  /** Has a message posted, and the disk take nothing from then on. */
  async function postedUnkept(): Promise<DoubleMessage> {
    let go: (value?: unknown) => void = () => undefined
    bench.slack.fault('chat.postMessage', { kind: 'late', until: new Promise((resolve) => (go = resolve)) })
    ask()
    const message = await asked()
    await mkdir(inTheWay())
    go()
    return message
  }

  it('has nothing posted that could not be found again', async () => {
    await bench.start()
    await mkdir(inTheWay())
    ask()
    await expect.poll(() => bench.failures.length).toBe(1)
    expect(callsOf('chat.postMessage')).toEqual([])
    await rmdir(inTheWay())
    await asked()
  })

  it('has a request asked about once, by a message that counts when it is on disk', async () => {
    await bench.start()
    bench.link('ann')
    const message = await postedUnkept()
    await expect.poll(() => bench.failures.length).toBe(1)
    await rmdir(inTheWay())
    await expect.poll(() => bench.posted()).toContain(message.ts)
    await bench.click('ann', message, 'approve')
    await expect.poll(() => shows(message)).toContain('counted.')
    expect(bench.slack.shown).toHaveLength(1)
  })

  it('leaves no message that goes on asking about what is over', async () => {
    await bench.start()
    const message = await postedUnkept()
    await expect.poll(() => bench.failures.length).toBe(1)
    bench.desk.end(bench.desk.pending()[0]!.request.id, 'void')
    await expect.poll(() => shows(message)).toContain('Void')
    expect(buttons(message)).toEqual([])
    expect(bench.slack.shown).toHaveLength(1)
  })
})

describe('after a restart', () => {
  it('messages of before are brought up to date, their clicks are taken, and none is posted twice', async () => {
    await bench.start()
    bench.link('ann', 'bob')
    ask()
    ask({ text: 'delete from payments' })
    await asked(2)
    await expect.poll(() => bench.posted().then((text) => text.match(/"ts"/gu)?.length)).toBe(2)
    await bench.stop()
    const [first, second] = bench.slack.shown
    const [one] = bench.desk.pending()
    const isFirst = shows(first!).includes(one!.request.text)
    bench.desk.end(one!.request.id, 'expired')
    await bench.start()
    await expect.poll(() => shows(isFirst ? first! : second!)).toContain('Expired')
    const left = isFirst ? second! : first!
    await bench.click('ann', left, 'approve')
    await expect.poll(() => shows(left)).toContain('counted.')
    expect(bench.slack.shown).toHaveLength(2)
  })

  it('a message is out of use when nothing is known of its request any more', async () => {
    await bench.start()
    ask()
    const message = await asked()
    await expect.poll(() => bench.posted()).toContain(message.ts)
    await bench.stop()
    bench.desk.end(bench.desk.pending()[0]!.request.id, 'void')
    bench.desk.lines.length = 0
    await bench.start()
    await expect.poll(() => buttons(message)).toEqual([])
    expect(shows(message)).toContain('Over.')
    await expect.poll(() => bench.posted()).not.toContain(message.ts)
  })

  it('what waits without a message gets one', async () => {
    ask()
    await expect.poll(() => bench.desk.pending().length).toBe(1)
    await bench.start()
    await asked()
  })

  it.each([
    'no JSON',
    '[]',
    '{"v":2,"messages":[]}',
    '{"v":1,"messages":[{"ts":"1.1"}]}',
    '{"v":1,"messages":[],"posting":[{"post":"p"}]}',
  ])('a file that holds %s keeps the relay from starting', async (text) => {
    await writeFile(join(bench.folder, 'slack.json'), text)
    await expect(bench.start()).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })

  it('the file is the relay’s alone and holds neither secrets nor what was asked', async () => {
    await bench.start()
    ask({ text: 'delete from secrets' })
    await asked()
    await expect.poll(() => bench.posted()).toContain('"whole":true')
    const path = join(bench.folder, 'slack.json')
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readFile(path, 'utf8')).not.toMatch(/delete|xoxb|f00dfeed|invoices/u)
  })

  it('a message that Slack does not have any more is forgotten', async () => {
    await bench.start()
    ask()
    const message = await asked()
    bench.slack.messages.length = 0
    bench.desk.end(bench.desk.pending()[0]!.request.id, 'void')
    await expect.poll(() => bench.posted()).not.toContain(message.ts)
    expect(bench.refusals).toEqual([])
  })
})

describe('a flood', () => {
  it('gets one message for all that is too much in a minute, and the page has them all', async () => {
    await bench.close()
    bench = await Bench.open({ perMinute: 3 })
    session = await bench.session()
    await bench.start()
    for (let count = 0; count < 12; count++) ask({ text: `delete from t${String(count)}` })
    await expect.poll(() => bench.desk.pending().length).toBe(12)
    await expect
      .poll(() => bench.slack.shown.some((message) => shows(message).includes('9 more requests wait')))
      .toBe(true)
    expect(bench.slack.shown).toHaveLength(4)
    const summary = bench.slack.shown.find((message) => shows(message).includes('more requests'))!
    expect(shows(summary)).toContain('9 of the engine \nshop')
    expect(buttons(summary)).toEqual(['bothkeys_open'])
    // A minute later there are messages again.
    bench.clock.offMs += 60_001
    ask({ text: 'delete from later' })
    await expect.poll(() => bench.slack.shown.some((message) => shows(message).includes('from later'))).toBe(true)
    expect(bench.slack.problems).toEqual([])
  })
})
