import { chmodSync, existsSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ApprovalRequest, Guard } from '@bothkeys/core'
import { BothKeysError } from '@bothkeys/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorAnswer } from '../../src/control/answer.js'
import type { ControlListener } from '../../src/control/listener.js'
import { openControlListener } from '../../src/control/listener.js'
import type { ControlPorts, ControlRoles } from '../../src/control/routes.js'
import { route } from '../../src/control/routes.js'
import { asJson, ask } from '../support/control-client.js'
import { makeBoundKey } from '../support/issuer.js'
import { makeBench } from '../support/served.js'

let folder: string
const open: ControlListener[] = []
const submitted: string[][] = []

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bothkeys-control-')))
  submitted.length = 0
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()))
  rmSync(folder, { recursive: true })
})

// Nothing that reaches it is let through.
const nobody = {} as Guard

const held = { id: 'aa', view: { text: 'delete everything' }, expiresAt: new Date(0) } as unknown as ApprovalRequest

interface Listening {
  readonly roles?: Partial<ControlRoles>
  readonly ports?: Partial<ControlPorts>
  readonly maxRequests?: number
  readonly tcp?: boolean
}

/** Opens a listener; answers its socket, or its port. */
async function listening({ maxRequests = 8, ports = {}, roles, tcp = false }: Listening = {}): Promise<
  string | number
> {
  const all: ControlPorts = {
    targets: ['orders', 'billing'],
    readiness: () => Promise.resolve({ ready: true, reasons: {} }),
    metrics: () => Promise.resolve({ type: 'text/plain', text: 'up 1\n' }),
    openSession: () => Promise.reject(new Error('not here')),
    endSession: () => Promise.resolve(false),
    decisions: {
      approvals: {
        pending: () => [held],
        submit: (id, evidence) => {
          submitted.push([id, evidence])
          return Promise.resolve({ counted: true })
        },
      },
      policyChange: { waiting: () => undefined, apply: (id) => Promise.resolve({ applied: false, reason: id }) },
      reviews: { pending: () => Promise.resolve([]), review: (id) => Promise.resolve({ counted: false, reason: id }) },
      revocations: { inForce: () => [], lift: (id) => Promise.resolve({ lifted: false, reason: id }) },
    },
    operators: { guard: nobody, guarded: [], sessions: { list: () => [] } },
    ...ports,
  }
  const address = tcp ? { port: 0 } : { path: join(folder, `c${String(open.length)}.sock`), mode: 0o660 }
  const answer: Parameters<typeof openControlListener>[0]['answer'] = (request, body) =>
    route(request, body, all, { sessions: true, approvals: false, operators: false, ...roles })
  const listener = await openControlListener({ address, answer, maxRequests })
  open.push(listener)
  return tcp ? Number(new URL(listener.url).port) : listener.url
}

const statusOf = async (...args: Parameters<typeof ask>): Promise<number> => (await ask(...args)).status

/** Connects, sends that much and waits. */
function half(path: string, sent: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.write(sent)
      resolve(socket)
    })
    // Who has to leave for somebody else may be reset.
    socket.on('error', () => undefined)
    socket.resume()
  })
}

/** So many who say nothing, and how many of them had to leave. */
async function newcomers(
  path: string,
  count: number,
): Promise<{ readonly others: readonly Socket[]; readonly ended: () => number }> {
  let ended = 0
  const one = async (): Promise<Socket> => {
    const socket = await half(path, '')
    return socket.once('close', () => ended++)
  }
  return { others: await Promise.all(Array.from({ length: count }, one)), ended: () => ended }
}

const refusal = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(message) })

describe('a control listener', () => {
  it('answers health, readiness and metrics', async () => {
    const path = await listening()
    expect(await ask(path, 'GET', '/healthz')).toMatchObject({ status: 200, body: { up: true } })
    expect(await ask(path, 'GET', '/readyz')).toMatchObject({ status: 200, body: { ready: true } })
    const { headers, text } = await ask(path, 'GET', '/metrics')
    expect([text, headers['cache-control'], headers['x-content-type-options']]).toEqual([
      'up 1\n',
      'no-store',
      'nosniff',
    ])
  })

  it('answers 503 with the reasons while it is not ready', async () => {
    const readiness = { ready: false, reasons: { ledger: 'it cannot be reached' } }
    const path = await listening({ ports: { readiness: () => Promise.resolve(readiness) } })
    expect(await ask(path, 'GET', '/readyz')).toMatchObject({ status: 503, body: readiness })
  })

  it.each([
    ['POST', '/healthz'],
    ['GET', '/healthz?x'],
    ['GET', '//healthz'],
    ['GET', '/v1/sessions'],
    ['DELETE', '/v1/sessions'],
    ['GET', '/v1/approvals'],
    ['GET', '/v1/sessions'],
    ['GET', '/v1/revocations'],
    ['POST', '/v1/revocations'],
    ['POST', '/v1/approvals/aa'],
  ])('has nothing at %s %s', async (method, at) => {
    expect(await statusOf(await listening(), method, at)).toBe(404)
    expect(submitted).toEqual([])
  })

  it('opens no sessions where it is not for that', async () => {
    const path = await listening({ roles: { sessions: false } })
    const headers = { authorization: 'Bearer x' }
    expect(await statusOf(path, 'POST', '/v1/sessions', { headers })).toBe(404)
    expect(await statusOf(path, 'DELETE', '/v1/sessions/aa', { headers })).toBe(404)
  })

  it.each([false, true])('refuses browsers and other hosts (on a port: %s)', async (tcp) => {
    const where = await listening({ tcp })
    const status = (headers: Record<string, string | string[]>): Promise<number> =>
      statusOf(where, 'GET', '/healthz', { headers })
    expect(await status({})).toBe(200)
    expect(await status({ origin: 'null' })).toBe(403)
    expect(await status({ 'sec-fetch-site': 'none' })).toBe(403)
    expect(await status({ host: 'evil.example' })).toBe(421)
    expect(await status({ host: tcp ? 'localhost' : '127.0.0.1:1' })).toBe(421)
    expect(await status({ authorization: ['Bearer a', 'Bearer b'] })).toBe(400)
  })

  it('listens on 127.0.0.1 alone', async () => {
    const port = Number(await listening({ tcp: true }))
    const elsewhere = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.2', () => {
        socket.destroy()
        resolve('connected')
      })
      socket.on('error', () => resolve('refused'))
    })
    expect(elsewhere).toBe('refused')
  })

  it('has a socket of the mode that was asked for, in a folder that nobody else can write to', async () => {
    expect(statSync(String(await listening())).mode & 0o777).toBe(0o660)
    chmodSync(folder, 0o777)
    await expect(listening()).rejects.toThrow(refusal(/can be written by others/))
  })

  it('takes no socket of a process that is there, and no file', async () => {
    const path = String(await listening())
    const again = (at: string): Promise<ControlListener> =>
      openControlListener({
        address: { path: at, mode: 0o600 },
        answer: () => Promise.reject(new Error('no')),
        maxRequests: 1,
      })
    await expect(again(path)).rejects.toThrow(refusal(/another process listens/))
    const file = join(folder, 'file')
    writeFileSync(file, '')
    await expect(again(file)).rejects.toThrow(refusal(/something else is there/))
    await open.shift()?.close()
    expect(existsSync(path)).toBe(false)
  })

  it('answers so many requests at the same time and no more', async () => {
    let release = (): void => undefined
    const waits = new Promise<void>((resolve) => (release = resolve))
    const metrics: ControlPorts['metrics'] = () => waits.then(() => ({ type: 'text/plain', text: '' }))
    const path = await listening({ ports: { metrics }, maxRequests: 2 })
    const slow = [ask(path, 'GET', '/metrics'), ask(path, 'GET', '/metrics')]
    await expect.poll(() => statusOf(path, 'GET', '/healthz')).toBe(503)
    release()
    await Promise.all(slow)
    expect(await statusOf(path, 'GET', '/healthz')).toBe(200)
  })

  it.each([
    ['say nothing', ''],
    ['send half a header', 'GET /healthz HTTP/1.1\r\nHost: local'],
    [
      'send half a body',
      'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\nContent-Length: 9\r\n\r\n{',
    ],
  ])('answers who asks while others %s', async (_what, sent) => {
    const path = String(await listening({ maxRequests: 2 }))
    const others = await Promise.all(Array.from({ length: 8 }, () => half(path, sent)))
    expect(await statusOf(path, 'GET', '/healthz')).toBe(200)
    for (const other of others) other.destroy()
  })

  it('keeps the place of who is being answered, whoever comes', async () => {
    let release = (): void => undefined
    let asked = 0
    const waits = new Promise<void>((resolve) => (release = resolve))
    const metrics: ControlPorts['metrics'] = () => {
      asked++
      return waits.then(() => ({ type: 'text/plain', text: '' }))
    }
    const path = String(await listening({ ports: { metrics }, maxRequests: 2 }))
    const slow = statusOf(path, 'GET', '/metrics').catch(() => 0)
    await expect.poll(() => asked).toBe(1)
    const { ended, others } = await newcomers(path, 8)
    // Three of them have a place beside it.
    await expect.poll(ended).toBe(5)
    release()
    expect(await slow).toBe(200)
    for (const other of others) other.destroy()
  })

  it('has no more connections than twice the requests that it answers', async () => {
    const path = String(await listening({ maxRequests: 2 }))
    const { ended, others } = await newcomers(path, 8)
    await expect.poll(ended).toBe(4)
    for (const other of others) other.destroy()
  })

  it('says nothing of an error that is not its own', async () => {
    const path = await listening({ ports: { readiness: () => Promise.reject(new Error('password=hunter2')) } })
    expect(await ask(path, 'GET', '/readyz')).toMatchObject({ status: 500, body: { error: { code: 'ERR_INTERNAL' } } })
    expect((await ask(path, 'GET', '/readyz')).text).not.toContain('hunter2')
  })
})

describe('sessions over a control listener', () => {
  it('are opened by a token, for all targets or some, and ended by whoever has it', async () => {
    const { issuer, sessions } = await makeBench()
    const ports = { openSession: sessions.open.bind(sessions), endSession: sessions.end.bind(sessions) }
    const path = await listening({ ports })
    const token = await issuer.token()
    const headers = { authorization: `Bearer ${token}` }
    const { body, status } = await ask(path, 'POST', '/v1/sessions', { headers })
    expect([status, Object.keys(body['capabilities'] as object)]).toEqual([201, ['orders', 'billing']])
    const some = await ask(path, 'POST', '/v1/sessions', asJson({ targets: ['billing'] }, headers))
    expect(Object.keys(some.body['capabilities'] as object)).toEqual(['billing'])
    for (const targets of [[], ['orders', 'orders'], ['else'], 'orders', null])
      expect(await statusOf(path, 'POST', '/v1/sessions', asJson({ targets }, headers))).toBe(400)
    expect(await statusOf(path, 'POST', '/v1/sessions', asJson({ change: 'x' }, headers))).toBe(400)
    expect(sessions.size).toBe(2)
    const end = (authorization: string): Promise<number> =>
      statusOf(path, 'DELETE', `/v1/sessions/${String(body['session'])}`, { headers: { authorization } })
    expect([await end('Bearer x'), await end('Basic x'), await end(`Bearer ${token}`)]).toEqual([401, 401, 200])
    expect(sessions.size).toBe(1)
  })

  it('need a proof where the token is bound, with the scheme that says so', async () => {
    const { issuer, sessions } = await makeBench({}, { engine: 'doors', nonce: true, required: false })
    const path = await listening({ ports: { openSession: sessions.open.bind(sessions) } })
    const key = await makeBoundKey()
    const token = await issuer.token({ cnf: key.cnf })
    const tried = (headers: Record<string, string>): ReturnType<typeof ask> =>
      ask(path, 'POST', '/v1/sessions', { headers })
    const challenge = await tried({ authorization: `DPoP ${token}`, dpop: await key.proof('doors', token) })
    expect([challenge.status, challenge.headers['www-authenticate']]).toEqual([401, 'DPoP error="use_dpop_nonce"'])
    const nonce = challenge.headers['dpop-nonce'] as string
    const good = { authorization: `DPoP ${token}`, dpop: await key.proof('doors', token, nonce) }
    for (const headers of [
      { authorization: `Bearer ${token}` },
      { ...good, authorization: `Bearer ${token}` },
      { authorization: `DPoP ${token}` },
      { ...good, dpop: await key.proof('others', token, nonce) },
      { ...good, dpop: await (await makeBoundKey()).proof('doors', token, nonce) },
    ])
      expect((await tried(headers)).status).toBe(401)
    expect(sessions.size).toBe(0)
    // A proof works once.
    expect([(await tried(good)).status, (await tried(good)).status]).toEqual([201, 401])
  })

  it.each([
    ['no JSON', 'x', 'application/json'],
    ['a list', '[]', 'application/json'],
    ['another type', '{}', 'text/plain'],
    ['too much', `{"a":"${'x'.repeat(16 * 1024)}"}`, 'application/json'],
  ])('are not opened with a body that is %s', async (_what, body, type) => {
    const { issuer, sessions } = await makeBench()
    const path = await listening({ ports: { openSession: sessions.open.bind(sessions) } })
    const headers = { authorization: `Bearer ${await issuer.token()}`, 'content-type': type }
    expect(await statusOf(path, 'POST', '/v1/sessions', { headers, body })).toBe(400)
    expect(sessions.size).toBe(0)
  })
})

describe('approvals over a control listener that is for approvers', () => {
  it('are shown and handed in', async () => {
    const path = await listening({ roles: { sessions: false, approvals: true } })
    const shown = await ask(path, 'GET', '/v1/approvals')
    expect(shown.body['approvals']).toMatchObject([{ id: 'aa', view: { text: 'delete everything' } }])
    const receipt = await ask(path, 'POST', '/v1/approvals/aa', asJson({ evidence: 'signed' }))
    expect([receipt.body, submitted]).toEqual([{ counted: true }, [['aa', 'signed']]])
    for (const body of [{}, { evidence: 1 }, { evidence: 'x', more: 1 }])
      expect(await statusOf(path, 'POST', '/v1/approvals/aa', asJson(body))).toBe(400)
    expect(submitted).toHaveLength(1)
  })
})

describe('what people decide besides', () => {
  const receipts = [
    ['policy-changes', 'applied'],
    ['reviews', 'counted'],
    ['revocations', 'lifted'],
  ] as const

  it.each(receipts)('is taken where approvals are: %s', async (collection, said) => {
    const path = await listening({ roles: { approvals: true } })
    const receipt = await ask(path, 'POST', `/v1/${collection}/aa`, asJson({ evidence: 'signed' }))
    expect([receipt.status, receipt.body]).toEqual([200, { [said]: false, reason: 'aa' }])
    for (const body of [{}, { evidence: 1 }, { evidence: 'x', more: 1 }])
      expect(await statusOf(path, 'POST', `/v1/${collection}/aa`, asJson(body))).toBe(400)
    const agents = await listening()
    expect(await statusOf(agents, 'POST', `/v1/${collection}/aa`, asJson({ evidence: 'signed' }))).toBe(404)
  })

  it('is shown where approvals are, and nowhere else', async () => {
    const [path, agents] = [await listening({ roles: { approvals: true } }), await listening()]
    expect((await ask(path, 'GET', '/v1/policy-changes')).body).toEqual({ policyChanges: [] })
    expect((await ask(path, 'GET', '/v1/reviews')).body).toEqual({ reviews: [] })
    for (const each of ['policy-changes', 'reviews']) expect(await statusOf(agents, 'GET', `/v1/${each}`)).toBe(404)
  })
})

describe('what is said about an error', () => {
  it.each([
    ['ERR_LIMIT_EXCEEDED', 429],
    ['ERR_REVOKED', 403],
    ['ERR_LEDGER_UNAVAILABLE', 503],
    ['ERR_DENIED', 403],
    ['ERR_POLICY_INVALID', 500],
  ] as const)('%s is %i', (code, status) => {
    expect(errorAnswer(new BothKeysError(code, 'why'))).toMatchObject({ status, body: expect.stringContaining(code) })
  })
})
