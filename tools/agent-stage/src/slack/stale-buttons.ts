import type { DoubleMessage } from '@bothkeys/slack-double'
import { waitUntil } from '@bothkeys/slack-double'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { crowd, type Name } from './crowd.js'
import { openSlackStage, type SlackStage } from './slack-stage.js'

/** One call that a model makes. */
export interface StagedCall {
  readonly id: string
  readonly sql: string
}

/** An agent whose calls wait in place. */
export interface WaitingAgent {
  /** Has the model make these calls in one turn, and answers what it is told of each. Aborted: nobody waits any more. */
  call(calls: readonly StagedCall[], signal?: AbortSignal): Promise<readonly string[]>
  close?(): Promise<void>
}

/** A framework whose agents are tried. */
export interface Framework {
  readonly name: string
  /** Whether a call that is made again is the same one. Where each has a number of its own, people are asked anew. */
  readonly repeats: boolean
  /** An agent with the SQL tools, in a conversation of this name. */
  readonly open: (stage: SlackStage, thread: string) => Promise<WaitingAgent>
}

/** A message, and its copy on the screen of somebody who did not see it change. */
interface Seen {
  readonly message: DoubleMessage
  readonly copy: DoubleMessage
}

const done = 'INSERT: 1 rows'
const outOfUse = 'That message does not ask about anything any more. Use the page.'
const saying = (text: string): string => `INSERT INTO log VALUES ('${text}')`

/** Tries that buttons which people saw earlier allow nothing but what they were about, and that once, whatever became of it. */
export function staleButtons({ name, open, repeats }: Framework): void {
  describe(`buttons for calls through ${name}`, () => {
    let stage: SlackStage
    let agent: WaitingAgent
    let round = 0
    const [one, two, three] = ['one', 'two', 'three'].map((word) => () => saying(`${word} ${String(round)}`)) as [
      () => string,
      () => string,
      () => string,
    ]

    const call = (sql: string, signal?: AbortSignal, id = 'call-1'): Promise<readonly string[]> =>
      agent.call([{ id, sql }], signal)
    const seen = async (sql: string): Promise<Seen> => {
      const message = await stage.message(sql)
      return { message, copy: { ...message } }
    }
    const press = async ({ copy }: Seen, ...names: readonly Name[]): Promise<readonly string[]> => {
      const told: string[] = []
      for (const each of names) told.push(await stage.click(each, copy))
      return told
    }
    const allow = (on: Seen): Promise<readonly string[]> => press(on, 'ann', 'bob')
    const over = ({ message }: Seen): Promise<unknown> =>
      waitUntil('the end of a request', () => !message.blocks.some(({ type }) => type === 'actions'))
    const ran = async (): Promise<readonly string[]> => {
      const { rows } = await stage.owner.query<{ text: string }>('SELECT text FROM log')
      return rows.map(({ text }) => saying(text)).filter((sql) => [one(), two(), three()].includes(sql))
    }

    beforeAll(async () => {
      stage = await openSlackStage()
      agent = await open(stage, 'thread-0')
      const leaving = new AbortController()
      const running = call(one(), leaving.signal).catch(() => undefined)
      await stage.link(await stage.message(one()), 'ann', 'bob')
      leaving.abort()
      await running
      await agent.close?.()
    })
    afterAll(() => stage.close())
    beforeEach(async () => {
      round += 1
      agent = await open(stage, `thread-${String(round)}`)
    })
    afterEach(() => agent.close?.())

    it('let nothing run again once it ran', async () => {
      const running = call(one())
      const first = await seen(one())
      await allow(first)
      expect(await running).toEqual([done])
      await over(first)
      expect(await allow(first)).toEqual([outOfUse, outOfUse])
      const leaving = new AbortController()
      const again = call(one(), leaving.signal).catch(() => [])
      if (!repeats) await seen(one())
      expect(await allow(first)).toEqual([outOfUse, outOfUse])
      if (!repeats) leaving.abort()
      expect(await again).toEqual(repeats ? [done] : [])
      expect(await ran()).toEqual([one()])
    })

    it('let nothing run that was taken back, nor what the model says in its place', async () => {
      const leaving = new AbortController()
      const running = call(one(), leaving.signal).catch(() => undefined)
      const first = await seen(one())
      await press(first, 'ann')
      leaving.abort()
      await running
      await over(first)
      const changed = call(two())
      const second = await seen(two())
      expect(await allow(first)).toEqual([outOfUse, outOfUse])
      expect(await ran()).toEqual([])
      await allow(second)
      expect(await changed).toEqual([done])
      expect(await ran()).toEqual([two()])
    })

    it('let nothing run but what they show when the call says something else meanwhile', async () => {
      const before = call(one())
      const first = await seen(one())
      const edited = call(two())
      const second = await seen(two())
      await allow(first)
      expect(await before).toEqual([done])
      await over(first)
      expect(await allow(first)).toEqual([outOfUse, outOfUse])
      expect(await ran()).toEqual([one()])
      await allow(second)
      expect(await edited).toEqual([done])
      expect(await ran()).toEqual([one(), two()])
    })

    it('count once for each person, also when the same click arrives again', async () => {
      const running = call(one())
      const first = await seen(one())
      const clickOf = (who: Name) =>
        stage.slack.signed(stage.slack.clickPayload(crowd[who].user, first.copy, 'bothkeys_approve'))
      const [ann, bob] = [clickOf('ann'), clickOf('bob')]
      const whispers = (who: Name): number => stage.slack.whispers(crowd[who].user).length
      const deliver = async (who: Name, click: typeof ann): Promise<void> => {
        const before = whispers(who)
        await stage.slack.deliver(click)
        await waitUntil('what whoever clicked is told', () => whispers(who) > before)
      }
      const replayed = (who: Name): boolean =>
        stage.relay.journal.events.some(
          ({ account, reason, request }) =>
            reason === 'slack-replayed' &&
            request === idOf(first) &&
            (account as { user: string }).user === crowd[who].user,
        )
      await deliver('ann', ann)
      await stage.slack.deliver(ann)
      await waitUntil('a refusal', () => replayed('ann'))
      expect(await press(first, 'ann')).toEqual(['You have answered that request before.'])
      expect(await ran()).toEqual([])
      await deliver('bob', bob)
      expect(await running).toEqual([done])
      for (const click of [bob, ann]) await stage.slack.deliver(click)
      await waitUntil('a refusal', () => replayed('bob'))
      expect(await ran()).toEqual([one()])
    })

    it('leave the other calls of a turn alone, whatever becomes of one', async () => {
      const texts = [one(), two(), three()]
      const running = agent.call(texts.map((sql, at) => ({ id: `call-${String(at)}`, sql })))
      const [first, second, third] = (await Promise.all(texts.map(seen))) as [Seen, Seen, Seen]
      await stage.deny('bob', second.copy, 'not on a Friday')
      await over(second)
      await allow(first)
      await over(first)
      // A message ends when its request is used, which is before the action ran.
      await expect.poll(ran).toEqual([one()])
      for (const each of [first, second]) expect(await allow(each)).toEqual([outOfUse, outOfUse])
      await allow(third)
      expect(await running).toEqual([done, expect.stringContaining('not on a Friday'), done])
      expect(await ran()).toEqual([one(), three()])
    })

    // The last, for the clocks stay ahead.
    it('let nothing run that has expired', async () => {
      const running = call(one())
      const first = await seen(one())
      await press(first, 'ann')
      const click = stage.slack.signed(stage.slack.clickPayload(crowd.bob.user, first.copy, 'bothkeys_approve'))
      stage.aheadMs += 6 * 60_000
      expect(await running).toEqual([expect.stringContaining('ERR_APPROVAL_EXPIRED')])
      await over(first)
      expect((await stage.slack.deliver(click)).status).toBe(401)
      expect(await allow(first)).toEqual([outOfUse, outOfUse])
      expect(await ran()).toEqual([])
    })
  })
}

/** The request that a message asks about. */
function idOf({ copy }: Seen): unknown {
  const { elements } = copy.blocks.find(({ type }) => type === 'actions') as {
    readonly elements: readonly { readonly value?: string }[]
  }
  return elements.find(({ value }) => value !== undefined)?.value
}
