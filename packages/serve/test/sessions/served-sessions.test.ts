import { describe, expect, it } from 'vitest'
import { firstUseMs } from '@bothkeys/core/adapter'
import { login, makeBench, stays } from '../support/served.js'

const refusal = (code: string, message = /./): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) })

describe('a token as a password', () => {
  it('opens one session for all connections that come with it, and the last one ends it', async () => {
    const { count, issuer, sessions } = await makeBench()
    const token = await issuer.token()
    const pool = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        sessions.admit(index % 2 === 0 ? 'orders' : 'billing', login(token), stays),
      ),
    )
    expect(new Set(pool.map(({ session }) => session)).size).toBe(1)
    expect([count.opened, sessions.size]).toEqual([1, 1])
    for (const { release } of pool.slice(1)) release()
    expect(pool[0]?.session.closed).toBe(false)
    pool[0]?.release()
    await expect.poll(() => [count.closed, sessions.size]).toEqual([1, 0])
    const again = await sessions.admit('orders', login(token), stays)
    expect(again.session).not.toBe(pool[0]?.session)
  })

  it('is not ended by a connection that is released twice', async () => {
    const { issuer, sessions } = await makeBench()
    const token = await issuer.token()
    const [one, other] = [
      await sessions.admit('orders', login(token), stays),
      await sessions.admit('orders', login(token), stays),
    ]
    one.release()
    one.release()
    expect(other.session.closed).toBe(false)
  })

  it('is not shared with another token of the same agent', async () => {
    const { issuer, sessions } = await makeBench()
    const [one, other] = [
      await sessions.admit('orders', login(await issuer.token()), stays),
      await sessions.admit('orders', login(await issuer.token()), stays),
    ]
    expect(one.session).not.toBe(other.session)
  })

  it('opens a new session when the shared one was ended meanwhile', async () => {
    const { issuer, sessions } = await makeBench()
    const token = await issuer.token()
    const one = await sessions.admit('orders', login(token), stays)
    await one.session.close()
    const other = await sessions.admit('orders', login(token), stays)
    expect([other.session.closed, other.session === one.session]).toEqual([false, false])
    one.release()
    expect(other.session.closed).toBe(false)
  })

  it('that is bound to a key is refused and shown the way', async () => {
    const { issuer, sessions } = await makeBench({}, { engine: 'doors', required: false })
    const token = await issuer.token({ cnf: { jkt: 'A'.repeat(43) } })
    await expect(sessions.admit('orders', login(token), stays)).rejects.toThrow(
      refusal('ERR_TOKEN_INVALID', /as a password/),
    )
  })

  it.each(['', 'x', 'a.b.c', 'bk_'])('is refused when it is %j', async (password) => {
    const { count, sessions } = await makeBench()
    await expect(sessions.admit('orders', login(password), stays)).rejects.toThrow(refusal('ERR_TOKEN_INVALID'))
    expect([count.opened, sessions.size]).toEqual([0, 0])
  })

  it('of another issuer is refused', async () => {
    const { sessions } = await makeBench()
    const other = await makeBench()
    // Signed by other keys, and by an issuer of another name.
    await expect(sessions.admit('orders', login(await other.issuer.token()), stays)).rejects.toThrow(
      refusal('ERR_TOKEN_INVALID'),
    )
    const foreign = `x.${Buffer.from('{"iss":"https://elsewhere","sub":"x"}').toString('base64url')}.x`
    await expect(sessions.admit('orders', login(foreign), stays)).rejects.toThrow(
      refusal('ERR_TOKEN_INVALID', /issuer/),
    )
  })

  it('that was refused once is looked at again', async () => {
    const { issuer, sessions } = await makeBench({ sessions: 1 })
    const [one, other] = [await issuer.token({ sub: 'one' }), await issuer.token({ sub: 'other' })]
    const first = await sessions.admit('orders', login(one), stays)
    await expect(sessions.admit('orders', login(other), stays)).rejects.toThrow(refusal('ERR_LIMIT_EXCEEDED'))
    first.release()
    await expect.poll(() => sessions.size).toBe(0)
    expect((await sessions.admit('orders', login(other), stays)).session.closed).toBe(false)
  })

  it('of a client that left leaves no session behind', async () => {
    const { count, issuer, sessions } = await makeBench()
    const leaves = new AbortController()
    const admitted = sessions.admit('orders', login(await issuer.token()), leaves.signal)
    leaves.abort()
    await expect(admitted).rejects.toThrow(refusal('ERR_ABORTED'))
    await expect.poll(() => [count.opened, count.closed, sessions.size]).toEqual([1, 1, 0])
  })
})

describe('a session that was opened by itself', () => {
  it('is used by capabilities, one for each target', async () => {
    const { issuer, sessions } = await makeBench()
    const { capabilities, session } = await sessions.open({ token: await issuer.token() }, ['orders', 'billing'])
    const orders = await sessions.admit('orders', login(capabilities['orders'] ?? ''), stays)
    expect(orders.session).toBe(session)
    await expect(sessions.admit('billing', login(capabilities['orders'] ?? ''), stays)).rejects.toThrow(
      refusal('ERR_TOKEN_INVALID', /another target/),
    )
    orders.release()
    expect(session.closed).toBe(false)
    expect((await sessions.admit('orders', login(capabilities['orders'] ?? ''), stays)).session).toBe(session)
  })

  it('is refused a capability that was not used within a minute', async () => {
    const { clock, issuer, sessions } = await makeBench()
    const { capabilities } = await sessions.open({ token: await issuer.token() }, ['orders'])
    clock.ms = firstUseMs
    await expect(sessions.admit('orders', login(capabilities['orders'] ?? ''), stays)).rejects.toThrow(
      refusal('ERR_TOKEN_INVALID'),
    )
  })

  it('is refused nobody for logins that came to nothing, within that minute', async () => {
    const { clock, issuer, sessions } = await makeBench()
    const { capabilities, session } = await sessions.open({ token: await issuer.token() }, ['orders'])
    const admit = (): ReturnType<typeof sessions.admit> =>
      sessions.admit('orders', login(capabilities['orders'] ?? ''), stays)
    // The door is full, or its server is away.
    for (const failed of await Promise.all([admit(), admit()])) failed.release()
    expect(session.closed).toBe(false)
    const fine = await admit()
    fine.opened()
    fine.release()
    clock.ms = firstUseMs
    expect((await admit()).session).toBe(session)
  })

  it('ends with the last login that began within the minute and came to nothing', async () => {
    const { clock, issuer, sessions } = await makeBench()
    const { capabilities, session } = await sessions.open({ token: await issuer.token() }, ['orders'])
    const [one, other] = await Promise.all(
      [1, 2].map(() => sessions.admit('orders', login(capabilities['orders'] ?? ''), stays)),
    )
    clock.ms = firstUseMs
    one?.release()
    expect(session.closed).toBe(false)
    other?.release()
    expect(session.closed).toBe(true)
    await expect.poll(() => sessions.size).toBe(0)
  })

  it('takes its capabilities with it', async () => {
    const { issuer, sessions } = await makeBench()
    const { capabilities, session } = await sessions.open({ token: await issuer.token() }, ['orders'])
    await session.close()
    await expect(sessions.admit('orders', login(capabilities['orders'] ?? ''), stays)).rejects.toThrow(
      refusal('ERR_TOKEN_INVALID'),
    )
    expect(sessions.size).toBe(0)
  })

  it('is ended by whoever has its capability or its token, and by nobody else', async () => {
    const { issuer, sessions } = await makeBench()
    const token = await issuer.token()
    const one = await sessions.open({ token }, ['orders'])
    const two = await sessions.open({ token }, ['orders'])
    const other = await sessions.open({ token: await issuer.token() }, ['orders'])
    for (const secret of [other.capabilities['orders'] ?? '', await issuer.token(), '', 'bk_'])
      expect(await sessions.end(one.session.id, secret)).toBe(false)
    expect(await sessions.end('0'.repeat(32), token)).toBe(false)
    expect(one.session.closed).toBe(false)
    expect(await sessions.end(one.session.id, one.capabilities['orders'] ?? '')).toBe(true)
    expect(await sessions.end(two.session.id, token)).toBe(true)
    expect([one.session.closed, two.session.closed, other.session.closed]).toEqual([true, true, false])
  })
})

describe('the sessions of the process', () => {
  it('are capped, whoever asks for them', async () => {
    const { issuer, sessions } = await makeBench({ sessions: 2 })
    const open = async (sub: string): Promise<unknown> =>
      sessions.open({ token: await issuer.token({ sub }) }, ['orders'])
    await Promise.all([open('a'), open('b')])
    // How many there are is nothing to those who have none.
    await expect(open('c')).rejects.toThrow(refusal('ERR_LIMIT_EXCEEDED', /^[^0-9]+$/))
  })

  it('are capped for each account, also when all come at the same time', async () => {
    const { count, issuer, sessions } = await makeBench({ sessionsPerSubject: 3 })
    const tokens = await Promise.all(Array.from({ length: 10 }, () => issuer.token()))
    const opened = await Promise.allSettled(tokens.map((token) => sessions.open({ token }, ['orders'])))
    expect(opened.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    await expect.poll(() => count.opened - count.closed).toBe(3)
    await expect(sessions.open({ token: await issuer.token() }, ['orders'])).rejects.toThrow(
      refusal('ERR_LIMIT_EXCEEDED', /^this account has as many sessions open as one may have$/),
    )
    // Who only says to be somebody learns nothing of what that account has.
    const other = await makeBench()
    await expect(sessions.open({ token: await other.issuer.token() }, ['orders'])).rejects.toThrow(
      refusal('ERR_TOKEN_INVALID'),
    )
    await expect(sessions.open({ token: await issuer.token({ sub: 'other' }) }, ['orders'])).resolves.toBeDefined()
  })

  it('are no more once the process ends', async () => {
    const { issuer, sessions } = await makeBench()
    const token = await issuer.token()
    const { capabilities } = await sessions.open({ token }, ['orders'])
    sessions.refuseNew()
    await expect(sessions.admit('orders', login(token), stays)).rejects.toThrow(refusal('ERR_SESSION_CLOSED'))
    await expect(sessions.admit('orders', login(capabilities['orders'] ?? ''), stays)).rejects.toThrow(
      refusal('ERR_SESSION_CLOSED'),
    )
    await expect(sessions.open({ token }, ['orders'])).rejects.toThrow(refusal('ERR_SESSION_CLOSED'))
  })

  it('are none of a token whose session was opened while the process began to end', async () => {
    const { count, issuer, sessions } = await makeBench()
    const opening = sessions.open({ token: await issuer.token() }, ['orders'])
    sessions.refuseNew()
    await expect(opening).rejects.toThrow(refusal('ERR_SESSION_CLOSED'))
    await expect.poll(() => [count.opened, count.closed, sessions.size]).toEqual([1, 1, 0])
  })
})
