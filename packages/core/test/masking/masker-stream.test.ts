import { once } from 'node:events'
import type { Transform } from 'node:stream'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Detector, MaskerOptions, MaskerStreamOptions } from '../../src/masking/index.js'
import { builtInDetectors, createMasker } from '../../src/masking/index.js'
import { fc } from '../properties.js'
import { card, email, ssn } from './support/detectors.js'
import { examples } from './support/examples.js'
import { HandTimer } from './support/hand-timer.js'
import { parts } from './support/mask-key.js'

const soak = process.env['BOTHKEYS_SOAK'] !== undefined
const masker = (more: Partial<MaskerOptions> = {}) =>
  createMasker({ detect: [card, email, ssn], with: 'redact', ...parts, ...more })
const builtIn = masker({ detect: [...builtInDetectors.values()] })
/** For what nobody waits for, so that no time matters. */
const never = { idleMs: Infinity }
const text: MaskerStreamOptions = { content: 'text' }
const secret = '4111 1111 1111 1111'
const failing: Detector = {
  ...card,
  find(given) {
    throw new Error(given)
  },
}
/** An error that says what happened and nothing of the text. */
const isQuiet = (error: unknown): void => {
  expect(error).toMatchObject({ code: 'ERR_INTERNAL' })
  expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('4111')
}
const failsQuietly = async (step: Promise<unknown>): Promise<void> => {
  isQuiet(
    await step.then(
      () => 'nothing',
      (error: unknown) => error,
    ),
  )
}

async function allOf(stream: Transform): Promise<Buffer> {
  const given: Buffer[] = []
  for await (const part of stream) given.push(Buffer.from(part as Buffer | string))
  return Buffer.concat(given)
}

async function partsOf(stream: ReadableStream<string>): Promise<string[]> {
  const given: string[] = []
  for await (const part of stream) given.push(part)
  return given
}

async function inParts(bytes: Uint8Array, cuts: readonly number[], by = builtIn): Promise<string> {
  const stream = by.stream(never)
  const all = allOf(stream)
  const places = [0, ...cuts.toSorted((one, other) => one - other), bytes.length]
  for (const [index, end] of places.slice(1).entries()) stream.write(bytes.subarray(places[index], end))
  stream.end()
  return (await all).toString('latin1')
}

const latin1 = (given: string | null) => Buffer.from(given ?? '').toString('latin1')

describe('a stream of a masker', () => {
  it('masks bytes and text, by the operator of what is found', async () => {
    const by = masker({
      byType: { email: { partial: { keepFirst: 1, keepDomain: true } } },
      with: 'null',
      allow: [{ pattern: '123-.*' }, 'root@example.com'],
    })
    const source = `jane.doe@example.com, root@example.com, ${secret}, 123-45-6789`
    const masked = 'j***@example.com, root@example.com, [card], 123-45-6789'
    expect(await allOf(by.stream().end(source))).toEqual(Buffer.from(masked))
    expect(await by.stream(text).end(source).toArray()).toEqual([masked])
    const web = new Blob([source]).stream().pipeThrough(by.webStream())
    expect(await new Response(web).text()).toBe(masked)
    const texts = new ReadableStream<string>({
      start(controller) {
        controller.enqueue(source.slice(0, 3))
        controller.enqueue(source.slice(3))
        controller.close()
      },
    })
    expect(await partsOf(texts.pipeThrough(by.webStream({ content: 'text' })))).toEqual([masked])
  })

  it('tells of each value that it masks, and of none that is shown', async () => {
    let masked = 0
    const by = masker({ allow: [{ pattern: '123-.*' }] })
    const stream = by.stream({ masked: () => (masked += 1) })
    await allOf(stream.end(`jane.doe@example.com, ${secret}, 123-45-6789`))
    expect(masked).toBe(2)
    await allOf(by.stream({ masked: () => (masked += 1) }).end('123-45-6789, nobody'))
    expect(masked).toBe(2)
  })

  it('has hints of what it carries', async () => {
    const by = masker({ with: 'token' })
    const hints = { domain: 'people' }
    const whole = by.text('jane@example.com', hints)
    expect(
      await by
        .stream({ ...text, hints })
        .end('jane@example.com')
        .toArray(),
    ).toEqual([whole])
    expect(await by.stream(text).end('jane@example.com').toArray()).not.toEqual([whole])
    const born = masker({
      detect: [builtInDetectors.get('date-of-birth') ?? card],
      with: { dateShift: { maxDays: 3650 } },
    })
    const shifted = async (given: MaskerStreamOptions) =>
      born
        .stream({ ...text, ...given })
        .end('1990-04-01')
        .toArray()
    expect(await shifted({})).toEqual(['1990-04-01'])
    for (const subject of ['1', '2'])
      expect(await shifted({ hints: { field: 'date_of_birth', subject } })).toEqual([
        born.text('1990-04-01', { field: 'date_of_birth', subject }),
      ])
  })

  it('masks every example of the detectors alike wherever it is split', async () => {
    for (const [type, example] of examples) {
      const whole = `It was ${example} he said.`
      const bytes = Buffer.from(whole)
      const expected = latin1(builtIn.text(whole))
      expect(expected).toContain(`[${type}]`)
      const step = soak ? 1 : bytes.length > 200 ? 97 : 3
      for (let cut = 0; cut <= bytes.length; cut += step)
        // oxlint-disable-next-line no-await-in-loop -- One after the other is what is tried.
        expect(await inParts(bytes, [cut]), `${type} at ${String(cut)}`).toBe(expected)
    }
  })

  it('masks them alike in three parts, with escapes of terminals between their characters', async () => {
    const escapes = ['', '\u001b[1m', '\u001b[0;31m', '\u001b]0;title\u0007', '\u001b]8;;http://x\u001b\\', '\u009b4m']
    const short = examples.filter(([, example]) => example.length < 200)
    const place = fc.double({ min: 0, max: 1, noNaN: true })
    const inserted = fc.array(fc.tuple(place, fc.constantFrom(...escapes)), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...short), inserted, place, place, async ([, example], places, one, other) => {
        let written = example
        for (const [at, escape] of places) {
          const index = Math.floor(at * written.length)
          written = written.slice(0, index) + escape + written.slice(index)
        }
        const whole = `It was ${written} he said.`
        const bytes = Buffer.from(whole)
        const cuts = [one, other].map((at) => 5 + Math.floor(at * (bytes.length - 10)))
        expect(await inParts(bytes, cuts)).toBe(latin1(builtIn.text(whole)))
      }),
      { numRuns: soak ? 5000 : 300 },
    )
  })

  it.each([
    '\u001b[1m',
    '\u001b]0;title\u0007',
    '\u001b]8;;http://x\u001b\\',
    '\u009b4m',
    '\u200b',
    'é'.normalize('NFD').slice(1),
  ])('masks a value with %j after each character, in single bytes', async (between) => {
    const bytes = Buffer.from(`It was ${[...secret].join(between)} he said.`)
    const cuts = Array.from(bytes.keys())
    expect(await inParts(bytes, cuts, masker())).toMatch(/^It was \[card\].* he said\.$/)
  })

  it('keeps every byte where nothing is found, of UTF-8 or not', async () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constant(Buffer.from('😀é'.repeat(300))))
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.nat({ max: 9000 }), { maxLength: 5 }),
        async (all, cuts) => {
          const bytes = Buffer.concat(all)
          const by = masker({ detect: [email] })
          const given = await inParts(
            bytes,
            cuts.map((cut) => Math.min(cut, bytes.length)),
            by,
          )
          if (!given.includes('[email]')) expect(given).toBe(bytes.toString('latin1'))
        },
      ),
      { numRuns: soak ? 2000 : 200 },
    )
  })

  it('cuts no character of a text in two', async () => {
    const source = '😀'.repeat(3000)
    for (const before of ['', 'x']) {
      const whole = before + source
      const timer = new HandTimer()
      const stream = masker().stream({ ...text, timer: timer.start })
      const given: string[] = []
      stream.on('data', (part: string) => given.push(part))
      for (let at = 0; at < whole.length; at += 1201) {
        stream.write(whole.slice(at, at + 1201))
        timer.fire()
      }
      stream.end()
      // oxlint-disable-next-line no-await-in-loop -- Two, one after the other.
      await once(stream, 'end')
      expect(given.length).toBeGreaterThan(4)
      expect(given.every((each) => each.isWellFormed())).toBe(true)
      expect(given.join('')).toBe(whole)
    }
  })

  it('redacts what it cannot decide, and what is left of a value, by whatever operator', async () => {
    const by = masker({ with: { partial: { keepLast: 6 } } })
    const stream = by.stream({ ...text, ...never, heldAtMost: 4096 })
    stream.write(`card 4111${'\u200b'.repeat(9000)}`)
    stream.end('1111 1111 1111')
    const hidden = (await stream.toArray()).join('')
    expect(hidden).toContain('[undecided]')
    expect(hidden).not.toContain('1')
    const timer = new HandTimer()
    const slow = by.stream({ ...text, timer: timer.start })
    slow.write('card 41')
    timer.fire()
    slow.end('11 1111 1111 1111 ok')
    expect((await slow.toArray()).join('')).toBe('card 41[card] ok')
    expect(by.text(secret)).toMatch(/11$/)
  })
})

describe('an idle stream of a masker', () => {
  it('gives out what waits when its time has come, and keeps the beginning of a value', async () => {
    const timer = new HandTimer()
    const stream = masker().stream({ ...text, timer: timer.start, idleMs: 40 })
    stream.write('Password: ')
    expect(stream.read()).toBeNull()
    expect(timer.waits).toEqual([40])
    timer.fire()
    expect(stream.read()).toBe('Password: ')
    stream.write('4111 1111 1')
    timer.fire()
    expect(stream.read()).toBeNull()
    stream.end('111 1111')
    expect(await stream.toArray()).toEqual(['[card]'])
    expect(timer.waits).toEqual([])
  })

  it('waits anew with everything that comes, and no more when it has ended or is destroyed', () => {
    const timer = new HandTimer()
    const stream = masker().stream({ timer: timer.start })
    for (const part of ['a', 'b', 'c']) stream.write(part)
    expect(timer.waits).toEqual([100])
    stream.destroy()
    expect(timer.waits).toEqual([])
    masker().stream({ timer: timer.start }).end('a')
    expect(timer.waits).toEqual([])
    masker()
      .stream({ timer: timer.start, ...never })
      .write('a')
    expect(timer.waits).toEqual([])
  })

  it('is a web stream, too', async () => {
    const timer = new HandTimer()
    const { readable, writable } = masker().webStream({ content: 'text', timer: timer.start })
    const [reader, writer] = [readable.getReader(), writable.getWriter()]
    const prompt = reader.read()
    await writer.write('a')
    await writer.write('> ')
    expect(timer.waits).toEqual([100])
    timer.fire()
    expect(await prompt).toEqual({ done: false, value: 'a> ' })
    const rest = reader.read()
    await writer.write('b')
    const closed = writer.close()
    expect(await rest).toEqual({ done: false, value: 'b' })
    await closed
    expect(timer.waits).toEqual([])
    const patient = masker().webStream({ content: 'text', timer: timer.start, ...never })
    const waiting = patient.readable.getReader().read()
    const last = patient.writable.getWriter()
    await last.write('c')
    expect(timer.waits).toEqual([])
    await Promise.all([last.close(), waiting])
  })

  it('has a timer of the process, which does not keep it running', async () => {
    const running = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = running()
    const stream = masker().stream(text)
    stream.write('Password: ')
    expect(running()).toBe(before)
    const [given] = (await once(stream, 'data')) as unknown[]
    expect(given).toBe('Password: ')
    stream.destroy()
  })
})

describe('a stream of a masker whose reader is slow', () => {
  /** A piece, and what a stream of Node.js holds for its reader. */
  const bound = 65_536 * 3
  const clean = 'all is well here. '.repeat(4 * 65_536)

  it('takes no more, and goes on with a large chunk where it was', async () => {
    const stream = masker().stream(never)
    let isTaken = false
    stream.write(clean, () => {
      isTaken = true
    })
    expect(stream.write('the end')).toBe(false)
    let given = ''
    stream.end()
    while (!stream.readableEnded) {
      expect(stream.readableLength).toBeLessThan(bound)
      const part = stream.read(10_000) as Buffer | null
      if (given === '') expect(isTaken).toBe(false)
      given += String(part ?? stream.read() ?? '')
      // oxlint-disable-next-line no-await-in-loop -- A slow reader.
      await new Promise(setImmediate)
    }
    expect(isTaken).toBe(true)
    expect(given).toBe(`${clean}the end`)
  })

  it('goes on with the next chunk when one came to its end while it was read', async () => {
    const stream = masker().stream(never)
    const part = Buffer.alloc(65_536, 'a line that says nothing of anybody\n')
    const all = allOf(stream)
    for (let count = 0; count < 20; count += 1) {
      // oxlint-disable-next-line no-await-in-loop -- As who writes what comes waits.
      if (!stream.write(part)) await once(stream, 'drain')
    }
    stream.end()
    expect((await all).length).toBe(20 * part.length)
  })

  it('takes no more of small chunks either', async () => {
    const stream = masker().stream(never)
    let taken = 0
    const chunk = 'all is well here. '.repeat(200)
    for (let count = 0; count < 500; count += 1)
      stream.write(chunk, () => {
        taken += chunk.length
      })
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    expect(taken).toBeGreaterThan(0)
    expect(taken).toBeLessThan(bound)
    expect(stream.writableNeedDrain).toBe(true)
    stream.end()
    expect(await allOf(stream)).toHaveLength(500 * chunk.length)
  })

  it('takes no more as a web stream', async () => {
    const { readable, writable } = masker().webStream({ content: 'text', ...never })
    const writer = writable.getWriter()
    let taken = 0
    const write = async () => {
      await writer.write('all is well here. '.repeat(200))
      taken += 1
    }
    const all = Promise.all(Array.from({ length: 9 }, write))
    await new Promise(setImmediate)
    expect(taken).toBeLessThan(2)
    const closed = writer.close()
    const given = await partsOf(readable)
    await Promise.all([all, closed])
    expect(given.join('')).toHaveLength(9 * 200 * 18)
    expect(taken).toBe(9)
  })
})

describe('a stream of a masker whose detector fails', () => {
  const broken = masker({ detect: [failing] })

  it('is destroyed, and shows nothing of what waited', async () => {
    const given: unknown[] = []
    const timer = new HandTimer()
    const whens: ((stream: Transform) => void)[] = [
      (stream) => stream.write(`${secret} `.repeat(30)),
      (stream) => stream.end(secret),
      (stream) => {
        stream.write(secret)
        timer.fire()
      },
    ]
    for (const fails of whens) {
      const stream = broken.stream({ timer: timer.start })
      stream.on('data', (part) => given.push(part))
      const failed = once(stream, 'error')
      fails(stream)
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      isQuiet(((await failed) as unknown[])[0])
      expect(stream.destroyed).toBe(true)
      expect(timer.waits).toEqual([])
    }
    expect(given).toEqual([])
  })

  it('fails on both sides as a web stream', async () => {
    const timer = new HandTimer()
    const { readable, writable } = broken.webStream({ content: 'text', timer: timer.start })
    const [reader, writer] = [readable.getReader(), writable.getWriter()]
    const read = reader.read()
    writer.closed.catch(() => undefined)
    await failsQuietly(writer.write(`${secret} `.repeat(30)))
    await failsQuietly(read)
    const idle = broken.webStream({ content: 'text', timer: timer.start })
    const [idleReader, idleWriter] = [idle.readable.getReader(), idle.writable.getWriter()]
    idleWriter.closed.catch(() => undefined)
    const idleRead = idleReader.read()
    await idleWriter.write(secret)
    timer.fire()
    await failsQuietly(idleRead)
    const ends = broken.webStream({ content: 'text', timer: timer.start })
    const rest = partsOf(ends.readable)
    const endWriter = ends.writable.getWriter()
    endWriter.closed.catch(() => undefined)
    await Promise.all([failsQuietly(rest), endWriter.write(secret), failsQuietly(endWriter.close())])
    expect(timer.waits).toEqual([])
  })

  it('redacts when only an operator fails', async () => {
    const by = masker({
      custom: {
        mine: (value) => {
          throw new Error(value)
        },
      },
      clock: { monotonicMs: () => 0 },
      with: { custom: 'mine' },
    })
    expect(await by.stream(text).end(`card ${secret} ok`).toArray()).toEqual(['card [card] ok'])
  })
})

describe('a stream of a masker that is stopped', () => {
  it('shows nothing of what waited', async () => {
    for (const stop of [
      (stream: Transform) => stream.destroy(new Error('stopped')),
      (_: Transform, abort: AbortController) => {
        abort.abort(new Error('stopped'))
      },
    ]) {
      const abort = new AbortController()
      const timer = new HandTimer()
      const stream = masker().stream({ signal: abort.signal, timer: timer.start })
      const given: unknown[] = []
      stream.on('data', (part) => given.push(part))
      stream.write('some words')
      const failed = once(stream, 'error')
      stop(stream, abort)
      // oxlint-disable-next-line no-await-in-loop -- One after the other.
      await failed
      expect(stream.destroyed).toBe(true)
      expect(timer.waits).toEqual([])
      expect(given).toEqual([])
    }
  })

  it('looks at no more of a large chunk', async () => {
    let looks = 0
    const counting: Detector = {
      type: 'none',
      needs: {},
      longest: 4,
      find: () => {
        looks += 1
        return []
      },
    }
    const stream = masker({ detect: [counting] }).stream(never)
    stream.write('all is well here. '.repeat(65_536))
    const before = looks
    const failed = once(stream, 'error')
    stream.destroy(new Error('stopped'))
    await failed
    stream.resume()
    await new Promise(setImmediate)
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(6)
    expect(looks).toBe(before)
  })

  it('is a web stream, too', async () => {
    const abort = new AbortController()
    const timer = new HandTimer()
    const { readable, writable } = masker().webStream({ content: 'text', signal: abort.signal, timer: timer.start })
    const [reader, writer] = [readable.getReader(), writable.getWriter()]
    writer.closed.catch(() => undefined)
    const read = reader.read()
    await writer.write('some words')
    abort.abort(new Error('stopped'))
    await expect(read).rejects.toThrow('stopped')
    await expect(writer.write('x')).rejects.toThrow('stopped')
    expect(timer.waits).toEqual([])
    const late = masker().webStream({ signal: AbortSignal.abort(new Error('before')) })
    await expect(late.readable.getReader().read()).rejects.toThrow('before')
  })

  it('does not mind a web reader that has gone', async () => {
    const timer = new HandTimer()
    const { readable, writable } = masker().webStream({ content: 'text', timer: timer.start })
    const writer = writable.getWriter()
    writer.closed.catch(() => undefined)
    const reader = readable.getReader()
    const read = reader.read()
    await writer.write('some words')
    await reader.cancel()
    timer.fire()
    expect(await read).toEqual({ done: true, value: undefined })
    expect(timer.waits).toEqual([])
  })
})

describe('the options of a stream of a masker', () => {
  it.each<[object, RegExp]>([
    [{ contents: 'text' }, /no option contents/],
    [{ content: 'json' }, /content is bytes or text/],
    [{ idleMs: 0 }, /idleMs/],
    [{ idleMs: Number.NaN }, /idleMs/],
    [{ idleMs: 2 ** 31 }, /idleMs/],
    [{ heldAtMost: 10 }, /heldAtMost/],
    [{ heldAtMost: Infinity }, /heldAtMost/],
  ])('refuse %o', (options, message) => {
    const refused = expect.objectContaining({ code: 'ERR_CONFIG_INVALID', message: expect.stringMatching(message) })
    expect(() => masker().stream(options as never)).toThrow(refused)
    expect(() => masker().webStream(options as never)).toThrow(refused)
  })

  it('refuse to leave out detectors elsewhere', () => {
    const ask = [{ name: 'elsewhere', types: ['person'], find: () => Promise.resolve([]) }]
    expect(() => masker({ ask }).stream()).toThrow('asks no detector elsewhere')
    expect(() => masker({ ask }).webStream()).toThrow('asks no detector elsewhere')
  })

  it('say what its chunks are', async () => {
    const stream = masker().stream(text)
    const failed = once(stream, 'error')
    stream.write(Buffer.from('x'))
    expect(await failed).toEqual([expect.objectContaining({ code: 'ERR_CONFIG_INVALID' })])
    const { readable, writable } = masker().webStream(never)
    const [read, writer] = [readable.getReader().read(), writable.getWriter()]
    writer.closed.catch(() => undefined)
    await expect(writer.write('x' as never)).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
    await expect(read).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID' })
  })
})
