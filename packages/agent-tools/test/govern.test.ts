import { openToolStage, type ToolStage } from '@bothkeys/agent-stage'
import { BothKeysError, type Session } from '@bothkeys/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type CallDescription, governed, ToolFailure, toolTarget, type Work } from '../src/index.js'

let stage: ToolStage
let session: Session
beforeEach(async () => {
  stage = await openToolStage()
  session = await stage.session()
})
afterEach(() => stage.close())

const card = '4111 1111 1111 1111'
const to = (mailbox: string): CallDescription => ({ effects: [{ duty: 'write', resource: `mailbox:${mailbox}` }] })

interface Input {
  to: string
  text: string
  more?: { at: string[] }
}

/** What ran, and on what. */
class Mail {
  readonly ran: Input[] = []
  answer: (input: Input, signal: AbortSignal) => Promise<string> = ({ text }) => Promise.resolve(`sent ${text}`)

  readonly work: Work<Input, string> = {
    run: (input, signal) => {
      this.ran.push(input)
      return this.answer(input, signal)
    },
    masked: (answer, mask) => mask(answer),
  }
}

let mail: Mail
beforeEach(() => {
  mail = new Mail()
})

const call = (
  input: Input,
  {
    describe = ({ to: mailbox }: Input): CallDescription | Promise<CallDescription> => to(mailbox),
    describeMs = 10_000,
    signal = new AbortController().signal,
    onHeld = () => undefined,
  } = {},
): Promise<string> =>
  governed(session, { name: 'mail', target: stage.mail, describe, describeMs }, input, { signal, onHeld }, mail.work)

const outcomes = (): unknown[] =>
  stage.journal.events.flatMap((event) =>
    event.type === 'action.outcome' ? [(event as { outcome?: unknown }).outcome] : [],
  )
const hello = { to: 'ada', text: 'hello' }

describe('a governed function', () => {
  it('runs what is allowed, once, and says so in the record', async () => {
    expect(await call(hello)).toBe('sent hello')
    expect(mail.ran).toEqual([hello])
    expect(outcomes()).toEqual(['completed'])
  })

  it('does not run what is denied', async () => {
    await expect(call({ ...hello, to: 'outside' })).rejects.toMatchObject({
      code: 'ERR_DENIED',
      rules: ['no-outside-mail'],
    })
    expect(mail.ran).toEqual([])
  })

  it('does not run what nobody allows, nor what has no effects that anybody knows', async () => {
    const bank = () => ({ effects: [{ duty: 'write' as const, resource: 'bank:account' }] })
    await expect(call(hello, { describe: bank })).rejects.toMatchObject({ code: 'ERR_DENIED' })
    await expect(call(hello, { describe: () => ({ effects: [] }) })).rejects.toMatchObject({ code: 'ERR_DENIED' })
    expect(mail.ran).toEqual([])
    expect(JSON.stringify(stage.journal.events)).toContain('"duty":"opaque","resource":"tool:')
  })

  it('does not run where nobody can say what the call does, and nothing of why is told', async () => {
    const describe = (): CallDescription => {
      throw new Error('password=hunter2')
    }
    const error = await call(hello, { describe }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ERR_STATEMENT_INVALID' })
    expect(String(error)).not.toContain('hunter2')
    expect(mail.ran).toEqual([])
  })

  it('is described by whoever takes a moment to say what it does', async () => {
    const describe = ({ to: mailbox }: Input) => Promise.resolve(to(mailbox))
    expect(await call(hello, { describe })).toBe('sent hello')
    await expect(call({ ...hello, to: 'outside' }, { describe })).rejects.toMatchObject({ code: 'ERR_DENIED' })
    const fails = () => Promise.reject(new Error('password=hunter2'))
    await expect(call(hello, { describe: fails })).rejects.toMatchObject({ code: 'ERR_STATEMENT_INVALID' })
    expect(mail.ran).toEqual([hello])
  })

  it('does not run, on record, where nobody says in time what it does', async () => {
    const describe = () => new Promise<CallDescription>(() => undefined)
    const error = await call(hello, { describe, describeMs: 5 }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'ERR_DEADLINE',
      message: 'saying what mail does took longer than 5 ms, so nothing ran',
    })
    const denied = stage.journal.events.filter(({ type }) => type === 'action.denied')
    expect(denied).toMatchObject([{ code: 'ERR_DEADLINE', action: { text: 'mail(…)' } }])
    expect(mail.ran).toEqual([])
  })

  it.each([0, -1, 1.5, Number.NaN, 2 ** 31])('takes no time of %d ms to be described', async (describeMs) => {
    await expect(call(hello, { describeMs })).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    expect(mail.ran).toEqual([])
  })

  it('runs once people agree, and is withdrawn when nobody waits any more', async () => {
    const leaving = new AbortController()
    const left = call({ ...hello, to: 'all' }, { signal: leaving.signal })
    await expect.poll(() => stage.people.requests.length).toBe(1)
    leaving.abort()
    await expect(left).rejects.toBeInstanceOf(BothKeysError)
    let held = 0
    const allowed = call({ ...hello, to: 'all' }, { onHeld: () => void (held += 1) })
    await expect.poll(() => stage.people.requests.length).toBe(2)
    expect([mail.ran, held]).toEqual([[], 1])
    await stage.people.say('allow', stage.people.requests[1])
    expect(await allowed).toBe('sent hello')
    expect(mail.ran).toHaveLength(1)
  })

  it('shows people the call with its arguments, and keeps these out of the record', async () => {
    const leaving = new AbortController()
    const left = call({ to: 'all', text: 'psst' }, { signal: leaving.signal }).catch(() => 'left')
    await expect.poll(() => stage.people.requests.length).toBe(1)
    expect(stage.people.requests[0]?.text).toBe('mail({"to":"all","text":"psst"})')
    leaving.abort()
    expect(await left).toBe('left')
    expect(JSON.stringify(stage.journal.events)).not.toContain('psst')
  })

  it('runs on what was decided, whoever changes the input while people think', async () => {
    const input = { to: 'all', text: 'hello', more: { at: ['noon'] } }
    const answer = call(input)
    await expect.poll(() => stage.people.requests.length).toBe(1)
    input.text = 'bye'
    input.more.at[0] = 'midnight'
    await stage.people.say('allow', stage.people.requests[0])
    expect(await answer).toBe('sent hello')
    expect(mail.ran).toEqual([{ to: 'all', text: 'hello', more: { at: ['noon'] } }])
    const [ran] = mail.ran
    expect([ran, ran?.more, ran?.more?.at].every((part) => Object.isFrozen(part))).toBe(true)
  })

  it('cannot be changed by whoever describes it', async () => {
    const describe = (input: Input): CallDescription => {
      const said = to(input.to)
      expect(() => {
        input.to = 'outside'
      }).toThrow(TypeError)
      return said
    }
    await call(hello, { describe })
    expect(mail.ran).toEqual([hello])
  })

  it('is masked in its answer, and the record counts it', async () => {
    mail.answer = () => Promise.resolve(`paid with ${card}`)
    const answer = await call(hello)
    expect(answer).toMatch(/^paid with /)
    expect(answer).not.toContain(card)
    const outcome = stage.journal.events.find(({ type }) => type === 'action.outcome')
    expect(outcome).toMatchObject({ masked: { cells: 1, rules: ['cards'] } })
  })

  it('shows nothing of an answer that cannot be masked, and says that it ran', async () => {
    const failing = {
      ...mail.work,
      masked: (): string => {
        throw new BothKeysError('ERR_INTERNAL', 'nobody can mask that')
      },
    }
    const governs = { name: 'mail', target: stage.mail, describe: () => to('ada') }
    const { signal } = new AbortController()
    await expect(governed(session, governs, hello, { signal }, failing)).rejects.toMatchObject({ code: 'ERR_INTERNAL' })
    expect([mail.ran.length, outcomes()]).toEqual([1, ['completed']])
  })

  it('keeps what it throws to the host, and nobody knows how far it came', async () => {
    const thrown = new Error('password=hunter2')
    mail.answer = () => Promise.reject(thrown)
    const error = await call(hello).catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(ToolFailure)
    expect(error).toMatchObject({ message: 'the tool threw an error, which the host has', cause: thrown })
    expect(outcomes()).toEqual(['unknown'])
  })

  it('says what it could not do in its own words, masked', async () => {
    const thrown = new ToolFailure(`the card ${card} was refused`)
    mail.answer = () => Promise.reject(thrown)
    const error = await call(hello).catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(ToolFailure)
    expect((error as Error).message).toMatch(/^the card .* was refused$/)
    expect((error as Error).message).not.toContain(card)
    expect((error as Error).cause).toBe(thrown)
    expect(outcomes()).toEqual(['unknown'])
  })

  it('passes on what a door within it refused', async () => {
    const refusal = new BothKeysError('ERR_DENIED', 'another door says no')
    mail.answer = () => Promise.reject(refusal)
    await expect(call(hello)).rejects.toBe(refusal)
    expect(outcomes()).toEqual(['unknown'])
  })

  it('hears when nobody waits any more, and when its session ends', async () => {
    const signals: AbortSignal[] = []
    mail.answer = (_input, signal) =>
      new Promise((resolve) => {
        signals.push(signal)
        signal.addEventListener('abort', () => {
          resolve('stopped')
        })
      })
    const leaving = new AbortController()
    const left = call(hello, { signal: leaving.signal })
    await expect.poll(() => signals.length).toBe(1)
    leaving.abort()
    await expect.poll(() => signals[0]?.aborted).toBe(true)
    expect(await left).toBe('stopped')
    const ended = call(hello)
    await expect.poll(() => signals.length).toBe(2)
    const closed = session.close()
    await expect.poll(() => signals[1]?.aborted).toBe(true)
    expect(await ended.catch(() => 'ended')).toMatch(/^(?:stopped|ended)$/)
    await closed
  })

  it.each([0, 1, 2, 3, 5, 8, 13, 21])(
    'does not run once its session has ended, %i turns after it was called',
    async (turns) => {
      const answer = call(hello).catch((error: unknown) => error)
      for (let turn = 0; turn < turns; turn++) {
        // oxlint-disable-next-line no-await-in-loop -- One after the other.
        await Promise.resolve()
      }
      const before = mail.ran.length
      const closed = session.close()
      await answer
      await closed
      expect(mail.ran).toHaveLength(before)
    },
  )

  it('does not run for somebody who has left already, nor in a session that has ended', async () => {
    await expect(call(hello, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(BothKeysError)
    await session.close()
    await expect(call(hello)).rejects.toMatchObject({ code: 'ERR_SESSION_CLOSED' })
    expect(mail.ran).toEqual([])
  })

  it('does not run on an input that cannot be copied as it is', async () => {
    const input = { ...hello, more: { at: [new Map() as unknown as string] } }
    await expect(call(input)).rejects.toMatchObject({ code: 'ERR_SNAPSHOT_INVALID' })
    await expect(call({ ...hello, text: (() => 'x') as unknown as string })).rejects.toThrow()
    expect(mail.ran).toEqual([])
  })

  it('leaves nothing on the signals of its caller', async () => {
    const { signal } = new AbortController()
    let listeners = 0
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners += 1
      add(...given)
    }
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners -= 1
      remove(...given)
    }
    await call(hello, { signal })
    expect(listeners).toBe(0)
  })

  it('stands behind a target with a name that policies can have', () => {
    for (const name of ['', '1mail', 'mail.box', 'ma il', 'm'.repeat(64), '__proto__']) {
      expect(() => toolTarget(name)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    }
    expect(toolTarget('mail-1')).toMatchObject({ name: 'mail-1', kind: 'tool' })
  })
})
