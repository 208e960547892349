import { holding, KeepingApprover } from '../support/approver.js'
import { PassThrough } from 'node:stream'
import { Attach } from '@kubernetes/client-node'
import { afterEach, describe, expect, it } from 'vitest'
import {
  connected,
  governedSocket,
  type GovernedSocket,
  input,
  mails,
  opened,
  outcomeIn,
  ran,
  refusedUpgrade,
  run,
  terminal,
} from '../support/governed-socket.js'

let on: GovernedSocket | undefined
afterEach(() => on?.close())

async function start(...given: Parameters<typeof governedSocket>): Promise<GovernedSocket> {
  on = await governedSocket(...given)
  return on
}

describe('an exec', () => {
  it('goes out as the operator with the command that was decided, and tells its output and exit code', async () => {
    const by = await start([run])
    by.api.play = async ({ exit, query, say }) => {
      await say(1, `ran ${query.getAll('command').join('|')}\n`)
      await say(2, 'beside\n')
      await exit(3)
    }
    const { status, stderr, stdout } = await ran(by.config, ['sh', '-c', 'exit 3 # ü & more'])
    expect(status.details?.causes).toEqual([{ reason: 'ExitCode', message: '3' }])
    expect([stdout.toString(), stderr.toString()]).toEqual(['ran sh|-c|exit 3 # ü & more\n', 'beside\n'])
    const [asked] = by.api.asked
    expect(asked?.url).toMatch(/^\/base\/api\/v1\/namespaces\/shop\/pods\/web-0\/exec\?command=sh&command=-c&/)
    expect(asked?.headers.authorization).toBe('Bearer the-operators-token')
    expect(asked?.headers['user-agent']).toBe(`bothkeys/agent-1/${by.session.id.slice(0, 8)}`)
    expect(asked?.headers['sec-websocket-extensions']).toBeUndefined()
    expect(outcomeIn(by)).toMatchObject({ outcome: 'failed', error: '3', result: 'exit 3; in 0, out 29, err 7' })
  })

  it('has its command, container, input and terminal in what is decided and recorded', async () => {
    const by = await start([run])
    by.api.play = ({ exit }) => exit(0)
    await ran(by.config, ['rm', '-rf', '/data'])
    const intent = by.journal.events.find(({ type }) => type === 'action.intent') as unknown as {
      readonly action: { readonly text: string; readonly effects: readonly { readonly attributes: object }[] }
    }
    expect(intent.action.text).toBe('GET /api/v1/namespaces/shop/pods/web-0/exec')
    expect(intent.action.effects).toHaveLength(1)
    expect(intent.action.effects[0]?.attributes).toMatchObject({
      command: 'rm',
      container: 'main',
      stdin: false,
      tty: false,
      dangers: ['run/exec'],
    })
    // The other words may hold anything.
    expect(JSON.stringify(by.journal.events)).not.toContain('/data')
    expect(outcomeIn(by)).toMatchObject({ outcome: 'completed', result: 'exit 0; in 0, out 0, err 0' })
  })

  it('that people allowed runs in the pod that they were asked about, and in no other of its name', async () => {
    const approver = new KeepingApprover()
    const by = await start([run], { approvers: [approver], policy: holding('execute') })
    by.api.play = ({ exit }) => exit(0)
    expect((await ran(by.config, ['id'])).status.status).toBe('Success')
    approver.meanwhile = async () => (by.api.uid = 'second')
    const { code } = await refusedUpgrade(by.config, '/exec?command=id&stdout=true')
    expect(code).toBe(409)
    expect([approver.requests.length, by.api.asked.length]).toEqual([2, 1])
    by.api.uid = undefined
    expect((await refusedUpgrade(by.config, '/exec?command=id&stdout=true')).code).toBe(500)
    expect([approver.requests.length, by.api.asked.length]).toEqual([2, 1])
    expect(by.journal.events.at(-1)).toMatchObject({ type: 'action.denied', code: 'ERR_INTERNAL' })
  })

  it('is denied by a rule about one of the words of its command', async () => {
    const by = await start([run], { policy: { deny: [{ id: 'no-force', target: 'cluster', argv: '^-rf$' }] } })
    by.api.play = ({ exit }) => exit(0)
    const { code, status } = await refusedUpgrade(by.config, '/exec?command=rm&command=-rf&command=%2Fdata&stdout=true')
    expect([code, JSON.stringify(status)]).toEqual([403, expect.stringContaining('no-force')])
    expect((await ran(by.config, ['echo', 'rm -rf'])).status.status).toBe('Success')
  })

  it.each([
    ['input', 'stdin=true&stdout=true', 'payload: unbound'],
    ['a terminal', 'tty=true&stdout=true', 'execute stream:tty'],
  ])('with %s is refused by a rule that does not name it', async (_, query, why) => {
    const by = await start([{ duty: '*' }])
    const { code, status } = await refusedUpgrade(by.config, `/exec?command=sh&${query}`)
    expect(code).toBe(403)
    expect(JSON.stringify(status)).toContain(why)
    expect(by.api.asked).toEqual([])
  })

  it('with input and a terminal is carried when rules name both', async () => {
    const by = await start([input, terminal])
    by.api.play = ({ exit, heard, say, socket }) => {
      socket.on('message', () => {
        if (heard.get(4) === undefined || heard.get(0) === undefined) return
        void say(1, `${String(heard.get(0))} at ${String(heard.get(4))}`).then(() => exit(0))
      })
    }
    const heard = await connected(by.config, '/exec?command=sh&stdin=true&stdout=true&tty=true')
    heard.socket.send(Buffer.from('\x04{"Width":120, "Height":40}', 'latin1'))
    heard.socket.send(Buffer.from('\x00id\n', 'latin1'))
    expect(await heard.closed).toBe(1000)
    expect(heard.on(1)).toBe('id\n at {"Width":120,"Height":40}')
    expect(outcomeIn(by)).toMatchObject({ result: 'exit 0; in 3, out 32, err 0' })
  })

  it('ends its input where the client does', async () => {
    const by = await start([input])
    by.api.play = ({ exit, heard, say, socket }) => {
      socket.on('message', () => {
        if (heard.has(255)) void say(1, Buffer.concat(heard.get(0) ?? [])).then(() => exit(0))
      })
    }
    const stdin = new PassThrough()
    stdin.end('one two three')
    expect((await ran(by.config, 'cat', stdin)).stdout.toString()).toBe('one two three')
  })

  it('has nothing in its output that a rule detects, wherever it is cut', async () => {
    const text = 'user jane.doe@example.com came in\n'
    const by = await start([run], { policy: mails })
    let cut = 0
    by.api.play = async ({ exit, say }) => {
      for (const channel of [1, 2]) {
        await say(channel, text.slice(0, cut))
        await say(channel, text.slice(cut))
      }
      await exit(0)
    }
    for (cut = 0; cut <= text.length; cut += 1) {
      const { stderr, stdout } = await ran(by.config, 'id')
      expect([stdout.toString(), stderr.toString()]).toEqual(['user [email] came in\n', 'user [email] came in\n'])
    }
    expect(outcomeIn(by)).toMatchObject({ masked: { rules: ['mails'] } })
  })

  it('has nothing of what rules detect in its output when every byte of it comes alone', async () => {
    const detect = ['email', 'credit-card', 'jwt']
    const policy = { mask: [{ id: 'secrets', target: 'cluster', detect, with: 'redact' }] }
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlLW9mLW1hbnktYnl0ZXM'
    const text = `user jane.doe@example.com paid with 4111 1111 1111 1111, logged in by ${token} and left\n`
    const by = await start([run], { policy })
    by.api.play = async ({ exit, say }) => {
      for (const byte of Buffer.from(text)) await say(1, Buffer.of(byte))
      await exit(0)
    }
    const shown = (await ran(by.config, 'id')).stdout.toString()
    expect(shown).not.toMatch(/jane|example|1111|eyJ|c2lnbmF0/)
    expect(shown).toMatch(/^user \[email\] paid with \[.+\], logged in by \[jwt\] and left\n$/)
  })

  it('keeps every byte in which nothing is found', async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, index) => (index * 7 + (index >> 8)) % 256))
    const by = await start([run], { policy: mails })
    by.api.play = async ({ exit, say }) => {
      for (let at = 0; at < bytes.length; at += 999) await say(1, bytes.subarray(at, at + 999))
      await exit(0)
    }
    expect((await ran(by.config, 'tar')).stdout.equals(bytes)).toBe(true)
  })

  it('shows what waits when the process says nothing more', async () => {
    const by = await start([run], { policy: mails })
    by.api.play = ({ say }) => say(1, 'ready> ')
    const heard = await connected(by.config, '/exec?command=sh&stdout=true')
    await expect.poll(() => heard.on(1)).toBe('ready> ')
    heard.socket.close()
  })

  it('has nothing in its status that a rule detects', async () => {
    const by = await start([run], { policy: mails })
    by.api.play = ({ say }) =>
      say(
        3,
        '{"metadata":{},"status":"Failure","reason":"InternalError","message":"by jane.doe@example.com","code":500}',
      )
    const { status } = await ran(by.config, 'id')
    expect(status.message).toBe('by [email]')
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown', result: expect.stringContaining('no exit code') })
  })

  it('carries 20 MB whole', async () => {
    const by = await start([run], { policy: mails })
    const part = Buffer.alloc(65_536, 'a line of output that says nothing of anybody\n')
    by.api.play = async ({ exit, say }) => {
      for (let count = 0; count < 320; count += 1) await say(1, part)
      await exit(0)
    }
    const heard = await connected(by.config, '/exec?command=cat&stdout=true')
    let bytes = 0
    heard.socket.removeAllListeners('message')
    heard.socket.on('message', (message: Buffer) => {
      if (message[0] === 1) bytes += message.length - 1
    })
    expect(await heard.closed).toBe(1000)
    expect(bytes).toBe(320 * 65_536)
  })

  it('is held back while its client reads nothing', async () => {
    const by = await start([run], { policy: mails })
    const part = Buffer.alloc(65_536, 'x')
    let said = 0
    by.api.play = async ({ say, socket }) => {
      while (socket.readyState === socket.OPEN && said < 64 * 1024 * 1024) {
        await say(1, part)
        said += part.length
      }
    }
    const heard = await connected(by.config, '/exec?command=yes&stdout=true')
    heard.socket.pause()
    let before = -1
    const isStill = (): boolean => {
      const still = said === before
      before = said
      return still
    }
    await expect.poll(isStill, { interval: 300 }).toBe(true)
    expect(said).toBeLessThan(32 * 1024 * 1024)
    heard.socket.terminate()
    await expect.poll(() => by.api.sockets.clients.size).toBe(0)
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
  })

  it('is cut on both sides when the session ends', async () => {
    const by = await start([run])
    by.api.play = ({ say }) => say(1, 'begun')
    const heard = await connected(by.config, '/exec?command=top&stdout=true')
    await expect.poll(() => heard.on(1)).toBe('begun')
    await by.session.close()
    await heard.closed
    await expect.poll(() => by.api.sockets.clients.size).toBe(0)
    await expect.poll(() => outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
  })

  it('speaks the protocol that the API server chooses', async () => {
    const by = await start([run])
    by.api.protocol = 'v4.channel.k8s.io'
    by.api.play = ({ exit }) => exit(0)
    const heard = await connected(by.config, '/exec?command=id&stdout=true')
    expect(heard.socket.protocol).toBe('v4.channel.k8s.io')
    await heard.closed
  })

  it('is refused in the words of the API server', async () => {
    const by = await start([run], { policy: mails })
    const said = '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"no jane.doe@example.com","code":404}'
    by.api.refuse = (_request, socket) => {
      socket.end(
        `HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: ${String(said.length)}\r\n\r\n${said}`,
      )
      return true
    }
    const { code, status } = await refusedUpgrade(by.config, '/exec?command=id&stdout=true')
    expect([code, status.message]).toEqual([404, 'no [email]'])
    expect(outcomeIn(by)).toMatchObject({ outcome: 'failed', result: '404' })
  })

  it('tells client-node by its code that it is refused', async () => {
    const by = await start([])
    await expect(ran(by.config, 'id')).rejects.toThrow('Unexpected server response: 403')
    expect(by.journal.events.map(({ type }) => type)).toContain('action.denied')
    expect(by.api.asked).toEqual([])
  })

  it('of another protocol is refused before anything is sent', async () => {
    const by = await start([run, input])
    const old = await opened(by.config, '/exec?command=id&stdout=true', ['v3.channel.k8s.io', 'base64.channel.k8s.io'])
    expect(old).toMatchObject({ code: 400, status: { message: expect.stringContaining('No subprotocol') } })
    expect(by.api.asked).toEqual([])
  })

  it.each([
    ['is told as ended once that is on record', true],
    ['is not told as ended when that cannot be recorded', false],
  ])('%s', async (_, isKept) => {
    let decide: (isKept: boolean) => void = () => undefined
    const decided = new Promise<boolean>((resolve) => (decide = resolve))
    let isAsked = false
    const by = await start([run], {
      journal: (memory) => ({
        open: async (context) => {
          const journal = await memory.open(context)
          return {
            async append(event, durability) {
              if (event.type === 'action.outcome') {
                isAsked = true
                if (!(await decided)) throw new Error('no space left')
              }
              return journal.append(event, durability)
            },
            read: () => journal.read(),
            close: () => journal.close(),
          }
        },
      }),
    })
    by.api.play = ({ exit }) => exit(0)
    const heard = await connected(by.config, '/exec?command=id&stdout=true')
    await expect.poll(() => isAsked).toBe(true)
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard.on(3)).toBe('')
    decide(isKept)
    await heard.closed
    if (isKept) expect(heard.on(3)).toContain('Success')
    else expect(heard.on(3)).not.toContain('Success')
  })
})

describe('an attach', () => {
  it('hears what a process says', async () => {
    const by = await start([run])
    by.api.play = async ({ exit, say }) => {
      await say(1, 'attached\n')
      await exit(0)
    }
    const out = new PassThrough()
    const socket = await new Attach(by.config).attach('shop', 'web-0', 'main', out, null, null, false)
    await new Promise((resolve) => socket.addEventListener('close', resolve))
    expect(String(out.read())).toBe('attached\n')
    expect(by.api.asked[0]?.url).toContain('/pods/web-0/attach?')
  })

  it('with input needs a rule that names it', async () => {
    const by = await start([run])
    const given = new PassThrough()
    const attached = new Attach(by.config).attach('shop', 'web-0', 'main', new PassThrough(), null, given, false)
    await expect(attached).rejects.toMatchObject({ message: 'Unexpected server response: 403' })
  })
})

it('a client that resizes a terminal that is none is let, and the API server hears nothing of it', async () => {
  const by = await start([input])
  let heard: readonly number[] = []
  by.api.play = (played) => {
    played.socket.on('message', () => {
      heard = [...played.heard.keys()]
      if (played.heard.has(0)) void played.exit(0)
    })
  }
  const client = await connected(by.config, '/exec?command=sh&stdin=true&stdout=true')
  client.socket.send(Buffer.from('\u0004{"Width":80,"Height":40}', 'latin1'))
  client.socket.send(Buffer.from('\u0000id', 'latin1'))
  expect(await client.closed).toBe(1000)
  expect(heard).toEqual([0])
})
