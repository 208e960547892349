import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Session } from '@bothkeys/core'
import { Bench, crowd } from './support/bench.js'
import type { DoubleMessage } from '@bothkeys/slack-double'
import { textsOf } from '@bothkeys/slack-double'

let bench: Bench
let session: Session

beforeEach(async () => {
  bench = await Bench.open()
  await bench.start()
  session = await bench.session()
})

afterEach(async () => {
  await bench.close()
})

async function asked(): Promise<DoubleMessage> {
  await expect.poll(() => bench.slack.shown.length).toBeGreaterThan(0)
  return bench.slack.shown.at(-1)!
}

const shows = (message: DoubleMessage): string => textsOf(message.blocks)

const votes = (type: string): unknown[] => bench.journal.events.filter((event) => event.type === type)

describe('an action that two people have to allow in Slack', () => {
  it('runs once after the clicks of two independent members, and the record says whose', async () => {
    const acting = bench.act(session)
    const message = await asked()
    expect(shows(message)).toContain('delete from invoices')
    expect(shows(message)).toContain('deletes rows of public.invoices')

    // A member who is linked to nobody.
    await bench.click('ann', message, 'approve')
    await expect.poll(() => bench.slack.whispers(crowd.ann.user).length).toBe(1)
    expect(bench.refusals).toEqual(['slack-unlinked'])

    bench.link('ann', 'bob', 'ada', 'eve')
    // Who is accountable for the agent, and somebody without the role: the engine counts neither.
    await bench.click('ada', message, 'approve')
    await expect
      .poll(() => shows(message))
      .toMatch(/ada\n, channel, by channel \nslack\n: \nNOT COUNTED\n by the engine: \nnot-independent: /)
    await bench.click('eve', message, 'approve')
    await expect.poll(() => shows(message)).toContain('no-role')
    expect(bench.ran).toEqual([])

    // One person twice is one person.
    const first = bench.slack.clickPayload(crowd.ann.user, message, 'bothkeys_approve')
    expect((await bench.slack.send(first)).status).toBe(200)
    await expect.poll(() => votes('approval.vote').length).toBe(1)
    expect((await bench.slack.send(first)).status).toBe(200)
    await expect.poll(() => bench.refusals).toContain('slack-replayed')
    await bench.click('ann', message, 'approve')
    await expect.poll(() => bench.refusals).toContain('slack-already-answered')
    expect(bench.ran).toEqual([])

    await bench.click('bob', message, 'approve')
    expect(await acting).toBe('ran')
    expect(bench.ran).toEqual(['delete from invoices'])
    await expect.poll(() => shows(message)).toContain('Approved, and used for its action.')
    expect(shows(message)).not.toContain('delete from invoices')
    expect(message.blocks.some(({ type }) => type === 'actions')).toBe(false)
    expect(votes('approval.vote')).toMatchObject([
      { via: 'desk', level: 'channel', approver: { subject: { id: 'ann' } } },
      { via: 'desk', level: 'channel', approver: { subject: { id: 'bob' } } },
    ])
    expect(votes('approval.refused-vote')).toHaveLength(2)
    expect(bench.slack.shown).toHaveLength(1)
    expect(bench.slack.problems).toEqual([])
  })

  it('does not run when one of them denies it, and their reason is kept', async () => {
    bench.link('ann', 'bob')
    const acting = bench.act(session)
    const message = await asked()
    await bench.click('ann', message, 'approve')
    await bench.click('bob', message, 'deny')
    await expect.poll(() => bench.slack.views.size).toBe(1)
    const [[view, { view: opened }] = ['', { view: {} }]] = bench.slack.views
    const id = bench.desk.pending()[0]!.request.id
    expect(opened).toMatchObject({ private_metadata: id, callback_id: 'bothkeys_denial' })
    expect((await bench.slack.submit(crowd.bob.user, view, ' not on a Friday ')).status).toBe(200)
    expect(await acting).toBe('ERR_APPROVAL_DENIED')
    await expect.poll(() => shows(message)).toContain('Denied.')
    expect(shows(message)).toContain('not on a Friday')
    expect(bench.ran).toEqual([])
  })

  it('is denied without a reason when Slack opens no window', async () => {
    bench.link('bob')
    const acting = bench.act(session)
    const message = await asked()
    bench.slack.fault('views.open', { kind: 'error', error: 'expired_trigger_id' })
    await bench.click('bob', message, 'deny')
    expect(await acting).toBe('ERR_APPROVAL_DENIED')
  })

  it('says in its message when it was withdrawn', async () => {
    const giveUp = new AbortController()
    const acting = bench.act(session, {}, giveUp.signal)
    const message = await asked()
    giveUp.abort()
    await acting
    await expect.poll(() => message.blocks.some(({ type }) => type === 'actions')).toBe(false)
    expect(bench.ran).toEqual([])
  })
})

it('never satisfies a rule that asks for more than a click', async () => {
  bench.link('ann', 'bob')
  const giveUp = new AbortController()
  const acting = bench.act(session, { duty: 'write' }, giveUp.signal)
  const message = await asked()
  await bench.click('ann', message, 'approve')
  await expect.poll(() => shows(message)).toContain('level-too-low')
  await bench.click('bob', message, 'approve')
  await expect.poll(() => votes('approval.refused-vote').length).toBe(2)
  expect(votes('approval.vote')).toEqual([])
  giveUp.abort()
  expect(await acting).not.toBe('ran')
  expect(bench.ran).toEqual([])
})

it('links an account only when both sides proved it', async () => {
  const acting = bench.act(session)
  const message = await asked()
  await bench.click('ann', message, 'approve')
  await expect.poll(() => bench.slack.whispers(crowd.ann.user).length).toBe(1)
  const [offer] = bench.slack.whispers(crowd.ann.user)
  const [token] = bench.desk.offered.keys()
  expect(JSON.stringify(offer!.blocks)).toContain(`https://approvals.example/link/${token!}`)
  // Bob is sent the address, opens it and confirms. That makes Ann's account nobody's.
  const code = bench.desk.confirm(token!, { issuer: 'https://people.example', id: 'bob' })!
  await bench.click('ann', message, 'approve')
  await expect.poll(() => bench.refusals.filter((reason) => reason === 'slack-unlinked').length).toBe(2)
  const enter = async (user: string, entered: string): Promise<void> => {
    const open = bench.slack.views.size
    expect((await bench.slack.click(crowd.ann.user, offer!, 'bothkeys_code')).status).toBe(200)
    await expect.poll(() => bench.slack.views.size).toBe(open + 1)
    expect((await bench.slack.submit(user, [...bench.slack.views.keys()].at(-1)!, entered)).status).toBe(200)
  }
  await enter(crowd.ann.user, 'guessed')
  await expect.poll(() => bench.refusals).toContain('slack-link-wrong-code')
  // A window that was opened for somebody else.
  await enter(crowd.eve.user, code)
  await expect.poll(() => bench.refusals).toContain('slack-other-message')
  expect(bench.desk.entered).toEqual([])
  await enter(crowd.ann.user, ` ${code} `)
  await expect.poll(() => bench.desk.entered).toEqual([crowd.ann.user])
  // The page has the last word.
  await expect.poll(() => bench.slack.whispers(crowd.ann.user).at(-1)!.text).toContain('confirm there once more')
  expect(bench.desk.linked.size).toBe(0)
  await session.close()
  await acting
})
