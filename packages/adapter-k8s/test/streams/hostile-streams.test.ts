import { type Agent, request } from 'node:http'
import type { RequestOptions } from 'node:https'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { guarded } from '../support/governed.js'
import {
  connected,
  forward,
  governedSocket,
  type GovernedSocket,
  input,
  mails,
  outcomeIn,
  refusedUpgrade,
  run,
  terminal,
} from '../support/governed-socket.js'

let on: GovernedSocket | undefined
afterEach(() => on?.close(), 5000)

async function start(...given: Parameters<typeof governedSocket>): Promise<GovernedSocket> {
  on = await governedSocket(...given)
  return on
}

const exec = '/exec?command=sh&stdout=true'
const withInput = `${exec}&stdin=true`

describe('an API server that', () => {
  it.each([
    ['sends text', '\u0001hello', false],
    ['sends on a channel that nobody knows', '\u0007hello', true],
    ['sends on a channel that nobody asked for', '\u0002hello', true],
    ['sends input', '\u0000hello', true],
    ['ends a channel', '\u00ff\u0001', true],
    ['sends a message without a channel', '', true],
    ['says in no JSON how the process ended', '\u0003hunter2', true],
    ['says in no Status how the process ended', '\u0003{"status":"hunter2"}', true],
    ['sends a message that is too large', `\u0001${'x'.repeat(5 * 1024 * 1024)}`, true],
  ])('%s is cut off', async (_, message, isBinary) => {
    const by = await start([run])
    by.api.play = ({ socket }) => {
      socket.send(isBinary ? Buffer.from(message, 'latin1') : message, { binary: isBinary })
    }
    const heard = await connected(by.config, exec)
    expect(await heard.closed).toBe(1011)
    await expect.poll(() => by.api.sockets.clients.size).toBe(0)
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
    expect(heard.on(1) + heard.on(3)).not.toMatch(/hello|hunter2/)
    expect(JSON.parse(heard.on(3))).toMatchObject({ kind: 'Status', status: 'Failure' })
  })

  it('says nothing of how the process ended leaves that unknown', async () => {
    const by = await start([run], { policy: mails })
    by.api.play = async ({ say, socket }) => {
      await say(1, 'half of it')
      socket.close(1000)
    }
    const heard = await connected(by.config, exec)
    expect(await heard.closed).toBe(1011)
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
    expect(heard.on(3)).not.toContain('Success')
  })

  it('chooses a protocol that it was not offered is not heard', async () => {
    const by = await start([run])
    by.api.protocol = 'v1.channel.k8s.io'
    expect(await refusedUpgrade(by.config, exec)).toMatchObject({ code: 500 })
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
  })

  it('says nothing is left when its client leaves', async () => {
    const by = await start([run])
    const gone = vi.fn<() => void>()
    by.api.refuse = (_request, socket) => {
      socket.resume().once('end', () => {
        gone()
        socket.end()
      })
      return true
    }
    const asked = connected(by.config, exec).catch(() => undefined)
    await expect.poll(() => by.api.asked.length).toBe(1)
    await by.session.close()
    await asked
    await expect.poll(() => outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
    await expect.poll(() => gone.mock.calls.length).toBe(1)
  })

  it('answers with what is no JSON is not shown', async () => {
    const by = await start([run])
    by.api.refuse = (_request, socket) => {
      socket.end('HTTP/1.1 500 No\r\ncontent-length: 7\r\n\r\nhunter2')
      return true
    }
    const { code, status } = await refusedUpgrade(by.config, exec)
    expect(code).toBe(500)
    expect(JSON.stringify(status)).not.toContain('hunter2')
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
  })

  it('leads elsewhere is not followed', async () => {
    const by = await start([run])
    by.api.refuse = (_request, socket) => {
      const body = '{"kind":"Status","status":"Failure"}'
      socket.end(`HTTP/1.1 307 Go\r\nlocation: /x\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`)
      return true
    }
    expect((await refusedUpgrade(by.config, exec)).code).toBe(502)
    expect(by.api.asked).toHaveLength(1)
  })

  it('asks whether anybody is there is answered, and not kept for', async () => {
    const by = await start([run])
    const pongs = vi.fn<() => void>()
    by.api.play = async ({ exit, socket }) => {
      socket.on('pong', pongs)
      socket.ping('there?')
      await expect.poll(() => pongs.mock.calls.length).toBe(1)
      await exit(0)
    }
    const heard = await connected(by.config, exec)
    expect(await heard.closed).toBe(1000)
  })

  it('floods is held back, and nothing of what it said is kept behind', async () => {
    const by = await start([run])
    const part = Buffer.alloc(1024 * 1024, 'x')
    let said = 0
    by.api.play = async ({ say, socket }) => {
      while (socket.readyState === socket.OPEN && said < 100) {
        await say(1, part)
        said += 1
      }
    }
    const heard = await connected(by.config, exec)
    heard.socket.pause()
    let before = -1
    const isStill = (): boolean => {
      const still = said === before
      before = said
      return still
    }
    await expect.poll(isStill, { interval: 300 }).toBe(true)
    expect(said).toBeLessThan(50)
    await by.session.close()
    await expect.poll(() => by.api.sockets.clients.size).toBe(0)
  })
})

describe('a client that', () => {
  it.each([
    ['sends input that it did not ask to send', exec, '\u0000id', true],
    ['sends output', withInput, '\u0001id', true],
    ['sends a status', withInput, '\u0003{}', true],
    ['sends on a channel that nobody knows', withInput, '\u0009id', true],
    ['sends text', withInput, '\u0000id', false],
    ['sends a size that is none', `${exec}&tty=true`, '\u0004{"Width":-1,"Height":1}', true],
    ['sends a size in text', `${exec}&tty=true`, '\u0004big', true],
    ['ends a channel of the server', withInput, '\u00ff\u0001', true],
    ['goes on after it ended its input', withInput, '\u00ff\u0000', true],
    ['sends a message that is too large', withInput, `\u0000${'x'.repeat(5 * 1024 * 1024)}`, true],
  ])('%s is cut off', async (_, path, message, isBinary) => {
    const by = await start([run, input, terminal])
    const heard: Buffer[] = []
    by.api.play = ({ socket }) => {
      socket.on('message', (each: Buffer) => heard.push(each))
    }
    const client = await connected(by.config, path)
    client.socket.on('error', () => undefined)
    client.socket.send(isBinary ? Buffer.from(message, 'latin1') : message, { binary: isBinary })
    if (message === '\u00ff\u0000') client.socket.send(Buffer.from('\u0000id', 'latin1'))
    await client.closed
    await expect.poll(() => by.api.sockets.clients.size).toBe(0)
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
    expect(heard.map((each) => each.toString('latin1'))).toEqual(message === '\u00ff\u0000' ? [message] : [])
  })

  it('leaves has its process cut off', async () => {
    const by = await start([run])
    const heard = await connected(by.config, exec)
    heard.socket.close()
    await heard.closed
    await expect.poll(() => by.api.sockets.clients.size).toBe(0)
    await expect.poll(() => outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
  })

  it('leaves while the operator logs in has nothing sent', async () => {
    const by = await start([run])
    const real = by.api.config()
    let login = (): void => undefined
    vi.spyOn(real, 'applyToHTTPSOptions').mockReturnValue(new Promise((resolve) => (login = resolve)))
    const other = await guarded(real, [run])
    const options: RequestOptions = {}
    await other.target.config(other.session).applyToHTTPSOptions(options)
    const asked = request(`http://governed.invalid/api/v1/namespaces/shop/pods/web-0${exec}`, {
      agent: options.agent as Agent,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-version': '13',
        'sec-websocket-protocol': 'v5.channel.k8s.io',
      },
    })
    asked.on('error', () => undefined).end()
    await expect.poll(() => other.journal.events.map(({ type }) => type)).toContain('action.intent')
    asked.destroy()
    await new Promise((resolve) => setImmediate(resolve))
    login()
    await expect.poll(() => outcomeIn(other)).toMatchObject({ outcome: 'not-run' })
    expect(by.api.asked).toEqual([])
    await other.guard.close()
  })

  it.each([
    ['another version', { 'sec-websocket-version': '12' }, 'version 13'],
    ['no key', { 'sec-websocket-key': '' }, 'version 13'],
    ['SPDY', { upgrade: 'SPDY/3.1' }, 'no WebSocket'],
    ['another host', { host: 'other.invalid' }, 'another host'],
    ['a page', { origin: 'http://page.invalid' }, 'from a page'],
    ['somebody else', { 'impersonate-user': 'root' }, 'somebody else'],
    ['no protocol', { 'sec-websocket-protocol': '' }, 'No subprotocol'],
  ])('asks for, or as, %s is refused before anything is sent', async (_, headers, why) => {
    const by = await start([run, { duty: 'execute', resource: 'object:**' }])
    const options: RequestOptions = {}
    await by.config.applyToHTTPSOptions(options)
    const asked = request(`http://governed.invalid/api/v1/namespaces/shop/pods/web-0${exec}`, {
      agent: options.agent as Agent,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
        'sec-websocket-version': '13',
        'sec-websocket-protocol': 'v5.channel.k8s.io',
        ...headers,
      },
    })
    asked.end()
    const answer = await new Promise<string>((resolve, reject) => {
      asked.once('error', reject)
      asked.once('upgrade', (_response, socket) => {
        socket.destroy()
        resolve('became a WebSocket')
      })
      asked.once('response', (response) => {
        let text = ''
        response.on('data', (part: Buffer) => (text += part.toString()))
        response.once('end', () => {
          resolve(`${String(response.statusCode)} ${text}`)
        })
      })
    })
    expect(answer).toContain(why)
    expect(answer.startsWith('400 ')).toBe(true)
    expect(by.api.asked).toEqual([])
    expect(by.journal.events.map(({ type }) => type)).toContain('action.denied')
  })
})

describe('a port-forward', () => {
  const port = (number: number): Buffer => {
    const bytes = Buffer.alloc(2)
    bytes.writeUInt16LE(number)
    return bytes
  }

  it('carries bytes both ways to the ports that were decided, and counts them', async () => {
    const by = await start([forward])
    by.api.play = async ({ say, socket }) => {
      for (const channel of [0, 1, 2, 3]) await say(channel, port(channel < 2 ? 8080 : 5432))
      socket.on('message', (message: Buffer) => {
        void say(message[0] ?? 0, message.subarray(1).reverse())
      })
    }
    const heard = await connected(by.config, '/portforward?ports=8080&ports=5432')
    await expect.poll(() => heard.frames.length).toBe(4)
    const given = Buffer.from([0x00, 0xff, 0x80, 0x01])
    heard.socket.send(Buffer.concat([Buffer.of(2), given]))
    await expect.poll(() => heard.on(2).length).toBe(6)
    expect(heard.on(2).slice(2)).toBe(Buffer.from(given).reverse().toString('latin1'))
    heard.socket.close()
    await heard.closed
    await expect.poll(() => outcomeIn(by)).toMatchObject({ outcome: 'completed', result: 'in 4, out 12' })
    const intent = by.journal.events.find(({ type }) => type === 'action.intent')
    expect(JSON.stringify(intent)).toContain('"ports":["8080","5432"]')
  })

  it('needs a rule that names bytes which nobody has seen', async () => {
    const by = await start([{ duty: '*' }])
    const { code, status } = await refusedUpgrade(by.config, '/portforward?ports=80')
    expect([code, JSON.stringify(status)]).toEqual([403, expect.stringContaining('payload: unbound')])
    expect(by.api.asked).toEqual([])
  })

  it('is refused where a policy masks anything of the target', async () => {
    const by = await start([forward], { policy: mails })
    const { code, status } = await refusedUpgrade(by.config, '/portforward?ports=80')
    expect([code, status.message]).toEqual([400, expect.stringContaining('nobody can mask')])
    expect(by.api.asked).toEqual([])
  })

  it.each([
    ['an API server that names another port', Buffer.concat([Buffer.of(0), port(81)]), undefined],
    ['an API server that names no port', Buffer.of(0, 80), undefined],
    ['an API server that sends on a channel of no port', Buffer.concat([Buffer.of(2), port(80)]), undefined],
    ['a client that sends errors', undefined, Buffer.of(1, 1)],
    ['a client that sends on a channel of no port', undefined, Buffer.of(2, 1)],
    ['a client that ends what is not its own', undefined, Buffer.of(255, 1)],
  ])('is cut for %s', async (_, said, sent) => {
    const by = await start([forward])
    by.api.play = ({ socket }) => {
      if (said !== undefined) socket.send(said)
    }
    const heard = await connected(by.config, '/portforward?ports=80')
    if (sent !== undefined) heard.socket.send(sent)
    expect(await heard.closed).toBe(1011)
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
    expect(heard.frames).toEqual([])
  })

  it('that breaks off is over without anybody knowing how', async () => {
    const by = await start([forward])
    by.api.play = async ({ say, socket }) => {
      await say(0, port(80))
      socket.terminate()
    }
    const heard = await connected(by.config, '/portforward?ports=80')
    await heard.closed
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown', result: 'in 0, out 2' })
  })

  it('has its input ended by a client, and says no more', async () => {
    const by = await start([forward])
    const seen: Buffer[] = []
    by.api.play = ({ socket }) => {
      socket.on('message', (each: Buffer) => seen.push(each))
    }
    const heard = await connected(by.config, '/portforward?ports=80')
    heard.socket.send(Buffer.of(255, 0))
    heard.socket.send(Buffer.of(0, 1))
    expect(await heard.closed).toBe(1011)
    await expect.poll(() => seen).toEqual([Buffer.of(255, 0)])
  })
})
