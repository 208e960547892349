import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import type { Permit } from '@bothkeys/core/adapter'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { beginRecording } from '../../src/door/begin-recording.js'
import type { ExchangeContext } from '../../src/door/exchange.js'
import { fileRecordings } from '../../src/index.js'
import { mostRecordedBytes, Recorder } from '../../src/recordings/recorder.js'
import { canonicalRequest, type CanonicalRequest } from '../../src/request/canonical-request.js'
import {
  connected,
  governedSocket,
  type GovernedSocket,
  input,
  mails,
  outcomeIn,
  ran,
  refusedUpgrade,
  run,
  terminal,
} from '../support/governed-socket.js'

let on: GovernedSocket | undefined
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'recordings-'))
})
afterEach(async () => {
  await on?.close()
  await rm(directory, { recursive: true })
})

async function start(...given: Parameters<typeof governedSocket>): Promise<GovernedSocket> {
  on = await governedSocket(...given)
  return on
}

const of = {
  actionId: 'a',
  sessionId: 's',
  kind: 'exec',
  namespace: 'shop',
  pod: 'web-0',
  container: undefined,
  command: 'id',
} as const

it('ends a recording that opens when nobody waits for it any more', async () => {
  const target = '/api/v1/namespaces/shop/pods/web-0/exec?command=id&stdout=true'
  const headers = { upgrade: ['websocket'], connection: ['upgrade'], 'sec-websocket-protocol': ['v4.channel.k8s.io'] }
  const request = canonicalRequest({ method: 'GET', target, headers }) as CanonicalRequest
  const kept = new PassThrough()
  let open = (_to: Writable): void => undefined
  const recordings = (): Promise<Writable> => new Promise((resolve) => (open = resolve))
  const gone = new AbortController()
  const context = { access: { sessionId: 's' }, recordings } as unknown as ExchangeContext
  const settled: unknown[] = []
  const permit = { actionId: 'a', settle: async (outcome: object) => settled.push(outcome) } as unknown as Permit
  const begun = beginRecording(context, request, permit, gone.signal)
  gone.abort(new Error('gone'))
  await expect(begun).rejects.toMatchObject({ code: 'ERR_INTERNAL' })
  open(kept)
  await expect.poll(() => kept.writableEnded).toBe(true)
  expect(settled).toEqual([{ outcome: 'not-run' }])
})

describe('a recording in a file', () => {
  const casts = (): string => join(directory, 'casts')
  const options = (): { readonly recordings: ReturnType<typeof fileRecordings> } => ({
    recordings: fileRecordings(casts()),
  })

  it('has what was shown, in asciicast v2, and its digest is on record', async () => {
    const by = await start([run], { policy: mails, options: options() })
    by.api.play = async ({ exit, say }) => {
      await say(1, 'by jane.do')
      await say(1, 'e@example.com\n')
      await say(2, 'beside\n')
      await exit(0)
    }
    await ran(by.config, ['sh', '-c', 'mail jane.doe@example.com'])
    const [name = ''] = await readdir(casts())
    const file = join(casts(), name)
    const text = await readFile(file, 'utf8')
    const [header, ...events] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown)
    expect(header).toMatchObject({
      version: 2,
      width: 80,
      height: 24,
      command: "sh -c 'mail [email]'",
      env: { TERM: 'none' },
      kubernetes: { podName: 'web-0', namespace: 'shop', container: 'main', sessionType: 'exec' },
    })
    expect(events).toHaveLength(2)
    expect(events).toEqual(
      expect.arrayContaining([
        [expect.any(Number), 'o', 'by [email]\n'],
        [expect.any(Number), 'e', 'beside\n'],
      ]),
    )
    const digest = createHash('sha256').update(text).digest('hex')
    expect(outcomeIn(by)).toMatchObject({
      result: `exit 0; in 0, out 24, err 7; recording ${String(Buffer.byteLength(text))} ${digest}`,
    })
    expect(name).toBe(`${String(by.journal.events.find(({ type }) => type === 'action.intent')?.['id'])}.cast`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(casts())).mode & 0o777).toBe(0o700)
  })

  it('has input masked, and none where nothing masks it', async () => {
    const textOf = async (policy: object): Promise<string> => {
      const by = await start([input, terminal], { policy, options: options() })
      by.api.play = ({ exit, heard, socket }) => {
        socket.on('message', () => {
          if (heard.has(0)) void exit(0)
        })
      }
      const client = await connected(by.config, '/exec?command=sh&stdin=true&stdout=true&tty=true')
      client.socket.send(Buffer.from('\u0004{"Width":120,"Height":40}', 'latin1'))
      client.socket.send(Buffer.from('\u0000i am jane.doe@example.com\n', 'latin1'))
      await client.closed
      expect(outcomeIn(by)).toMatchObject({ result: expect.stringContaining('exit 0; in 26') })
      const [name = ''] = await readdir(casts())
      const text = await readFile(join(casts(), name), 'utf8')
      await rm(casts(), { recursive: true })
      await by.close()
      on = undefined
      return text
    }
    const masked = await textOf(mails)
    expect(masked).toContain('"r","120x40"')
    expect(masked).toContain('"i","i am [email]\\n"')
    expect(masked).not.toContain('jane')
    expect(await textOf({})).not.toMatch(/"i"|jane/)
  })

  it('is not begun twice for one action, nor for a name that is no file of the directory', async () => {
    const open = fileRecordings(directory)
    const first = await open(of)
    first.end()
    await expect(async () => open(of)).rejects.toMatchObject({ code: 'EEXIST' })
    await expect(async () => open({ ...of, actionId: '../a' })).rejects.toMatchObject({ code: 'ERR_INTERNAL' })
  })
})

describe('a recording that fails', () => {
  it('when it is opened has nothing run', async () => {
    const by = await start([run], {
      options: {
        recordings: () => {
          throw new Error('no space in hunter2')
        },
      },
    })
    const { code, status } = await refusedUpgrade(by.config, '/exec?command=id&stdout=true')
    expect([code, status.message]).toEqual([500, 'no recording could be begun, so nothing was sent'])
    expect(outcomeIn(by)).toMatchObject({ outcome: 'not-run' })
    expect(by.api.asked).toEqual([])
  })

  it('to open is waited for no longer than the session goes on', async () => {
    const by = await start([run], { options: { recordings: () => new Promise(() => undefined) } })
    const asked = connected(by.config, '/exec?command=id&stdout=true').catch(() => 'gone')
    await expect.poll(() => by.journal.events.map(({ type }) => type)).toContain('action.intent')
    await by.session.close()
    expect(await asked).toBe('gone')
    await expect.poll(() => outcomeIn(by)).toMatchObject({ outcome: 'not-run' })
    expect(by.api.asked).toEqual([])
  })

  it('when its header is written has nothing run', async () => {
    const full = new Writable({ write: (_chunk, _encoding, done) => done(new Error('no space')) })
    const by = await start([run], { options: { recordings: () => full } })
    expect((await refusedUpgrade(by.config, '/exec?command=id&stdout=true')).code).toBe(500)
    expect(by.api.asked).toEqual([])
  })

  it('when it is written to shows nothing more, and cuts the process off', async () => {
    let lines = 0
    const full = new Writable({
      write(_chunk, _encoding, done) {
        lines += 1
        done(lines > 2 ? new Error('no space') : null)
      },
    })
    const by = await start([run], { options: { recordings: () => full } })
    by.api.play = async ({ exit, say }) => {
      await say(1, 'kept ')
      await say(1, 'lost')
      await exit(0)
    }
    const heard = await connected(by.config, '/exec?command=id&stdout=true')
    expect(await heard.closed).toBe(1011)
    expect(heard.on(1)).toBe('kept ')
    expect(heard.on(3)).not.toContain('Success')
    await expect.poll(() => by.api.sockets.clients.size).toBe(0)
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
  })

  it('when it ends tells nobody how the process ended', async () => {
    const lost = new Writable({
      write: (_chunk, _encoding, done) => done(),
      final: (done) => done(new Error('not on disk')),
    })
    const by = await start([run], { options: { recordings: () => lost } })
    by.api.play = ({ exit }) => exit(0)
    const heard = await connected(by.config, '/exec?command=id&stdout=true')
    expect(await heard.closed).toBe(1011)
    expect(heard.on(3)).not.toContain('Success')
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
  })

  it('by taking nothing holds everything back', async () => {
    let written = 0
    const stuck = new Writable({
      write(_chunk, _encoding, done) {
        written += 1
        if (written === 1) done()
      },
    })
    const by = await start([run], { options: { recordings: () => stuck } })
    by.api.play = ({ say }) => say(1, 'secret')
    const heard = await connected(by.config, '/exec?command=id&stdout=true')
    await expect.poll(() => written).toBe(2)
    expect(heard.on(1)).toBe('')
    await by.session.close()
    await heard.closed
    expect(heard.on(1)).toBe('')
  })
})

describe('a recording that is as large as it may be', () => {
  const small = { mostRecordedBytes: 600 }

  /** The events of the one recording. */
  async function recorded(): Promise<readonly unknown[]> {
    const [name = ''] = await readdir(directory)
    const text = await readFile(join(directory, name), 'utf8')
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(small.mostRecordedBytes)
    return text
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as unknown)
  }

  it('has the process cut off: nothing more is shown, also where it would fit, and nobody knows how it ended', async () => {
    const by = await start([run], { options: { ...small, recordings: fileRecordings(directory) } })
    by.api.play = async ({ exit, say }) => {
      await say(1, 'kept')
      await say(1, 'l'.repeat(600))
      await say(2, 'small')
      await exit(0)
    }
    const heard = await connected(by.config, '/exec?command=id&stdout=true&stderr=true')
    expect(await heard.closed).toBe(1011)
    expect([heard.on(1), heard.on(2)]).toEqual(['kept', ''])
    expect(JSON.parse(heard.on(3))).toMatchObject({
      reason: 'TooManyRequests',
      message: expect.stringContaining('as large as it may be'),
      details: { causes: [{ reason: 'ERR_LIMIT_EXCEEDED' }] },
    })
    await expect.poll(() => by.api.sockets.clients.size).toBe(0)
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
    expect(await recorded()).toEqual([[expect.any(Number), 'o', 'kept']])
  })

  it('by what is typed has the connection cut as well', async () => {
    const options = { ...small, recordings: fileRecordings(directory) }
    const by = await start([input, terminal], { policy: mails, options })
    by.api.play = () => undefined
    const client = await connected(by.config, '/exec?command=sh&stdin=true&stdout=true&tty=true')
    for (let width = 1; width < 100; width++)
      client.socket.send(Buffer.from(`\u0004{"Width":${String(width)},"Height":40}`, 'latin1'))
    expect(await client.closed).toBe(1011)
    expect(client.on(3)).toContain('ERR_LIMIT_EXCEEDED')
    expect(outcomeIn(by)).toMatchObject({ outcome: 'unknown' })
    expect((await recorded()).length).toBeLessThan(99)
  })

  it('before anything is recorded has nothing run', async () => {
    const to = new PassThrough()
    const by = await start([run], { options: { mostRecordedBytes: 20, recordings: () => to } })
    const { code } = await refusedUpgrade(by.config, '/exec?command=id&stdout=true')
    expect(code).toBe(500)
    expect(outcomeIn(by)).toMatchObject({ outcome: 'not-run' })
    expect(by.api.asked).toEqual([])
    expect([to.writableEnded, to.readableLength]).toEqual([true, 0])
  })

  it('has no holes: what would fit later is not recorded either', async () => {
    const to = new PassThrough({ encoding: 'utf8' })
    const recorder = await Recorder.begin(to, of, 600)
    const full = { code: 'ERR_LIMIT_EXCEEDED' }
    await expect(recorder.output('o', Buffer.alloc(600, 'l'))).rejects.toMatchObject(full)
    await expect(recorder.output('e', Buffer.from('small'))).rejects.toMatchObject(full)
    recorder.abandon()
    expect((await to.toArray()).join('').trimEnd().split('\n')).toHaveLength(1)
  })

  it('is one of 256 MiB, where nobody says otherwise', () => {
    expect(mostRecordedBytes).toBe(256 * 2 ** 20)
  })

  it.each([0, -1, 1.5, Number.NaN, Infinity, '600' as unknown as number])('is not one of %s bytes', async (bytes) => {
    await expect(start([], { options: { mostRecordedBytes: bytes } })).rejects.toMatchObject({
      code: 'ERR_CONFIG_INVALID',
    })
  })
})

describe('a recorder', () => {
  it('tells when things were said, and cuts no character', async () => {
    const to = new PassThrough({ encoding: 'utf8' })
    let nowMs = 1000
    const recorder = await Recorder.begin(to, of, undefined, {
      wallMs: () => 1_700_000_000_500,
      monotonicMs: () => nowMs,
    })
    const bytes = Buffer.from('ü\u{1f511}')
    nowMs = 1250
    await recorder.output('o', bytes.subarray(0, 3))
    nowMs = 3000.5
    await recorder.output('o', bytes.subarray(3))
    await recorder.output('e', Buffer.of(0xff, 0xc3))
    const ended = recorder.end()
    const [header = '', ...events] = (await to.toArray()).join('').trimEnd().split('\n')
    await ended
    expect(JSON.parse(header)).toMatchObject({ timestamp: 1_700_000_000, command: 'id', kubernetes: { container: '' } })
    expect(events.map((event) => JSON.parse(event) as unknown)).toEqual([
      [0.25, 'o', 'ü'],
      [2.0005, 'o', '\u{1f511}'],
      [2.0005, 'e', '\ufffd'],
      [2.0005, 'e', '\ufffd'],
    ])
  })
})
