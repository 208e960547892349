import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createHeld } from 'node:net'
import { generateKeyPair, exportJWK } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import type { ApprovalRequest, Approver, ProvenVote, VoteReceipt } from '../../src/approvals/approver.js'
import { approvalRequest } from '../../src/approvals/request.js'
import { endOf, endReason } from '../../src/approvals/ended-signal.js'
import { maxAnswers } from '../../src/approvals/relay-conversation.js'
import { webhookApprover } from '../../src/approvals/webhook-approver.js'
import { over } from '../../src/model/over.js'
import { boundHold, engineKey, hurried, relay, webhook } from './relay-support.js'
import type { Behaviour, RelayServer } from './relay-server.js'
import { desk, deskJwk } from './signed-support.js'

const id = '0'.repeat(32)

/** A request as the engine makes it. */
function requestOf(engine = 'orders', expiresAtMs = Date.now() + 60_000): ApprovalRequest {
  return approvalRequest(id, boundHold(engine), expiresAtMs, engine)
}

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

async function server(behave?: Behaviour): Promise<RelayServer> {
  const made = relay()
  if (behave !== undefined) made.behave = behave
  await made.listen()
  open.push(made)
  return made
}

/** A request that an approver was asked for: what it votes, and what came of asking. */
class Asking {
  readonly votes: string[] = []
  readonly over = new AbortController()
  readonly done: Promise<unknown>
  receipt: (evidence: string) => VoteReceipt = () => ({ counted: true })

  constructor(approver: Approver, request = requestOf()) {
    const vote = (given: unknown): Promise<VoteReceipt> => {
      const { evidence } = given as ProvenVote
      this.votes.push(evidence)
      return Promise.resolve(this.receipt(evidence))
    }
    this.done = approver.ask(request, vote, this.over.signal).then(
      () => 'resolved',
      (error: unknown) => error,
    )
  }

  async end(how: Parameters<typeof endReason>[0] = 'consumed'): Promise<unknown> {
    this.over.abort(endReason(how))
    return this.done
  }
}

/** The answer to what was told last was read: what follows was asked. */
async function settled(on: RelayServer): Promise<void> {
  const asked = on.of('/answers').length
  await expect.poll(() => on.of('/answers').length).toBeGreaterThan(asked)
}

const unavailable = (why: string): unknown =>
  expect.objectContaining({ code: 'ERR_APPROVAL_UNAVAILABLE', message: expect.stringContaining(why) as unknown })

/** Why a server was given up that does this. A deadline in which a busy machine did not come to its answer was too short. */
async function givenUp(behave: Behaviour, times: Parameters<typeof webhook>[2] = {}) {
  for (let deadlineMs = 200; ; deadlineMs *= 2) {
    const on = await server(behave)
    const asking = new Asking(webhook(on.url, { deadlineMs }, times))
    const why = await asking.done
    const isCutOff = why instanceof Error && why.message.includes('it could not be asked')
    if (!isCutOff || deadlineMs > 30_000) return { asking, on, why }
  }
}

/** What a server does to messages with this end, so many times; then it behaves. */
function first(times: number, end: string, reply: Behaviour): Behaviour {
  let left = times
  return (seen, response) => {
    if (!(seen.path.split('?')[0] ?? '').endsWith(end) || left === 0) return undefined
    left--
    return reply(seen, response)
  }
}

const write =
  (status: number, body: string | Buffer): Behaviour =>
  (_seen, response) => {
    response.writeHead(status).end(body)
    return 'by hand'
  }
const hang: Behaviour = () => 'by hand'
const drip: Behaviour = (_seen, response) => {
  response.writeHead(200)
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
  return 'by hand'
}
const endless: Behaviour = (_seen, response) => {
  response.writeHead(200)
  const chunk = Buffer.alloc(64 * 1024, 32)
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more)
  }
  more()
  return 'by hand'
}
const cut: Behaviour = (_seen, response: ServerResponse) => {
  response.destroy()
  return 'by hand'
}
const status =
  (code: number, headers: Record<string, string> = {}): Behaviour =>
  () => ({ status: code, json: {}, headers })

/** For what would take its time. */
const short = { exchangeMs: 1_000 }

const passing: readonly (readonly [string, Behaviour])[] = [
  ['fails', status(500)],
  ['is too busy', status(503)],
  ['asks to be left alone', status(429)],
  ['took too long', status(408)],
  ['ends the connection', cut],
  ['never answers', hang],
  ['drips', drip],
  ['never stops', endless],
  ['answers no JSON', write(200, '{')],
  ['answers a list', write(200, '[]')],
  ['answers nothing', write(200, '')],
  ['answers a name twice', write(200, '{"answers":[],"answers":[],"state":"pending"}')],
]

describe('asking for a request', () => {
  it('sends it signed, as it can be read there', async () => {
    const on = await server()
    const request = requestOf()
    const asking = new Asking(webhook(on.url), request)
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
    expect(on.of('/v1/requests')).toMatchObject([{ method: 'POST', engine: 'orders' }])
    expect(on.requests.get(id)?.subject).toEqual(request.subject)
    expect(await asking.end()).toBe('resolved')
    expect(on.refusedTokens).toEqual([])
  })

  it.each(passing)('is tried again when the other side %s', async (_what, misbehave) => {
    const on = await server(first(1, '/v1/requests', misbehave))
    const asking = new Asking(webhook(on.url, {}, short))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
    expect(on.of('/v1/requests').length).toBeGreaterThan(1)
    expect(await asking.end()).toBe('resolved')
  })

  it.each([400, 401, 403, 404, 409, 410, 413, 415, 302, 307, 204])(
    'is given up when it is answered with %i',
    async (code) => {
      const on = await server(status(code, { location: '/v1/other' }))
      const asking = new Asking(webhook(on.url))
      expect(await asking.done).toEqual(unavailable(`HTTP ${String(code)}`))
      expect(on.seen).toHaveLength(1)
    },
  )

  it.each(passing)('is given up in the end when the other side always %s', async (_what, misbehave) => {
    const on = await server(misbehave)
    const asking = new Asking(webhook(on.url, { deadlineMs: 250 }, short))
    expect(await asking.done).toEqual(unavailable(''))
    expect(asking.votes).toEqual([])
  })

  it('backs off from a server that fails', async () => {
    const { on, why } = await givenUp(status(500), { backOffMs: 100_000, mostBackOffMs: 100_000 })
    expect(why).toEqual(unavailable('HTTP 500'))
    expect(on.seen).toHaveLength(1)
  })

  it('is given up in the end when nobody listens', async () => {
    // A port that no system gives out by itself.
    const asking = new Asking(webhook('http://127.0.0.1:1', { deadlineMs: 200 }))
    expect(await asking.done).toEqual(unavailable('it could not be asked'))
  })

  it('is tried again when somebody answers at last', async () => {
    const late = relay()
    const refused: unknown[] = []
    let answers = false
    const held = createHeld((socket) => {
      if (answers) return late.take(socket)
      refused.push(socket.destroy())
    })
    await new Promise<void>((resolve) => held.listen(0, '127.0.0.1', resolve))
    open.push({ close: () => new Promise((resolve) => held.close(() => resolve())) }, late)
    const { port } = held.address() as AddressInfo
    const asking = new Asking(webhook(`http://127.0.0.1:${String(port)}`, { deadlineMs: 20_000 }))
    await expect.poll(() => refused.length).toBeGreaterThan(0)
    answers = true
    await expect.poll(() => late.of('/answers').length).toBeGreaterThan(0)
    expect(await asking.end()).toBe('resolved')
  })

  it('waits as long as it is told, within the deadline', async () => {
    const { on, why } = await givenUp(status(429, { 'retry-after': '3600' }))
    expect(why).toEqual(unavailable('HTTP 429'))
    expect(on.seen).toHaveLength(1)
  })

  it.each(['soon', '-1', '1e9', 'Wed, 21 Oct 2099 07:28:00 GMT'])('does not wait for %s', async (time) => {
    const on = await server(first(1, '/v1/requests', status(429, { 'retry-after': time })))
    const asking = new Asking(webhook(on.url, { deadlineMs: 20_000 }))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
    await asking.end()
  })

  it.each([
    ['elsewhere', { answers: 'http://127.0.0.1:1/v1/requests/1/answers' }],
    ['at another request', { answers: `/v1/requests/${'1'.repeat(32)}/answers` }],
    ['nowhere', {}],
    ['at once and later', { answers: `/v1/requests/${id}/answers`, evidence: [] }],
    ['in no list', { evidence: 'jws' }],
    ['with something else than text', { evidence: ['jws', 1] }],
    ['65 times', { evidence: Array(65).fill('jws') }],
  ])('is not understood when answers are said to be %s', async (_what, json) => {
    const { asking, on, why } = await givenUp(() => ({ status: 201, json }))
    expect(why).toEqual(unavailable('not understood'))
    expect(asking.votes).toEqual([])
    expect(on.of('/answers')).toEqual([])
  })

  it('follows no redirect, and sends nothing of the request there', async () => {
    const elsewhere = await server()
    const on = await server(status(307, { location: `${elsewhere.url}/v1/requests` }))
    expect(await new Asking(webhook(on.url)).done).toEqual(unavailable('HTTP 307'))
    expect([...elsewhere.seen, ...elsewhere.refusedTokens]).toEqual([])
  })

  it('is refused for another engine than the one whose key signs', async () => {
    const on = await server()
    expect(await new Asking(webhook(on.url), requestOf('stock')).done).toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    expect(on.seen).toEqual([])
  })

  it('is given up at once with a key that signs nothing', async () => {
    const on = await server()
    const { privateKey } = await generateKeyPair('Ed25519')
    const asking = new Asking(webhook(on.url, { key: privateKey, deadlineMs: 300_000 }))
    expect(await asking.done).toEqual(unavailable('could not be signed'))
    expect(on.seen).toEqual([])
  })

  it('is not begun for a request that is over', async () => {
    const on = await server()
    await webhook(on.url).ask(
      requestOf(),
      () => Promise.resolve({ counted: true }),
      AbortSignal.abort(endReason('void')),
    )
    expect(on.seen).toEqual([])
  })

  it('goes to the path behind the url, and is signed for what follows it', async () => {
    const on = await server()
    const behind = createServer((request, response) => {
      const { headers, method, url = '' } = request
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const body = method === 'GET' ? {} : { body: Buffer.concat(chunks) }
        const passed = { authorization: headers.authorization ?? '' }
        void fetch(`${on.url}${url.replace('/people', '')}`, { method: method ?? '', headers: passed, ...body }).then(
          async (answer) => response.writeHead(answer.status).end(await answer.text()),
          () => response.destroy(),
        )
      })
    })
    await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve))
    open.push({
      close: async () => {
        behind.closeAllConnections()
        await new Promise((resolve) => behind.close(resolve))
      },
    })
    const { port } = behind.address() as AddressInfo
    const asking = new Asking(webhook(`http://127.0.0.1:${String(port)}/people/`))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
    await asking.end()
    expect(on.refusedTokens).toEqual([])
  })
})

describe('waiting for answers', () => {
  it('hands each one in once, in order, and tells what became of it', async () => {
    const on = await server()
    const asking = new Asking(webhook(on.url))
    asking.receipt = (evidence) => (evidence === 'b' ? { counted: false, reason: 'no-role' } : { counted: true })
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
    on.answer(id, 'a')
    on.answer(id, 'b')
    await expect.poll(() => on.receipts.length).toBe(2)
    await settled(on)
    on.answer(id, 'a')
    await expect.poll(() => on.receipts.length).toBe(3)
    await settled(on)
    await asking.end()
    expect(asking.votes).toEqual(['a', 'b'])
    expect(on.receipts).toEqual([
      { n: 1, counted: true },
      { n: 2, counted: false, reason: 'no-role' },
      { n: 3, counted: true },
    ])
  })

  it.each([
    ...passing,
    ['forbids it', status(403)] as const,
    ['sends it away', status(302, { location: '/' })] as const,
  ])('goes on when the other side %s', async (_what, misbehave) => {
    const on = await server(first(1, '/answers', misbehave))
    on.answers.set(id, ['a'])
    const asking = new Asking(webhook(on.url, {}, short))
    await expect.poll(() => on.receipts.length).toBe(1)
    await asking.end()
    expect(asking.votes).toEqual(['a'])
  })

  it.each([
    ['no answers', { state: 'pending' }],
    ['answers that are no list', { answers: {}, state: 'pending' }],
    ['no state', { answers: [] }],
    ['an approved state', { answers: [{ n: 1, evidence: 'x' }], state: 'approved' }],
    ['evidence that is no text', { answers: [{ n: 1, evidence: { decision: 'allow' } }], state: 'pending' }],
    ['no number', { answers: [{ evidence: 'x' }], state: 'pending' }],
    ['a number that is none', { answers: [{ n: 1.5, evidence: 'x' }], state: 'pending' }],
    [
      'numbers that go back',
      {
        answers: [
          { n: 2, evidence: 'x' },
          { n: 1, evidence: 'x' },
        ],
        state: 'pending',
      },
    ],
    [
      'a number twice',
      {
        answers: [
          { n: 2, evidence: 'x' },
          { n: 2, evidence: 'y' },
        ],
        state: 'pending',
      },
    ],
    ['null', { answers: [null], state: 'pending' }],
  ])('takes nothing of an answer with %s', async (_what, json) => {
    const on = await server((seen) => (seen.path.includes('/answers') ? { status: 200, json } : undefined))
    const asking = new Asking(webhook(on.url))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(2)
    await asking.end()
    expect(asking.votes).toEqual([])
    expect(on.receipts).toEqual([])
  })

  it('takes nothing of an answer that has a name twice', async () => {
    const text = '{"answers":[],"answers":[{"n":1,"evidence":"x"}],"state":"pending"}'
    const on = await server(first(1_000, '/answers', write(200, text)))
    const asking = new Asking(webhook(on.url))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(1)
    await asking.end()
    expect(asking.votes).toEqual([])
  })

  it('takes nothing of an answer that is longer than a mebibyte', async () => {
    const text = JSON.stringify({ answers: [{ n: 1, evidence: 'x' }], state: 'pending' })
    const on = await server(first(1_000, '/answers', write(200, text + ' '.repeat(1024 * 1024))))
    const asking = new Asking(webhook(on.url))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(1)
    await asking.end()
    expect(asking.votes).toEqual([])
  })

  it('takes each number once from a server that tells all of them each time', async () => {
    const answers = ['a', 'b'].map((evidence, at) => ({ n: at + 1, evidence }))
    const on = await server((seen) =>
      seen.path.includes('/answers') ? { status: 200, json: { answers, state: 'pending' } } : undefined,
    )
    const asking = new Asking(webhook(on.url))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(3)
    answers.push({ n: 3, evidence: 'c' })
    await expect.poll(() => asking.votes.length).toBe(3)
    await settled(on)
    await asking.end()
    expect(asking.votes).toEqual(['a', 'b', 'c'])
    expect(on.receipts).toHaveLength(3)
  })

  it('does not ask without end when it is answered at once', async () => {
    const on = await server((seen) =>
      seen.path.includes('/answers') ? { status: 200, json: { answers: [], state: 'pending' } } : undefined,
    )
    const asking = new Asking(webhook(on.url, {}, { paceMs: 100_000 }))
    await expect.poll(() => on.of('/answers').length).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(on.of('/answers')).toHaveLength(1)
    await asking.end()
  })

  it('is given up when more answers come than people could give', async () => {
    let n = 0
    const on = await server((seen) => {
      if (!seen.path.includes('/answers')) return undefined
      const answers = Array.from({ length: 2_000 }, () => ({ n: ++n, evidence: `e${String(n)}` }))
      n -= 1_936
      return { status: 200, json: { answers, state: 'pending' } }
    })
    const asking = new Asking(webhook(on.url))
    expect(await asking.done).toEqual(unavailable('256 answers'))
    expect(asking.votes).toHaveLength(maxAnswers)
    expect(on.of('/answers').length).toBeGreaterThan(3)
    expect(on.of('/answers').length).toBeLessThan(8)
  })

  it('is given up when the same answer comes without end', async () => {
    let n = 0
    const on = await server((seen) =>
      seen.path.includes('/answers')
        ? {
            status: 200,
            json: { answers: Array.from({ length: 64 }, () => ({ n: ++n, evidence: 'a' })), state: 'pending' },
          }
        : undefined,
    )
    const asking = new Asking(webhook(on.url))
    expect(await asking.done).toEqual(unavailable('256 answers'))
    expect(asking.votes).toEqual(['a'])
  })

  it('asks for the request again when the relay forgot it, and counts nothing twice', async () => {
    const on = await server()
    on.answers.set(id, ['a'])
    const asking = new Asking(webhook(on.url))
    await expect.poll(() => on.receipts.length).toBe(1)
    on.requests.clear()
    on.answers.set(id, ['a', 'b'])
    await expect.poll(() => on.receipts.length).toBe(3)
    await asking.end()
    expect(asking.votes).toEqual(['a', 'b'])
    expect(on.of('/v1/requests')).toHaveLength(2)
  })

  it('is given up when a relay that forgot the request does not take it any more', async () => {
    const on = await server()
    const asking = new Asking(webhook(on.url))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
    on.behave = (seen) => (seen.path.endsWith('/v1/requests') ? { status: 410, json: {} } : { status: 404, json: {} })
    expect(await asking.done).toEqual(unavailable('HTTP 410'))
  })

  it('is given up when a relay that forgot the request answers at once then', async () => {
    const on = await server()
    const asking = new Asking(webhook(on.url))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
    on.behave = (seen) =>
      seen.path.endsWith('/v1/requests') ? { status: 200, json: { evidence: ['x'] } } : { status: 404, json: {} }
    expect(await asking.done).toEqual(unavailable('in another way'))
    expect(asking.votes).toEqual([])
  })

  it('is given up when the relay asks nobody any more', async () => {
    const on = await server((seen) =>
      seen.path.includes('/answers')
        ? { status: 200, json: { answers: [{ n: 1, evidence: 'a' }], state: 'over' } }
        : undefined,
    )
    const asking = new Asking(webhook(on.url))
    expect(await asking.done).toEqual(unavailable('it asks nobody any more'))
    expect(asking.votes).toEqual(['a'])
    expect(on.receipts).toHaveLength(1)
  })

  it('is not given up when it is over there a moment before it is here', async () => {
    const on = await server((seen) =>
      seen.path.includes('/answers') ? { status: 200, json: { answers: [], state: 'over' } } : undefined,
    )
    const asking = new Asking(webhook(on.url), requestOf('orders', Date.now() + 4_000))
    await expect.poll(() => on.of('/answers').length).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await asking.end('expired')).toBe('resolved')
    expect(on.ended.get(id)).toBe('expired')
  })

  it('tells receipts again that could not be told', async () => {
    const on = await server(first(1, '/receipts', status(500)))
    on.answers.set(id, ['a'])
    const asking = new Asking(webhook(on.url))
    await expect.poll(() => on.receipts.length).toBe(1)
    await settled(on)
    await asking.end()
    expect(on.receipts).toEqual([{ n: 1, counted: true }])
  })
})

describe('a server that answers at once', () => {
  it('has its answers handed in and nothing else told', async () => {
    const on = await server(() => ({ status: 200, json: { evidence: ['a', 'b', 'a'] } }))
    const asking = new Asking(webhook(on.url))
    expect(await asking.done).toBe('resolved')
    expect(asking.votes).toEqual(['a', 'b'])
    await asking.end()
    expect(on.seen).toHaveLength(1)
  })

  it('is not told the end that its answer brought about', async () => {
    const on = await server(() => ({ status: 200, json: { evidence: ['no'] } }))
    const asking = new Asking(webhook(on.url))
    asking.receipt = () => {
      asking.over.abort(endReason('denied'))
      return { counted: true }
    }
    expect(await asking.done).toBe('resolved')
    expect(on.seen).toHaveLength(1)
  })

  it.each([[[]], [['a']]])('and with nothing that counts, has nobody wait: %o', async (evidence) => {
    const on = await server(() => ({ status: 201, json: { evidence } }))
    const asking = new Asking(webhook(on.url))
    asking.receipt = () => ({ counted: false, reason: 'no-evidence' })
    expect(await asking.done).toEqual(unavailable('nothing that counts'))
  })
})

describe('the end of a request', () => {
  it.each(['consumed', 'denied', 'expired', 'withdrawn', 'void', 'unavailable'] as const)(
    'is told: %s',
    async (how) => {
      const on = await server()
      const asking = new Asking(webhook(on.url))
      await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
      expect(await asking.end(how)).toBe('resolved')
      expect(on.ended.get(id)).toBe(how)
    },
  )

  it('is told after the receipt of the answer that ended it', async () => {
    const on = await server()
    on.answers.set(id, ['no', 'later'])
    const asking = new Asking(webhook(on.url))
    asking.receipt = () => {
      asking.over.abort(endReason('denied'))
      return { counted: true }
    }
    expect(await asking.done).toBe('resolved')
    expect(asking.votes).toEqual(['no'])
    expect(on.receipts).toEqual([{ n: 1, counted: true }])
    expect(on.seen.at(-1)?.path).toBe(`/v1/requests/${id}/end`)
  })

  it('is told also when it came while the request was sent', async () => {
    let asking: Asking | undefined
    const on = await server(
      first(1, '/v1/requests', () => {
        asking?.over.abort(endReason('withdrawn'))
        return 'by hand'
      }),
    )
    asking = new Asking(webhook(on.url))
    expect(await asking.done).toBe('resolved')
    expect(on.of('/end')).toHaveLength(1)
  })

  it.each(passing.filter(([what]) => !what.startsWith('answers')))(
    'is told again when the other side %s',
    async (_what, misbehave) => {
      const on = await server(first(1, '/end', misbehave))
      const asking = new Asking(webhook(on.url, {}, { ...short, endMs: 20_000 }))
      await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
      await asking.end('denied')
      expect(on.ended.get(id)).toBe('denied')
    },
  )

  it.each([...passing.filter(([what]) => !what.startsWith('answers')), ['refuses it', status(409)] as const])(
    'is no longer told when the other side always %s',
    async (_what, misbehave) => {
      const on = await server(first(1_000, '/end', misbehave))
      const asking = new Asking(webhook(on.url, {}, { endMs: 300 }))
      await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
      expect(await asking.end('denied')).toBe('resolved')
    },
  )

  it('is not told when nobody said how it was', async () => {
    const on = await server()
    const asking = new Asking(webhook(on.url))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
    asking.over.abort(over)
    expect(await asking.done).toBe('resolved')
    expect(on.of('/end')).toEqual([])
    expect(endOf(asking.over.signal)).toBeUndefined()
  })

  it('leaves no timer, connection or listener', async () => {
    const on = await server()
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    for (let asked = 0; asked < 20; asked++) {
      on.seen.length = 0
      const asking = new Asking(webhook(on.url))
      await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
      await asking.end('denied')
      expect(getEventListeners(asking.over.signal, 'abort')).toEqual([])
    }
    // What else goes on in this process has a few of its own.
    await expect.poll(timers).toBeLessThan(before + 10)
    await expect.poll(() => on.waiting).toBe(0)
  })

  it.each([
    ['while it waits for answers', () => undefined],
    ['while the answer drips', first(100, '/answers', drip)],
    ['while it waits after a failure', first(100, '/answers', status(503, { 'retry-after': '60' }))],
  ])('ends it all %s', async (_what, behave) => {
    const on = await server(behave)
    const asking = new Asking(webhook(on.url, {}, { exchangeMs: 600_000, waitS: 600, endMs: 20_000 }))
    await expect.poll(() => on.of('/answers').length).toBeGreaterThan(0)
    await asking.end('withdrawn')
    expect(on.ended.get(id)).toBe('withdrawn')
    expect(getEventListeners(asking.over.signal, 'abort')).toEqual([])
  })
})

describe('the options of a webhook approver', () => {
  const options = {
    name: 'relay',
    url: 'https://relay.example',
    issuer: desk,
    jwks: { keys: [deskJwk] },
    engine: 'orders',
    key: engineKey.privateKey,
    algorithm: 'ES256',
  } as const

  it.each<readonly [string, object]>([
    ['that does not exist', { timeout: 1 }],
    ['url that is none', { url: 'relay' }],
    ['url without TLS', { url: 'http://relay.example' }],
    ['url with credentials', { url: 'https://a:b@relay.example' }],
    ['url with a query', { url: 'https://relay.example/?a=1' }],
    ['url with a fragment', { url: 'https://relay.example/#a' }],
    ['issuer that is none', { issuer: '' }],
    ['engine that is none', { engine: '' }],
    ['engine that is no text', { engine: 1 }],
    ['key id that is none', { keyId: '' }],
    ['algorithm with which whoever checks signs', { algorithm: 'HS256' }],
    ['key that is public', { key: engineKey.publicKey }],
    ['key that is a public JWK', { key: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } }],
    ['key that is symmetric', { key: { kty: 'oct', k: 'k', d: 'd' } }],
    ['key that is none', { key: null }],
    ['key that is text', { key: 'key' }],
    ['deadline that is none', { deadlineMs: 0 }],
    ['deadline of ten minutes', { deadlineMs: 600_000 }],
    ['deadline that no timer keeps', { deadlineMs: Number.NaN }],
    ['tolerance of an hour', { clockToleranceS: 3_600 }],
    ['private key of the relay', { jwks: { keys: [{ ...deskJwk, d: 'd' }] } }],
  ])('are refused with one %s', (_what, change) => {
    expect(() => webhookApprover({ ...options, ...change })).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }),
    )
  })

  it('are fine', async () => {
    const key = await exportJWK(engineKey.privateKey)
    expect(webhookApprover({ ...options, key, keyId: 'k', deadlineMs: 1_000 })).toMatchObject({ level: 'signed' })
    expect(webhookApprover({ ...options, url: 'http://localhost:1/a' }).name).toBe('relay')
    expect(hurried.waitS).toBeLessThan(1)
  })
})
