import { EventEmitter } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { GuardedTarget } from '../../src/access.js'
import type { RemoteSession } from '../../src/testing/index.js'
import { answerStages, RemoteStages } from '../../src/testing/index.js'
import { agent } from '../../src/testing/contract-scene.js'

class End extends EventEmitter {
  other: End | undefined

  send(message: unknown): void {
    // As between processes: a copy, and later.
    const copy: unknown = structuredClone(message)
    void turn().then(() => this.other?.emit('message', copy))
  }
}

/** Two ends of a channel between processes that share this one. */
function channel(): readonly [End, End] {
  const ends = [new End(), new End()] as const
  ends[0].other = ends[1]
  ends[1].other = ends[0]
  return ends
}

function target(json: boolean): GuardedTarget {
  return {
    name: 'db',
    kind: 'postgres',
    close: () => Promise.resolve(),
    ...(json
      ? {}
      : {
          toJSON: () => {
            throw new Error('never')
          },
        }),
  } as GuardedTarget
}

const policy = { version: 1, targets: { db: { kind: 'postgres' } }, roles: { agent: [{ target: 'db', duty: 'read' }] } }

async function open(serialisable = false) {
  const [here, there] = channel()
  const closed: string[] = []
  answerStages(there, (config) =>
    config === 'broken'
      ? Promise.reject(new Error('nothing to open'))
      : Promise.resolve({
          target: target(serialisable),
          policy: () => policy,
          details: { config },
          keyOf: (session) => `key of ${session.id}`,
          close: () => Promise.resolve(void closed.push('opened')),
        }),
  )
  const stages = new RemoteStages(here)
  const { details, stage } = await stages.open('mine')
  return { stages, stage, details, closed, here, there }
}

const typesOf = async (stage: Awaited<ReturnType<typeof open>>['stage'], session: RemoteSession): Promise<string[]> =>
  (await stage.events()).filter((event) => event.session === session.id).map((event) => event.type)

describe('a stage in another process', () => {
  it('opens with what the test asks for, and tells how its sessions are reached', async () => {
    const { details, stage } = await open()
    expect(details).toEqual({ config: 'mine' })
    const session = await stage.session(agent)
    expect(session).toMatchObject({ key: `key of ${session.id}`, principal: { subject: { id: 'agent-1' } } })
    expect(await stage.asked()).toBe(0)
    await stage.close()
  })

  it('closes one session and not the other', async () => {
    const { stage } = await open()
    const [one, two] = [await stage.session(agent), await stage.session(agent)]
    await one.close()
    expect(await typesOf(stage, one)).toContain('session.close')
    expect(await typesOf(stage, two)).not.toContain('session.close')
    await stage.close()
  })

  it('has a journal that fails when it is told to', async () => {
    const { stage } = await open()
    await stage.session(agent)
    await stage.set({ journal: 'throws' })
    await expect(stage.session(agent)).rejects.toThrow('recording the session')
    await stage.set({ journal: 'works' })
    await stage.session(agent)
    await stage.close()
  })

  it('names what can be serialised', async () => {
    const { stage } = await open()
    await stage.session(agent)
    expect(await stage.serialisable()).toEqual([])
    const { stage: careless } = await open(true)
    await careless.session(agent)
    expect(await careless.serialisable()).toEqual(['target'])
  })

  it('says what it failed with, and that it is closed', async () => {
    const { closed, stage, stages } = await open()
    await expect(stages.open('broken')).rejects.toThrow('nothing to open')
    await stage.close()
    expect(closed).toEqual(['opened'])
    await expect(stage.asked()).rejects.toThrow('no stage is open')
  })

  it('passes over messages that are none of its own', async () => {
    const { here, stage, there } = await open()
    for (const end of [here, there])
      for (const noise of [undefined, null, 'x', { answers: 99 }]) end.emit('message', noise)
    expect(await stage.asked()).toBe(0)
    await stage.close()
  })
})
