import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Governed } from '../support/governed.js'
import { governed } from '../support/governed.js'
import { Desk, holdOn } from './support/desk.js'
import type { Behaviour, PlanningGate } from './support/planning-gate.js'
import { planAnswer, planningGate } from './support/planning-gate.js'
import { inTime, openedRun, shownOf } from './support/shown-estimate.js'

const leaf = { 'Node Type': 'Seq Scan', 'Relation Name': 't', Schema: 'public', 'Plan Rows': 7 }
const planOf = (plan: unknown): Behaviour => ({ plan: planAnswer(JSON.stringify([{ Plan: plan }])) })

describe('a server that does not plan as it should', () => {
  let on: Governed
  let desk: Desk
  let gate: PlanningGate

  const open = async (): Promise<void> => {
    desk = await Desk.open()
    gate = planningGate()
    on = await governed({
      seed: 'create table t (a int primary key, b int); insert into t values (1, 0)',
      reach: gate.reach,
      allow: [{ target: 'db', duty: ['read', 'write', 'delete'], resource: 'table:public.*' }],
      hold: [holdOn('delete')],
      approvers: [desk],
    })
  }

  const noneIsOpen = (): Promise<void> => vi.waitFor(() => expect(gate.open).toBe(0))

  beforeAll(open)

  beforeEach(() => {
    gate.behaviour = 'pass'
  })

  afterAll(async () => {
    await on.close()
    await gate.close()
  })

  it.each([
    ['takes a connection and says nothing', 'hang', 'timeout'],
    ['takes none', 'refuse', 'unreachable'],
    ['speaks another protocol', 'speak-otherwise', /^(?:timeout|unreachable)$/],
    ['never answers', 'hang-in-plan', 'timeout'],
    ['ends instead of answering', 'end-in-plan', 'unreachable'],
    ['answers with noise', { plan: Buffer.alloc(4_096, 'hidden-word') }, 'too-complex'],
    ['answers with a message that is none', { plan: Buffer.from('D\0\0\0\x08\0\x09hi') }, 'invalid'],
    ['answers with a length that is none', { plan: Buffer.from('D\0\0\0\x01') }, 'too-complex'],
    ['answers with a message that never ends', { plan: Buffer.from('D\x7f\xff\xff\xff') }, 'too-complex'],
    [
      'answers with more than is kept',
      { plan: Buffer.concat(Array.from({ length: 6 }, () => planAnswer('x'.repeat(100_000)).subarray(5, 100_016))) },
      'too-complex',
    ],
    [
      'answers with no row',
      { plan: Buffer.concat([planAnswer('').subarray(0, 5), Buffer.from('Z\0\0\0\x05T')]) },
      'invalid',
    ],
    ['answers with words', { plan: planAnswer('hidden-word') }, 'invalid'],
    ['answers with another tree', planOf({ 'Node Type': 7 }), 'invalid'],
    ['answers with a node of other words', planOf({ ...leaf, 'Node Type': 'x: about 1 row' }), 'invalid'],
    ['answers with other numbers', planOf({ ...leaf, 'Plan Rows': '7' }), 'invalid'],
    [
      'answers with more steps than are shown',
      planOf({ ...leaf, Plans: Array.from({ length: 200 }, () => leaf) }),
      'too-complex',
    ],
    [
      'answers with a tree that is deep',
      {
        plan: planAnswer(
          `[{"Plan":${'{"Node Type":"Limit","Plan Rows":1,"Plans":['.repeat(5_000)}${']}'.repeat(5_000)}}]`,
        ),
      },
      'too-complex',
    ],
  ] satisfies [string, Behaviour, string | RegExp][])(
    'leaves people to decide without an estimate when it %s',
    async (_name, behaviour, reason) => {
      gate.behaviour = behaviour
      const shown = await inTime(
        async () => {
          const { client, session } = await openedRun(on)
          const waiting = client.query('delete from t where b = 1')
          const asked = await desk.next()
          expect(asked.request.view.text).not.toContain('hidden-word')
          expect((await asked.approve()).counted).toBe(true)
          expect((await waiting).rowCount).toBe(0)
          await noneIsOpen()
          await session.close()
          return /\n {2}no estimate: (.*)/.exec(asked.request.view.text)?.[1]
        },
        (answer) => answer === 'timeout' && reason !== 'timeout',
      )
      expect(shown).toMatch(reason)
    },
  )

  it('shows what a plan of its says and nothing else of it', async () => {
    gate.behaviour = planOf({
      ...leaf,
      'Relation Name': 'a\n  no estimate: x',
      Filter: 'hidden-word',
      Alias: 'hidden-word',
    })
    const { lines, text } = await shownOf(on, desk, 'delete from t')
    expect(lines[1]).toBe('Seq Scan on "public.\\"a\\u{a}  no estimate: x\\"": about 7 rows')
    expect(text).not.toContain('hidden-word')
  })

  it.each([['hang'], ['hang-in-plan']] satisfies [Behaviour][])(
    'is left when the session closes meanwhile: %s',
    async (behaviour) => {
      gate.behaviour = behaviour
      const { client, session } = await openedRun(on)
      const waiting = client.query('delete from t').catch((error: unknown) => error)
      await vi.waitFor(() => expect(gate.open).toBe(1))
      await session.close()
      expect(await waiting).toBeInstanceOf(Error)
      await noneIsOpen()
      expect(desk.asked).toEqual([])
    },
  )

  it('is left when the client goes meanwhile', async () => {
    gate.behaviour = 'hang'
    const { client, session } = await openedRun(on)
    client.query('delete from t').catch(() => undefined)
    await vi.waitFor(() => expect(gate.open).toBe(1))
    ;(client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy()
    await noneIsOpen()
    await session.close()
    expect(desk.asked).toEqual([])
  })

  it('is not waited for by others for longer than it takes', async () => {
    gate.behaviour = 'hang'
    const runs = [await openedRun(on), await openedRun(on)]
    const waiting = runs.map(({ client }) => client.query('delete from t').catch(() => undefined))
    for (const _ of runs) expect((await desk.next()).request.view.text).toContain('no estimate: timeout')
    await Promise.all(runs.map(({ session }) => session.close()))
    await Promise.all(waiting)
    await noneIsOpen()
  })

  it('is left when the guard closes meanwhile', async () => {
    gate.behaviour = 'hang'
    const { client } = await openedRun(on)
    const waiting = client.query('delete from t').catch((error: unknown) => error)
    await vi.waitFor(() => expect(gate.open).toBe(1))
    await on.close()
    expect(await waiting).toBeInstanceOf(Error)
    await noneIsOpen()
    await gate.close()
    await open()
  })
})
