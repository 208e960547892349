import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { BackOff } from '../src/back-off.js'
import { Flood } from '../src/flood.js'
import { slackChannel } from '../src/index.js'
import { Once } from '../src/once.js'
import { OpenModals } from '../src/open-modals.js'
import { PostedMessages } from '../src/posted-messages.js'
import { viewElements } from '../src/view-elements.js'
import { Bench, crowd, workspace } from './support/bench.js'
import { blockProblems, modalProblems } from '@bothkeys/slack-double'
import { textsOf } from '@bothkeys/slack-double'

const options = { ...workspace, messages: './slack.json' }

describe('options', () => {
  it.each([
    ['there is no option signingsecret', { signingsecret: 'x' }],
    ['token', { token: 'xoxp-a-token-of-a-user' }],
    ['token', { token: undefined }],
    ['signingSecret', { signingSecret: 'short' }],
    ['app', { app: 'a0app' }],
    ['team', { team: 'E0ORG' }],
    ['enterprise', { enterprise: 'T0HOME' }],
    ['workspaces', { workspaces: ['T0HOME'] }],
    ['workspaces', { enterprise: 'E0ORG', workspaces: [] }],
    ['workspaces', { enterprise: 'E0ORG', workspaces: ['T0SISTER'] }],
    ['workspaces', { enterprise: 'E0ORG', workspaces: ['T0HOME', 'E0ORG'] }],
    ['workspaces', { enterprise: 'E0ORG', workspaces: 'T0HOME' }],
    ['channel', { channel: '#approvals' }],
    ['channel', { channel: 'D0DIRECT' }],
    ['messages', { messages: '' }],
    ['name', { name: 'Slack!' }],
    ['perMinute', { perMinute: 0 }],
    ['perMinute', { perMinute: 61 }],
    ['retryMs', { retryMs: 1.5 }],
    ['apiUrl', { apiUrl: 'http://slack.example/api/' }],
    ['apiUrl', { apiUrl: 'https://u:p@slack.example/api/' }],
    ['apiUrl', { apiUrl: 'slack' }],
    ['onFailure', { onFailure: 'log' }],
  ])('are refused by their name: %s', (named, change) => {
    const wrong = { ...options, ...change } as never
    expect(() => slackChannel(wrong)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }) as Error)
    expect(() => slackChannel(wrong)).toThrow(named)
    expect(() => slackChannel(wrong)).not.toThrow(/secret-token|f00dfeed|short/u)
  })

  it('make a channel that shows none of its secrets', () => {
    const channel = slackChannel(options)
    expect(channel).toMatchObject({ name: 'slack', routes: [{ method: 'POST', path: '/slack/interactions' }] })
    expect(JSON.stringify(channel)).not.toMatch(/xoxb|f00dfeed/u)
  })
})

describe('what was taken', () => {
  it('is not taken again while it is remembered, and nothing new is taken when too much is', () => {
    let nowMs = 0
    const once = new Once(100, { capacity: 2, share: 3 }, () => nowMs)
    const take = (key: string): string => once.take('ann', key)
    expect(['a', 'a', 'b', 'c', 'a'].map(take)).toEqual(['first', 'again', 'first', 'full', 'again'])
    nowMs = 100
    expect(take('a')).toBe('again')
    nowMs = 101
    expect(['c', 'a', 'b'].map(take)).toEqual(['first', 'first', 'full'])
  })
})

describe('a share of what is remembered', () => {
  it('is all that one can fill, is had again when it is over, and is nobody else’s', () => {
    let nowMs = 0
    const once = new Once(100, { capacity: 5, share: 2 }, () => nowMs)
    expect(['a', 'b', 'c', 'a'].map((key) => once.take('eve', key))).toEqual(['first', 'first', 'full', 'again'])
    // The same key of somebody else is another one.
    expect(['a', 'b'].map((key) => once.take('ann', key))).toEqual(['first', 'first'])
    expect(once.take('e', 've a')).toBe('first')
    expect(once.take('bob', 'a')).toBe('full')
    nowMs = 101
    expect(['c', 'd', 'e'].map((key) => once.take('eve', key))).toEqual(['first', 'first', 'full'])
  })
})

describe('a modal', () => {
  it('is taken once, within a quarter of an hour, and none in its place', () => {
    let nowMs = 0
    const modals = new OpenModals(() => nowMs)
    const ann = { user: 'U0ANN', request: 'r' }
    expect([modals.open({ id: 'V1' }, ann), modals.open({ id: 'V1' }, ann), modals.open(undefined, ann)]).toEqual([
      true,
      false,
      false,
    ])
    expect([modals.take('V2'), modals.take('V1')?.user, modals.take('V1')]).toEqual([undefined, 'U0ANN', undefined])
    modals.open({ id: 'V3' }, ann)
    nowMs = 15 * 60_000
    expect(modals.take('V3')).toBeUndefined()
    for (let count = 0; count < 1_001; count++) {
      modals.open({ id: `W${String(count)}` }, { user: `U${String(count)}`, request: 'r' })
    }
    expect([modals.take('W0'), modals.take('W1000')?.user]).toEqual([undefined, 'U1000'])
    // Whoever opens many loses their own.
    modals.open({ id: 'A' }, ann)
    for (let count = 0; count < 1_001; count++)
      modals.open({ id: `E${String(count)}` }, { user: 'U0EVE', request: 'r' })
    expect([modals.take('A')?.user, modals.take('E0'), modals.take('E1000')?.user]).toEqual([
      'U0ANN',
      undefined,
      'U0EVE',
    ])
  })
})

describe('a flood', () => {
  it('takes from no engine what is another one’s, up to what people read of all', () => {
    let nowMs = 0
    const flood = new Flood(30, () => nowMs)
    const took = (engine: string): number => Array.from({ length: 50 }, () => flood.take(engine)).filter(Boolean).length
    expect([took('loud'), took('other'), took('third')]).toEqual([30, 10, 0])
    nowMs = 60_000
    expect(took('third')).toBe(30)
  })
})

describe('waiting after failures', () => {
  it('doubles up to a minute, is at least what was asked for, and is over when it worked', () => {
    let nowMs = 0
    const backOff = new BackOff(1_000, () => nowMs)
    const waits = Array.from({ length: 9 }, () => {
      backOff.failed()
      const { waitMs } = backOff
      nowMs += waitMs
      return waitMs
    })
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000])
    backOff.worked()
    expect([backOff.waitMs, backOff.failed(90_000), backOff.waitMs, backOff.failed()]).toEqual([0, true, 90_000, false])
  })
})

describe('the file of messages', () => {
  const folders: string[] = []
  const message = { request: 'r', ts: '1.1', view: 'v', whole: true, prefix: 'p' }

  async function folder(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), 'bothkeys-posted-'))
    folders.push(made)
    return made
  }

  afterEach(async () => {
    for (const made of folders.splice(0)) await rm(made, { recursive: true })
  })

  it('keeps what was added, in order, whatever comes at the same time', async () => {
    const path = join(await folder(), 'deep', 'slack.json')
    const posted = await PostedMessages.open(path)
    await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        posted.add({ ...message, request: `r${String(at)}`, ts: `${String(at)}.1` }),
      ),
    )
    await posted.remove('r3')
    const again = await PostedMessages.open(path)
    expect(again.all()).toHaveLength(19)
    expect([again.has('3.1'), again.has('4.1'), again.of('r3'), again.of('r4')?.ts]).toEqual([
      false,
      true,
      undefined,
      '4.1',
    ])
  })

  it('knows no message that is not on disk', async () => {
    const path = join(await folder(), 'slack.json')
    const posted = await PostedMessages.open(path)
    const adding = posted.add(message)
    expect([posted.of('r'), posted.has('1.1')]).toEqual([undefined, false])
    await adding
    expect(posted.of('r')).toEqual(message)
    await mkdir(`${path}.new`)
    await expect(posted.add({ ...message, request: 'q', ts: '2.1' })).rejects.toThrow()
    await expect(posted.add({ ...message, ts: '3.1' })).rejects.toThrow()
    expect([posted.of('q'), posted.of('r')?.ts]).toEqual([undefined, '1.1'])
    await rm(`${path}.new`, { recursive: true })
    await posted.add({ ...message, request: 'q', ts: '2.1' })
    expect((await PostedMessages.open(path)).all()).toHaveLength(2)
  })

  it('keeps what is about to be posted until it is known as a message', async () => {
    const path = join(await folder(), 'slack.json')
    const posted = await PostedMessages.open(path)
    const intent = { request: 'r', post: 'p', sinceMs: 5, view: 'v', whole: true, prefix: 'x' }
    await posted.intend(intent)
    expect((await PostedMessages.open(path)).intents()).toEqual([intent])
    await mkdir(`${path}.new`)
    await expect(posted.add(message)).rejects.toThrow()
    expect([posted.of('r'), posted.has(message.ts), posted.intentOf('r')]).toEqual([undefined, false, intent])
    await rm(`${path}.new`, { recursive: true })
    await posted.add(message)
    expect([posted.of('r'), posted.intents()]).toEqual([message, []])
    const again = await PostedMessages.open(path)
    expect([again.all(), again.intents()]).toEqual([[message], []])
    await mkdir(`${path}.new`)
    await expect(posted.intend({ ...intent, request: 'q' })).rejects.toThrow()
    expect(posted.intents()).toEqual([])
    await rm(`${path}.new`, { recursive: true })
    await posted.intend({ ...intent, request: 'q' })
    await posted.remove('q')
    expect((await PostedMessages.open(path)).intents()).toEqual([])
  })

  it('follows no link, and is not read when it is too long', async () => {
    const inside = await folder()
    const path = join(inside, 'slack.json')
    await writeFile(join(inside, 'other.json'), '{"v":1,"messages":[]}')
    await symlink(join(inside, 'other.json'), path)
    await expect(PostedMessages.open(path)).rejects.toThrow()
    await rm(path)
    await writeFile(path, ' '.repeat(4 * 1024 * 1024 + 1))
    await chmod(path, 0o600)
    await expect(PostedMessages.open(path)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})

describe('a view as rich text', () => {
  it('keeps rows that go on with the line that they belong to, and the statement in boxes', () => {
    const text = [
      'approval 1: x',
      '  requester  agent',
      '    |> goes on',
      '  effects',
      '    reads y',
      '  statement',
      '    | a',
      '    |> b',
      '    | c',
      '  parameters none',
    ].join('\n')
    const elements = viewElements(text)
    expect(
      elements.map((element) => [element.type, 'indent' in element ? element.indent : '', textsOf(element)]),
    ).toEqual([
      ['rich_text_list', 0, 'approval 1: x\nrequester  agent\n|> goes on\neffects'],
      ['rich_text_list', 1, 'reads y'],
      ['rich_text_list', 0, 'statement'],
      ['rich_text_preformatted', '', '    | a\n    |> b\n    | c'],
      ['rich_text_list', 0, 'parameters none'],
    ])
  })

  it('has no text that is longer than Slack takes elsewhere', () => {
    const rows = Array.from({ length: 120 }, () => `    | ${'x'.repeat(70)}`)
    const texts = viewElements(rows.join('\n')).map(textsOf)
    expect(texts.every((text) => text.length <= 3_000)).toBe(true)
    expect(texts.join('\n')).toBe(rows.join('\n'))
  })
})

describe('linking', () => {
  it('has the page say whose account it is, in the words of Slack, each in quotes of its own', async () => {
    const bench = await Bench.open()
    const names = { real_name: 'Ann Example', display_name: 'ann", @bob of T0OTHER \u202e<b>' }
    bench.slack.addUser(crowd.ann.user, { name: 'ann.example', profile: names })
    bench.slack.addUser(crowd.bob.user, { name: '', profile: { real_name: 'x'.repeat(500), display_name: 7 } })
    try {
      await bench.start()
      const acting = bench.act(await bench.session())
      await expect.poll(() => bench.slack.shown.length).toBe(1)
      for (const name of ['ann', 'bob'] as const) {
        const before = bench.desk.shown.length
        await bench.click(name, bench.slack.shown[0]!, 'approve')
        await expect.poll(() => bench.desk.shown.length).toBe(before + 1)
      }
      expect(bench.desk.shown).toEqual([
        `Slack user U0ANN "Ann Example", "ann', @bob of T0OTHER \\u{202e}<b>", "@ann.example" of T0HOME "Acme 'Works'"`,
        `Slack user U0BOB "${'x'.repeat(60)} GOES ON" of T0HOME "Acme 'Works'"`,
      ])
      await bench.close()
      await acting
    } finally {
      if (bench.guard !== undefined) await bench.close()
    }
  })

  it('gives one user one address in a minute, and says when there is none', async () => {
    const bench = await Bench.open()
    try {
      await bench.start()
      const acting = bench.act(await bench.session())
      await expect.poll(() => bench.slack.shown.length).toBe(1)
      const [message] = bench.slack.shown
      const whispers = (): string =>
        bench.slack
          .whispers(crowd.ann.user)
          .map(({ text }) => text)
          .join('\n')
      await bench.click('ann', message!, 'approve')
      await expect.poll(() => bench.desk.offered.size).toBe(1)
      await bench.click('ann', message!, 'deny')
      await expect.poll(whispers).toContain('a moment ago')
      expect(bench.desk.offered.size).toBe(1)
      bench.clock.offMs += 60_001
      bench.desk.linkUrl = () => {
        throw new Error('too many')
      }
      await bench.click('ann', message!, 'approve')
      await expect.poll(whispers).toContain('Too many accounts')
      // Nobody else is told, and nobody acted.
      expect(bench.slack.whispers(crowd.bob.user)).toEqual([])
      expect(bench.desk.pending()[0]!.answers).toEqual([])
      await bench.close()
      await acting
    } finally {
      if (bench.guard !== undefined) await bench.close()
    }
  })
})

describe('the double of Slack', () => {
  it.each([
    ['51 blocks', Array.from({ length: 51 }, () => ({ type: 'divider' }))],
    ['no blocks', []],
    ['a block that does not exist', [{ type: 'banner' }]],
    ['a header that is too long', [{ type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } }]],
    ['a header with markup', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }]],
    ['a section that is too long', [{ type: 'section', text: { type: 'mrkdwn', text: 'x'.repeat(3_001) } }]],
    ['an empty text', [{ type: 'section', text: { type: 'plain_text', text: '' } }]],
    [
      'an input in a message',
      [
        {
          type: 'input',
          label: { type: 'plain_text', text: 'x' },
          element: { type: 'plain_text_input', action_id: 'a' },
        },
      ],
    ],
    ['a member that does not exist', [{ type: 'divider', colour: 'red' }]],
    ['a value that is too long', [button({ value: 'x'.repeat(2_001) })]],
    ['a label that is too long', [button({ text: { type: 'plain_text', text: 'x'.repeat(76) } })]],
    ['a button without an id', [button({ action_id: undefined })]],
    ['an address that is none', [button({ url: 'here' })]],
    [
      'an empty rich text',
      [{ type: 'rich_text', elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: '' }] }] }],
    ],
  ])('refuses a message with %s', (_name, blocks) => {
    expect(blockProblems(blocks, 'message')).not.toEqual([])
  })

  it('takes what is right', () => {
    expect(blockProblems([button({}), { type: 'divider' }], 'message')).toEqual([])
    const title = { type: 'plain_text', text: 'Deny' }
    expect(modalProblems({ type: 'modal', title, blocks: [{ type: 'divider' }] })).toEqual([])
    expect(
      modalProblems({ type: 'modal', title: { ...title, text: 'x'.repeat(25) }, blocks: [{ type: 'divider' }] }),
    ).not.toEqual([])
    expect(
      modalProblems({ type: 'modal', title, private_metadata: 'x'.repeat(3_001), blocks: [{ type: 'divider' }] }),
    ).not.toEqual([])
  })

  function button(change: Record<string, unknown>): Record<string, unknown> {
    const right: Record<string, unknown> = {
      type: 'button',
      action_id: 'a',
      text: { type: 'plain_text', text: 'x' },
      value: 'v',
    }
    return {
      type: 'actions',
      elements: [
        Object.fromEntries(Object.entries({ ...right, ...change }).filter(([, value]) => value !== undefined)),
      ],
    }
  }
})
