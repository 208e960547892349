import { readdir } from 'node:fs/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { DeskReceipt } from '../src/desk.js'
import { envelopeOf } from './support/envelopes.js'
import { FailingFiles } from './support/failing-files.js'
import { people, RelayStage } from './support/relay-stage.js'

afterEach(() => {
  vi.useRealTimers()
})

async function asked(stage: RelayStage): Promise<string> {
  const { body, id } = envelopeOf()
  expect(await stage.orders.ask(body)).toMatchObject({ status: 201 })
  return id
}

/** Decides while the clock of waits stands still, until it is said to go on. */
async function deciding(
  stage: RelayStage,
  id: string,
  { signal, who = 'ann' }: { readonly signal?: AbortSignal; readonly who?: string } = {},
): Promise<{ readonly said: Promise<DeskReceipt>; readonly pass: (ms: number) => Promise<void> }> {
  const person = { subject: { issuer: people, id: who } }
  const viewDigest = (await stage.desk.viewFor(id, undefined, new AbortController().signal))?.digest ?? ''
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const decision = {
    decision: 'allow',
    person,
    level: 'signed',
    via: { kind: 'page', name: 'oidc' },
    viewDigest,
  } as const
  const said = stage.desk.decide(id, decision, signal ?? new AbortController().signal)
  return {
    said,
    pass: async (ms) => {
      await vi.advanceTimersByTimeAsync(ms)
    },
  }
}

/** Polls although the clock of waits stands still. */
async function until(isSo: () => boolean): Promise<void> {
  const begunAtMs = performance.now()
  while (!isSo()) {
    if (performance.now() - begunAtMs > 20_000) throw new Error('it never came true')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** What would count after the relay started again. */
async function afterRestart(stage: RelayStage, id: string): Promise<readonly unknown[]> {
  await stage.stop()
  await stage.start()
  return stage.desk.entry(id)?.answers ?? []
}

describe('a decision that failed', () => {
  it.each(['create', 'syncFolder'] as const)(
    'as the disk hangs at %s is told in time and counts never',
    async (call) => {
      const disk = new FailingFiles()
      const stage = await RelayStage.open({ files: disk.files })
      const id = await asked(stage)
      disk.hangs = call
      const { pass, said } = await deciding(stage, id)
      await until(() => disk.hanging > 0)
      await pass(15_000)
      expect(await said).toEqual({ decided: false, reason: 'failed' })
      vi.useRealTimers()
      expect((await readdir(stage.requests)).filter((name) => !name.startsWith('.'))).toEqual([`${id}.request`])
      expect((await stage.orders.answers(id)).body).toMatchObject({ answers: [] })
      expect((await fetch(`${stage.url}/readyz`)).status).toBe(503)
      expect(stage.refusals()).toEqual(['not-kept', 'failed'])
      expect(stage.failures.map(String)).toContainEqual(expect.stringMatching(/writing to disk was aborted/u))
      expect(await afterRestart(stage, id)).toEqual([])
    },
  )

  it('is none when what was written cannot be taken away: it counts, now and after a restart', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const [id, other] = [await asked(stage), await asked(stage)]
    disk.fails = 'syncFolder'
    disk.removes = false
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true })
    expect((await stage.orders.answers(id)).body).toMatchObject({ answers: [{ n: 1 }] })
    expect((await fetch(`${stage.url}/readyz`)).status).toBe(503)
    disk.fails = undefined
    disk.removes = true
    // It is not known what would be read after a crash, so nothing more is promised.
    expect(await stage.decide('ann', other)).toEqual({ decided: false, reason: 'failed' })
    expect(await afterRestart(stage, id)).toMatchObject([{ n: 1, by: { subject: { id: 'ann' } } }])
    expect(stage.desk.entry(other)?.answers).toEqual([])
  })

  it('leaves the disk to those after it, once the disk goes on', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const id = await asked(stage)
    disk.fails = 'rename'
    expect(await stage.decide('ann', id)).toEqual({ decided: false, reason: 'failed' })
    disk.fails = undefined
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true, n: 2 })
    expect(await afterRestart(stage, id)).toMatchObject([{ n: 2 }])
  })

  it('as the key hangs is told in time, and nothing of it comes later', async () => {
    const stage = await RelayStage.open()
    const id = await asked(stage)
    await stage.stop()
    const { fileSigner } = await import('../src/file-signer.js')
    const signer = await fileSigner(stage.path('key.json'))
    let sign = (): void => undefined
    let isHanging = false
    let givenUp: AbortSignal | undefined
    await stage.start({
      signer: {
        ...signer,
        sign: async (input, signal) => {
          isHanging = true
          givenUp = signal
          await new Promise<void>((resolve) => (sign = resolve))
          return signer.sign(input, signal)
        },
      },
    })
    const { pass, said } = await deciding(stage, id)
    await until(() => isHanging)
    await pass(10_000)
    expect(await said).toEqual({ decided: false, reason: 'failed' })
    expect(givenUp?.aborted).toBe(true)
    vi.useRealTimers()
    sign()
    expect(await afterRestart(stage, id)).toEqual([])
    expect(stage.ofType('relay.answered')).toEqual([])
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true })
  })

  it('as the record hangs is told in time, and is on record as none when it gets there late', async () => {
    const stage = await RelayStage.open()
    const id = await asked(stage)
    await stage.stop()
    let isHanging: boolean | undefined = false
    let goOn = (): void => undefined
    const inner = stage.journal
    await stage.start({
      journal: {
        open: async (context) => {
          const journal = await inner.open(context)
          return {
            append: (event, durability) => {
              if (isHanging === undefined || event.type !== 'relay.answered') return journal.append(event, durability)
              isHanging = true
              return new Promise<void>((resolve) => (goOn = resolve)).then(() => journal.append(event, durability))
            },
            read: () => journal.read(),
            close: () => journal.close(),
          }
        },
      },
    })
    const { pass, said } = await deciding(stage, id)
    await until(() => isHanging === true)
    await pass(15_000)
    expect(await said).toEqual({ decided: false, reason: 'failed' })
    vi.useRealTimers()
    expect(stage.failures.map(String)).toEqual([expect.stringMatching(/the record was aborted/u)])
    isHanging = undefined
    goOn()
    await expect.poll(() => stage.ofType('relay.answered')).toMatchObject([{ n: 1 }])
    expect(stage.ofType('relay.refused')).toMatchObject([
      { reason: 'not-kept', request: id, n: 1 },
      { reason: 'failed' },
    ])
    expect(await stage.decide('ann', id)).toMatchObject({ decided: true, n: 2 })
  })

  it('as its sender gave it up counts never', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const id = await asked(stage)
    disk.hangs = 'syncFolder'
    const sender = new AbortController()
    const { said } = await deciding(stage, id, { signal: sender.signal })
    await until(() => disk.hanging > 0)
    sender.abort()
    expect(await said).toEqual({ decided: false, reason: 'failed' })
    vi.useRealTimers()
    expect(await stage.desk.decide(id, {} as never, sender.signal)).toMatchObject({ decided: false })
    expect(await afterRestart(stage, id)).toEqual([])
    const late = { subject: { issuer: people, id: 'ann' } }
    expect(await stage.desk.admit(late, sender.signal)).toEqual({ admitted: false, reason: 'directory-unavailable' })
  })
})

describe('a decision about what ended meanwhile', () => {
  it('is over, and does not wait for what is being removed', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const id = await asked(stage)
    await stage.stop()
    const { fileSigner } = await import('../src/file-signer.js')
    const signer = await fileSigner(stage.path('key.json'))
    let sign: (() => void) | undefined
    await stage.start({
      files: disk.files,
      signer: {
        ...signer,
        sign: async (input, signal) => {
          await new Promise<void>((resolve) => (sign = resolve))
          return signer.sign(input, signal)
        },
      },
    })
    const said = stage.decide('ann', id)
    await until(() => sign !== undefined)
    disk.hangs = 'remove'
    void stage.desk.end(stage.desk.ofEngine('orders', id) ?? never(), 'withdrawn')
    await until(() => disk.hanging > 0)
    sign?.()
    expect(await said).toEqual({ decided: false, reason: 'over' })
    expect(stage.ofType('relay.answered')).toEqual([])
  })

  it('is over when its turn comes, and not in the record as an answer', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const id = await asked(stage)
    disk.hangs = 'syncFolder'
    const first = await deciding(stage, id)
    await until(() => disk.hanging > 0)
    await first.pass(10_000)
    const second = await deciding(stage, id, { who: 'bob' })
    // The directory answers, the key signs, and it waits for its turn.
    await until(() => stage.desk.ofEngine('orders', id)?.deciding === 2)
    await second.pass(1_000)
    disk.hangs = undefined
    stage.desk.end(stage.desk.ofEngine('orders', id) ?? never(), 'withdrawn').catch(() => undefined)
    await second.pass(4_000)
    expect(await first.said).toEqual({ decided: false, reason: 'failed' })
    expect(await second.said).toEqual({ decided: false, reason: 'over' })
    vi.useRealTimers()
    expect(stage.ofType('relay.answered')).toHaveLength(1)
  })
})

describe('a request', () => {
  it('is refused in time as the disk hangs, and is none after a restart', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const { body, id } = envelopeOf()
    disk.hangs = 'syncFolder'
    const { readRequest } = await import('@bothkeys/core/relay')
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const taken = stage.desk.receive(readRequest(body), body).catch(() => 'rejected')
    await until(() => disk.hanging > 0)
    await vi.advanceTimersByTimeAsync(15_000)
    expect(await taken).toBe('rejected')
    vi.useRealTimers()
    await stage.stop()
    await stage.start()
    expect(stage.desk.entry(id)).toBeUndefined()
  })

  it('that ended does not wait again after a restart, when the disk kept it', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const id = await asked(stage)
    await stage.decide('ann', id)
    disk.removes = false
    expect(await stage.orders.end(id, 'withdrawn')).toMatchObject({ status: 503 })
    await stage.stop()
    expect(await readdir(stage.requests)).toHaveLength(2)
    await stage.start()
    expect(stage.desk.pending()).toEqual([])
    expect((await stage.orders.answers(id)).body).toEqual({ answers: [], state: 'over' })
    await expect.poll(() => readdir(stage.requests)).toEqual([])
  })

  it('that cannot be removed is tried again, one try at a time', async () => {
    const disk = new FailingFiles()
    const stage = await RelayStage.open({ files: disk.files })
    const id = await asked(stage)
    disk.hangs = 'remove'
    void stage.desk.end(stage.desk.ofEngine('orders', id) ?? never(), 'withdrawn')
    await until(() => disk.hanging > 0)
    const before = disk.calls.get('remove')
    for (let n = 0; n < 5; n++) stage.desk.sweep()
    await new Promise((resolve) => setImmediate(resolve))
    expect(disk.calls.get('remove')).toBe(before)
  })
})

function never(): never {
  throw new Error('it does not wait')
}
