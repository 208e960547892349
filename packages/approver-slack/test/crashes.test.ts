import { mkdir, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Session } from '@bothkeys/core'
import { Bench } from './support/bench.js'
import type { DoubleFault, DoubleMessage } from '@bothkeys/slack-double'
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

const ask = (text = 'delete from invoices'): void => {
  acting.push(bench.act(session, { text }))
}

const shows = (message: DoubleMessage): string => textsOf(message.blocks)
const isAsking = ({ blocks }: DoubleMessage): boolean => blocks.some(({ type }) => type === 'actions')
const callsOf = (method: string) => bench.slack.calls.filter((call) => call.method === method)

/** One message asks, and the click on it counts. */
async function asksOnce(): Promise<void> {
  bench.link('ann')
  await expect.poll(() => bench.posted().catch(() => '')).toMatch(/"ts":.*"posting":\[\]/u)
  await expect.poll(() => bench.slack.shown.length).toBe(1)
  const [message] = bench.slack.shown
  await bench.click('ann', message!, 'approve')
  await expect.poll(() => shows(message!)).toContain('counted.')
  expect(bench.slack.shown).toHaveLength(1)
  expect(bench.slack.problems).toEqual([])
}

describe('a relay that is killed while a message is posted has it asked about once', () => {
  it('before it was noted that it is about to be', async () => {
    await mkdir(join(bench.folder, 'slack.json.new'))
    await bench.start()
    ask()
    await expect.poll(() => bench.failures.length).toBe(1)
    await bench.kill()
    // Nothing is posted that could not be found again.
    expect(callsOf('chat.postMessage')).toEqual([])
    await rmdir(join(bench.folder, 'slack.json.new'))
    await bench.start()
    await asksOnce()
  })

  it.each<readonly [string, DoubleFault]>([
    ['before Slack was asked', { kind: 'hang' }],
    ['when Slack had done it, and not answered', { kind: 'silent' }],
  ])('%s', async (_name, fault) => {
    await bench.start()
    bench.slack.fault('chat.postMessage', fault)
    ask()
    await expect.poll(() => callsOf('chat.postMessage').length).toBe(1)
    await expect.poll(() => bench.slack.shown.length).toBe(fault.kind === 'hang' ? 0 : 1)
    await bench.kill()
    await bench.start()
    await asksOnce()
  })

  it('when Slack had answered, and it was not noted', async () => {
    let go: (value?: unknown) => void = () => undefined
    const until = new Promise((resolve) => (go = resolve))
    await bench.start()
    bench.slack.fault('chat.postMessage', { kind: 'late', until })
    ask()
    await expect.poll(() => bench.slack.shown.length).toBe(1)
    await mkdir(join(bench.folder, 'slack.json.new'))
    go()
    await expect.poll(() => bench.failures.length).toBe(1)
    await bench.kill()
    await rmdir(join(bench.folder, 'slack.json.new'))
    await bench.start()
    await asksOnce()
  })

  it('when it was noted', async () => {
    await bench.start()
    ask()
    await expect.poll(() => bench.posted().catch(() => '')).toMatch(/"ts":/u)
    await bench.kill()
    await bench.start()
    await asksOnce()
  })

  it('also when it is killed again while it looks for the message', async () => {
    await bench.start()
    bench.slack.fault('chat.postMessage', { kind: 'silent' })
    ask()
    await expect.poll(() => bench.slack.shown.length).toBe(1)
    await bench.kill()
    bench.slack.fault('conversations.history', { kind: 'hang' }, { kind: 'http', status: 500 }, { kind: 'drop' })
    await bench.start()
    await expect.poll(() => callsOf('conversations.history').length).toBe(1)
    await bench.kill()
    await bench.start()
    await asksOnce()
  })
})

describe('a message that was posted and not noted', () => {
  async function orphaned(count = 1): Promise<void> {
    await bench.start()
    for (let at = 0; at < count; at++) bench.slack.fault('chat.postMessage', { kind: 'silent' })
    ask()
    await expect.poll(() => bench.slack.shown.length).toBe(1)
    await bench.kill()
  }

  it('asks no more when its request is over by then', async () => {
    await orphaned()
    bench.desk.end(bench.desk.pending()[0]!.request.id, 'expired')
    await bench.start()
    await expect.poll(() => shows(bench.slack.shown[0]!)).toContain('Expired')
    expect(isAsking(bench.slack.shown[0]!)).toBe(false)
    await expect.poll(() => bench.posted()).toContain('"messages":[],"posting":[]')
    expect(bench.slack.shown).toHaveLength(1)
  })

  it('is found behind much that others wrote, and is not taken for theirs', async () => {
    await orphaned()
    const [ours] = bench.slack.shown
    for (let at = 0; at < 40; at++) {
      // Another app can write whatever it likes into its own metadata.
      const ts = `${String(Math.floor(Date.now() / 1000))}.9${String(at).padStart(5, '0')}`
      bench.slack.messages.push({ ...ours!, ts, bot: 'BOTHER', edits: 0 })
    }
    await bench.start()
    await expect.poll(() => bench.posted()).toContain(`"ts":"${ours!.ts}"`)
    expect(callsOf('conversations.history').length).toBeGreaterThan(2)
    expect(callsOf('chat.postMessage')).toHaveLength(1)
  })

  it('is posted again where Slack does not let us look, and takes no clicks', async () => {
    await orphaned()
    bench.slack.fault('conversations.history', { kind: 'error', error: 'missing_scope' })
    await bench.start()
    bench.link('ann')
    await expect.poll(() => bench.slack.shown.length).toBe(2)
    await expect.poll(() => bench.posted()).toContain(bench.slack.shown[1]!.ts)
    expect(bench.refusals).toContain('slack-unreachable')
    await bench.click('ann', bench.slack.shown[0]!, 'approve')
    await expect.poll(() => bench.refusals).toContain('slack-other-message')
    expect(bench.desk.pending()[0]!.answers).toEqual([])
  })

  it('is looked for until Slack says, and nothing is posted meanwhile', async () => {
    await orphaned()
    bench.slack.fault(
      'conversations.history',
      { kind: 'http', status: 503 },
      { kind: 'lie', change: { messages: 'none' } },
      { kind: 'error', error: 'internal_error' },
    )
    await bench.start()
    await asksOnce()
    expect(callsOf('conversations.history')).toHaveLength(4)
    expect(callsOf('chat.postMessage')).toHaveLength(1)
  })
})

describe('a post whose answer was lost', () => {
  it.each<readonly [string, DoubleFault]>([
    ['the connection broke', { kind: 'lost' }],
    ['what came was no answer', { kind: 'lie', change: { ts: 'latest' } }],
    ['what came says that it failed', { kind: 'lie', change: { ok: false, error: 'internal_error' } }],
  ])('is found and not posted again: %s', async (_name, fault) => {
    await bench.start()
    bench.slack.fault('chat.postMessage', fault)
    ask()
    await asksOnce()
    expect(callsOf('chat.postMessage')).toHaveLength(1)
  })

  it('is found with the view that it shows, not with one that came meanwhile', async () => {
    await bench.start()
    bench.slack.fault('chat.postMessage', { kind: 'drop' })
    bench.slack.fault('conversations.history', { kind: 'http', status: 500 }, { kind: 'http', status: 500 })
    ask()
    await expect.poll(() => callsOf('chat.postMessage').length).toBe(1)
    bench.desk.viewsOf = (view) => ({ ...view, text: `${view.text}\n  ! more`, digest: 'f'.repeat(64) })
    await expect.poll(() => bench.slack.shown.length).toBe(1)
    const names = callsOf('chat.postMessage').map(({ content }) => JSON.stringify(content['metadata']))
    expect(new Set(names).size).toBe(2)
  })
})
