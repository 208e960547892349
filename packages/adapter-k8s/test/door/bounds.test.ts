import { Agent, type IncomingMessage } from 'node:http'
import type { RequestOptions } from 'node:https'
import { unverifiedCredential } from '@bothkeys/core'
import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { MemoryAgent } from '../../src/door/memory-agents.js'
import { Waiting } from '../../src/door/waiting.js'
import { Upstream } from '../../src/door/upstream.js'
import { ask, kept } from '../loopback/support.js'
import { collectGarbage } from '../../../../tools/memory-in-use.js'
import { agent, governed, type Governed, guarded } from '../support/governed.js'
import { asked, notingDoor, RawApi } from '../support/raw.js'
import { TinyApi } from '../support/tiny-api.js'

const pods = '/api/v1/namespaces/shop/pods'
const read = { duty: 'read', resource: 'object:shop.**' }

describe('requests of one session that wait', () => {
  let api: RawApi | undefined
  afterEach(() => {
    api?.close()
  })
  const becoming = [
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-protocol: v4.channel.k8s.io\r\n',
  ].join('\r\n')
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'

  it('are 1,024 at most: one more is told to come again, on record, and the others stay', async () => {
    api = new RawApi('')
    const { notes, open } = notingDoor(await api.config(), new Promise(() => undefined))
    open().resume().write(asked(pods).repeat(1024))
    await vi.waitFor(() => {
      expect(notes.length).toBe(1024)
    })
    const wire = open()
    let text = ''
    wire.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    wire.write(asked(pods))
    await vi.waitFor(() => {
      expect(text).toContain('"reason":"TooManyRequests"')
    })
    expect(text).toMatch(/^HTTP\/1\.1 429 /)
    expect(text).toContain('retry-after: 1\r\n')
    expect(notes.slice(1024)).toEqual(['refused (a request that was not read)', 'over'])
  })

  it('are those that would become another protocol, too', async () => {
    api = new RawApi('')
    const { notes, open } = notingDoor(await api.config(), new Promise(() => undefined))
    const exec = asked(`${pods}/web-0/exec?command=true&stdout=true`, becoming)
    const left = open()
    left.resume().write(exec)
    await vi.waitFor(() => {
      expect(notes).toEqual(['asked'])
    })
    open().resume().write(asked(pods).repeat(1023))
    await vi.waitFor(() => {
      expect(notes.length).toBe(1024)
    })
    const wire = open()
    let text = ''
    wire.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    wire.write(exec)
    await vi.waitFor(() => {
      expect(text).toContain('"reason":"TooManyRequests"')
    })
    expect(text).toMatch(/^HTTP\/1\.1 429 /)
    expect(notes.slice(1024)).toEqual(['refused (a request that was not read)', 'over'])
  })

  it('leave their places when nobody waits for them any more', async () => {
    let decide = (): void => undefined
    api = new RawApi('')
    const { notes, open } = notingDoor(await api.config(), new Promise((resolve) => (decide = resolve)))
    const wires = Array.from({ length: 1024 }, () => open().resume())
    for (const wire of wires) wire.write(asked(pods))
    await vi.waitFor(() => {
      expect(notes.length).toBe(1024)
    })
    for (const wire of wires) wire.destroy()
    await new Promise((done) => setTimeout(done))
    decide()
    await vi.waitFor(() => {
      expect(notes.filter((note) => note === 'over')).toHaveLength(1024)
    })
    open().resume().write(asked(pods))
    await vi.waitFor(() => {
      expect(notes.filter((note) => note === 'run')).toHaveLength(1)
    })
  })

  it('are not those whose answer has begun: of watches there may be more', async () => {
    api = new RawApi(head)
    const { notes, open } = notingDoor(await api.config())
    const wires = Array.from({ length: 1024 }, () => open().resume())
    let begun = 0
    for (const wire of wires) {
      wire.once('data', () => (begun += 1))
      wire.write(asked(`${pods}?watch=true`))
    }
    await vi.waitFor(
      () => {
        expect(begun).toBe(1024)
      },
      { timeout: 60_000 },
    )
    const one = open()
    let text = ''
    one.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    one.write(asked(`${pods}?watch=true`))
    await vi.waitFor(() => {
      expect(text).toMatch(/^HTTP\/1\.1 200 /)
    })
    expect(notes).not.toContain('refused (a request that was not read)')
    for (const wire of [...wires, one]) wire.destroy()
  })
})

describe('the door of a session', () => {
  let on: Governed | undefined
  afterEach(() => on?.close())
  const agentOf = async (config: KubeConfig): Promise<unknown> => {
    const options: RequestOptions = {}
    await config.applyToHTTPSOptions(options)
    return options.agent
  }

  it('is one, however many configurations the session takes', async () => {
    on = await governed([read])
    const { session, target } = on
    const its = await agentOf(target.config(session))
    expect(await agentOf(target.config(session))).toBe(its)
    const other = await guarded(on.api.config(), [read])
    expect(await agentOf(other.target.config(other.session))).not.toBe(its)
    await other.guard.close()
    await session.close()
    expect(() => target.config(session)).toThrow('the session is closed')
  })

  it('has as many requests that wait as its other doors leave', async () => {
    on = await governed([read])
    const config = on.api.config()
    vi.spyOn(config, 'applyToHTTPSOptions').mockReturnValue(new Promise(() => undefined))
    const { guard, journal, session, target } = await guarded(config, [read])
    const intents = (): number => journal.events.filter(({ type }) => type === 'action.intent').length
    const wire = ((await agentOf(target.config(session))) as MemoryAgent).createConnection()
    wire.on('error', () => undefined)
    wire.resume().write(asked(pods).repeat(1024))
    await vi.waitFor(() => {
      expect(intents()).toBe(1024)
    })
    const [one, two] = [kept(await target.listen(session)), kept(await target.listen(session))]
    expect([(await ask(one, pods)).status, (await ask(two, pods)).status]).toEqual([429, 429])
    const other = kept(await target.listen(await guard.openSession({ [unverifiedCredential]: agent })))
    const left = ask(other, pods).catch((error: unknown) => error)
    await vi.waitFor(() => {
      expect(intents()).toBe(1025)
    })
    await guard.close()
    expect(await left).toBeDefined()
    // What is let in is never answered here.
  })

  it('leaves nothing of what waits behind when the session is over', async () => {
    on = await governed([read])
    const { guard, target } = on
    const enter = Waiting.prototype.enter
    let waiting: WeakRef<Waiting> | undefined
    Waiting.prototype.enter = function (this: Waiting, ...one) {
      waiting = new WeakRef(this)
      return enter.apply(this, one)
    }
    const asOneSession = async (): Promise<void> => {
      const session = await guard.openSession({ [unverifiedCredential]: agent })
      await target.config(session).makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'shop' })
      await session.close()
    }
    await asOneSession().finally(() => (Waiting.prototype.enter = enter))
    await vi.waitFor(() => {
      collectGarbage()
      // An assertion that fails keeps what it compared.
      expect(waiting?.deref() === undefined).toBe(true)
    })
    expect(waiting).toBeDefined()
  })

  it('waits for no login that hangs once the session is over, which is on record as not run', async () => {
    on = await governed([read])
    const config = on.api.config()
    vi.spyOn(config, 'applyToHTTPSOptions').mockReturnValue(new Promise(() => undefined))
    const { guard, journal, session, target } = await guarded(config, [read])
    const answer = target.config(session).makeApiClient(CoreV1Api).listNamespacedPod({ namespace: 'shop' })
    const failed = answer.catch((error: unknown) => error)
    await vi.waitFor(() => {
      expect(journal.events.map(({ type }) => type)).toContain('action.intent')
    })
    await session.close()
    expect(await failed).toBeInstanceOf(Error)
    // Long before the login is given up by itself.
    await vi.waitFor(
      () => {
        expect(journal.events.find(({ type }) => type === 'action.outcome')).toMatchObject({ outcome: 'not-run' })
      },
      { timeout: 10_000 },
    )
    await guard.close()
  })
})

describe('the connections of credentials that were replaced', () => {
  let api: TinyApi | undefined
  afterEach(() => api?.close())

  it('are forgotten once nothing is under way by them', async () => {
    api = await TinyApi.start()
    const destroyed = vi.spyOn(Agent.prototype, 'destroy')
    const upstream = new Upstream(rotating(api.config()))
    for (let count = 0; count < 5; count++) {
      // oxlint-disable-next-line no-await-in-loop -- One credential after the other.
      await whole(await (await upstream.prepare())(podsAsked()))
      // oxlint-disable-next-line no-await-in-loop -- Its connection is free after that.
      await new Promise((resolve) => setImmediate(resolve))
    }
    upstream.close()
    expect(new Set(destroyed.mock.contexts).size).toBe(1)
    destroyed.mockRestore()
  })

  it('end with the target while something is under way by them', async () => {
    const raw = new RawApi('')
    const upstream = new Upstream(rotating(await raw.config()))
    const answers = []
    for (let count = 0; count < 3; count++) {
      // oxlint-disable-next-line no-await-in-loop -- One credential after the other.
      answers.push((await upstream.prepare())(podsAsked()))
    }
    await vi.waitFor(() => {
      expect(raw.asked).toBe(3)
    })
    upstream.close()
    const ended = await Promise.allSettled(answers)
    expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    raw.close()
  })
})

/** A configuration with another certificate at each login. */
function rotating(config: KubeConfig): KubeConfig {
  let count = 0
  vi.spyOn(config, 'applyToHTTPSOptions').mockImplementation((options) => {
    options.cert = String((count += 1))
    return Promise.resolve()
  })
  return config
}

function podsAsked(): Parameters<Awaited<ReturnType<Upstream['prepare']>>>[0] {
  return { method: 'GET', path: pods, headers: {}, signal: new AbortController().signal }
}

async function whole(answer: IncomingMessage): Promise<void> {
  for await (const _ of answer) void _
}
