import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { callbackSink } from '../../src/sinks/callback.js'
import { jsonlSink } from '../../src/sinks/jsonl.js'
import type { Sink } from '../../src/sinks/sink.js'
import { stdoutSink } from '../../src/sinks/stdout.js'
import type { ExportedEvent } from '../../src/record/followed.js'
import { append, batchOf, event, journalOf, most, never, openFile, ownDirectory, pumpOf, upTo } from './support.js'

const own = ownDirectory()
const path = (): string => join(own.path, 'events.jsonl')

/** Events of a real journal. */
async function events(count: number): Promise<readonly ExportedEvent[]> {
  const journal = await journalOf(count)
  return journal.follow!('t', () => undefined).next(most)
}

const textOf = (some: readonly ExportedEvent[]): string => some.map(({ text }) => `${text}\n`).join('')

describe('a callback sink', () => {
  it('hands batches to its function and takes its word for it', async () => {
    const batches: unknown[] = []
    const sink = callbackSink({
      name: 'siem',
      deliver: async (batch, { signal }) => {
        batches.push([batch, signal])
        await Promise.resolve()
      },
    })
    const batch = batchOf(event(0))
    expect(await sink.deliver(batch, never)).toEqual({ outcome: 'taken' })
    expect(batches).toEqual([[batch, never.signal]])
  })

  it('gets again what its function throws at, which is the cause', async () => {
    const got: number[] = []
    let failures = 2
    const broken = new Error('the queue is full')
    const sink = callbackSink({
      name: 'siem',
      deliver: (batch) => {
        if (failures-- > 0) return Promise.reject(broken)
        got.push(...batch.events.map(({ lsn }) => lsn))
        return Promise.resolve()
      },
    })
    const { pump, told } = pumpOf(sink, await journalOf(6))
    await expect.poll(() => told.recovered.length).toBe(1)
    await pump.close(1000)
    expect(got).toEqual(upTo(6))
    expect(told.behind[0]!.error).toMatchObject({ cause: broken, message: expect.not.stringContaining('queue') })
  })

  it.each([
    ['no function', { name: 'siem' }, 'callbackSink: deliver must be a function'],
    ['no name', { deliver: () => Promise.resolve() }, 'callbackSink: name must be'],
    [
      'a misspelt option',
      { name: 's', deliver: () => Promise.resolve(), deadline: 1 },
      'callbackSink: there is no option',
    ],
  ])('is not built with %s', (_what, options, message) => {
    expect(() => callbackSink(options as never)).toThrow(message)
  })
})

describe('a stdout sink', () => {
  it('writes one line for each event', async () => {
    const stream = new PassThrough()
    const some = await events(3)
    const sink = stdoutSink({ name: 'out', stream })
    expect(await sink.deliver(batchOf(...some), never)).toEqual({ outcome: 'taken' })
    expect(String(stream.read())).toBe(textOf(some))
  })

  it('waits for a reader that is slow, and holds one batch meanwhile', async () => {
    const waiting: (() => void)[] = []
    let bytes = 0
    const stream = new Writable({
      write(chunk: Buffer, _encoding, done) {
        bytes += chunk.length
        waiting.push(done)
      },
    })
    const { pump, told } = pumpOf(
      stdoutSink({ name: 'out', stream, batchEvents: 5, deadlineMs: 5 }),
      await journalOf(20),
      {
        graceMs: 1,
      },
    )
    await expect.poll(() => told.behind.length).toBeGreaterThan(3)
    expect(waiting).toHaveLength(1)
    expect(stream.writableLength).toBe(bytes)
    await expect
      .poll(() => {
        waiting.shift()?.()
        return told.recovered.length > 0 && stream.writableLength === 0 && waiting.length === 0
      })
      .toBe(true)
    const closing = pump.close(5000)
    const feeding = setInterval(() => waiting.shift()?.(), 1)
    await closing
    clearInterval(feeding)
    expect(told.stopped).toEqual([])
  })

  it('reports a reader that is gone, and does not end the process', async () => {
    const stream = new Writable({
      write(_chunk, _encoding, done) {
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
      },
    })
    const sink = stdoutSink({ name: 'out', stream })
    const gone = { outcome: 'failed', why: 'the stream cannot be written to' }
    expect(await sink.deliver(batchOf(event(0)), never)).toMatchObject({ ...gone, cause: { code: 'EPIPE' } })
    await new Promise(setImmediate)
    expect(await sink.deliver(batchOf(event(0)), never)).toMatchObject(gone)
    expect(stream.listenerCount('error')).toBe(1)
    await sink.close?.()
    expect(stream.listenerCount('error')).toBe(0)
  })

  it('is not built with what cannot be written to', () => {
    expect(() => stdoutSink({ name: 'out', stream: {} as never })).toThrow('stdoutSink: stream must be writable')
    expect(() => stdoutSink({ name: 'out', streams: 1 } as never)).toThrow('stdoutSink: there is no option streams')
  })
})

describe('a JSONL sink', () => {
  const sinkWith = (more: object = {}): Sink => jsonlSink({ name: 'archive', path: path(), ...more })

  it('appends one line for each event to a file of its own, also of another process before it', async () => {
    const some = await events(6)
    const first = sinkWith()
    expect(await first.deliver(batchOf(...some.slice(0, 2)), never)).toEqual({ outcome: 'taken' })
    expect(await first.deliver(batchOf(...some.slice(2, 3)), never)).toEqual({ outcome: 'taken' })
    await first.close?.()
    const second = sinkWith()
    expect(await second.deliver(batchOf(...some.slice(3)), never)).toEqual({ outcome: 'taken' })
    await second.close?.()
    expect(readFileSync(path(), 'utf8')).toBe(textOf(some))
    if (process.platform !== 'win32') expect(statSync(path()).mode & 0o777).toBe(0o600)
  })

  it.each<readonly [string, (lines: string, torn: string) => string]>([
    ['behind whole ones', (lines, torn) => lines + torn],
    ['at the beginning of a file', (_lines, torn) => torn],
    ['after its first byte', (lines) => `${lines}{`],
    ['behind many bytes', (lines) => `${lines}{"a":"${'x'.repeat(200_000)}`],
  ])('cuts off half a line that a crash left: %s', async (_what, content) => {
    const some = await events(4)
    const before = content(textOf(some.slice(0, 2)), some[2]!.text.slice(0, 30))
    writeFileSync(path(), before, { mode: 0o600 })
    const sink = sinkWith()
    expect(await sink.deliver(batchOf(...some.slice(2)), never)).toEqual({ outcome: 'taken' })
    await sink.close?.()
    const kept = before.startsWith(textOf(some.slice(0, 1))) ? some : some.slice(2)
    expect(readFileSync(path(), 'utf8')).toBe(textOf(kept))
  })

  it.each<readonly [string, () => void]>([
    ['text', () => writeFileSync(path(), 'dear diary\n', { mode: 0o600 })],
    ['text without an end', () => writeFileSync(path(), 'dear diary', { mode: 0o600 })],
    ['other JSON', () => writeFileSync(path(), '{"a":1}\n', { mode: 0o600 })],
    ['a document', () => writeFileSync(path(), '{"a":1}', { mode: 0o600 })],
    ['a long document', () => writeFileSync(path(), `{\n  "a": 1\n}\n`, { mode: 0o600 })],
  ])('touches no file that holds something else: %s', async (_what, prepare) => {
    prepare()
    const before = readFileSync(path(), 'utf8')
    const sink = sinkWith()
    const why = 'the file holds something else'
    expect(await sink.deliver(batchOf(event(0)), never)).toMatchObject({ outcome: 'failed', why })
    expect(readFileSync(path(), 'utf8')).toBe(before)
  })

  it.skipIf(process.platform === 'win32')('touches no file that others may use, and follows no link', async () => {
    const [one] = await events(1)
    writeFileSync(path(), `${one!.text}\n`, { mode: 0o600 })
    chmodSync(path(), 0o640)
    const open = 'the file is open to other users'
    expect(await sinkWith().deliver(batchOf(one!), never)).toMatchObject({ outcome: 'failed', why: open })
    chmodSync(path(), 0o600)
    symlinkSync(path(), join(own.path, 'link'))
    const linked = sinkWith({ path: join(own.path, 'link') })
    expect(await linked.deliver(batchOf(one!), never)).toMatchObject({ outcome: 'failed', cause: { code: 'ELOOP' } })
    expect(readFileSync(path(), 'utf8')).toBe(`${one!.text}\n`)
  })

  it('says when there is no file to write, and goes on once there is', async () => {
    const folder = join(own.path, 'later')
    const sink = sinkWith({ path: join(folder, 'events.jsonl') })
    const why = 'the file cannot be written'
    expect(await sink.deliver(batchOf(event(0)), never)).toMatchObject({
      outcome: 'failed',
      why,
      cause: { code: 'ENOENT' },
    })
    mkdirSync(folder)
    expect(await sink.deliver(batchOf(event(0)), never)).toEqual({ outcome: 'taken' })
    await sink.close?.()
    mkdirSync(path())
    expect(await sinkWith().deliver(batchOf(event(0)), never)).toMatchObject({ outcome: 'failed' })
  })

  it('puts a full file aside and replaces none', async () => {
    const some = await events(5)
    writeFileSync(`${path()}.7`, 'old')
    writeFileSync(`${path()}.bak`, 'old')
    const sink = sinkWith({ rotateBytes: 10 })
    for (const each of some) expect(await sink.deliver(batchOf(each), never)).toEqual({ outcome: 'taken' })
    await sink.close?.()
    const names = readdirSync(own.path).toSorted()
    expect(names).toEqual(['', '.10', '.11', '.7', '.8', '.9', '.bak'].map((end) => `events.jsonl${end}`))
    const files = ['.8', '.9', '.10', '.11', ''].map((end) => readFileSync(`${path()}${end}`, 'utf8'))
    expect(files.join('')).toBe(textOf(some))
    expect(readFileSync(`${path()}.7`, 'utf8')).toBe('old')
  })

  it('writes to nothing that is not a file', async () => {
    if (!existsSync('/dev/full')) return
    const sink = sinkWith({ path: '/dev/full' })
    expect(await sink.deliver(batchOf(event(0)), never)).toMatchObject({ outcome: 'failed', why: 'it is not a file' })
  })

  it('writes to its path again when somebody moved the file away', async () => {
    const sink = sinkWith({})
    await sink.deliver(batchOf(event(0)), never)
    renameSync(path(), `${path()}.moved`)
    expect(await sink.deliver(batchOf(event(1)), never)).toEqual({ outcome: 'taken' })
    expect(readFileSync(`${path()}.moved`, 'utf8')).toBe(textOf([event(0)]))
    expect(readFileSync(path(), 'utf8')).toBe(textOf([event(1)]))
    await sink.close?.()
  })

  it('holds a whole journal in the end', async () => {
    const journal = await openFile(join(own.path, 'journal'), { segmentBytes: 1500 })
    await append(journal, 1, 50)
    const { pump } = pumpOf(sinkWith({ batchEvents: 7 }), journal)
    await pump.close(10_000)
    await journal.close()
    const lines = readFileSync(path(), 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { lsn: number }).lsn)).toEqual(upTo(50))
  })

  it.each([
    ['no path', { path: '' }, 'jsonlSink: path must name a file'],
    ['a size that is none', { rotateBytes: 0 }, 'jsonlSink: rotateBytes must be a whole number'],
    ['a misspelt option', { rotate: 1 }, 'jsonlSink: there is no option rotate'],
  ])('is not built with %s', (_what, options, message) => {
    expect(() => sinkWith(options)).toThrow(message)
  })
})
