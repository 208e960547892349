import { describe, expect, it } from 'vitest'
import {
  builtInDetectors,
  maskBytes,
  maskText,
  scan,
  type Detector,
  type MaskStreamOptions,
} from '@bothkeys/core/masking'
import { fc } from '../properties.js'
import { card, detectors, email, values } from './support/detectors.js'
import { amongDecoys } from './support/decoys.js'
import { disguises } from './support/disguises.js'
import { examples as builtInExamples } from './support/examples.js'

const options: MaskStreamOptions = { detectors, mask: (_, { type }) => `[${type}]` }
const utf8 = new TextEncoder()
const soak = process.env['BOTHKEYS_SOAK'] !== undefined
/** Every split of everything takes minutes. */
const long = { timeout: soak ? 3_600_000 : 180_000 }

function unsplit(text: string, given = detectors): string {
  let done = 0
  let output = ''
  for (const { start, end, type } of scan(text, given)) {
    output += `${text.slice(done, start)}[${type}]`
    done = end
  }
  return output + text.slice(done)
}

function inParts(bytes: Uint8Array, cuts: readonly number[], given = options): string {
  const stream = maskBytes(given)
  const output: Uint8Array[] = []
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    output.push(stream.push(bytes.subarray(from, cut)))
    from = cut
  }
  output.push(stream.end())
  return Buffer.concat(output).toString('latin1')
}

function bytesOf(text: string): string {
  return Buffer.from(text).toString('latin1')
}

const pemBody = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n'.repeat(24)
const pem = `-----BEGIN PRIVATE KEY-----\n${pemBody}-----END PRIVATE KEY-----`
const token = `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxMjM0NTY3ODkwIn0'.repeat(30)}.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c`
/** More than a stream holds back, without anything to find. */
const filler = 'level=info msg="order shipped" region=eu-west lines=12 path=/var/log/app.log café ☕\n'.repeat(40)

const examples: [string, string][] = [
  ...Object.entries(disguises).flatMap(([disguise, write]) =>
    Object.entries(values).map(([type, value]): [string, string] => [
      `${disguise} ${type}`,
      `It was ${write(value)} he said.`,
    ]),
  ),
  ['key', 'key sk_live_51H8abcdefghijklmnop used'],
  ['token', `Bearer ${token} used`],
  ['PEM', `key:\n${pem}\ndone`],
]

describe('a stream', () => {
  it('masks every example alike wherever it is split', long, () => {
    for (const [name, example] of examples) {
      const bytes = utf8.encode(example)
      const expected = bytesOf(unsplit(example))
      const step = bytes.length > 500 && !soak ? 97 : 1
      for (let cut = 0; cut <= bytes.length; cut += step)
        expect(inParts(bytes, [cut]), `${name} at ${String(cut)}`).toBe(expected)
      expect(inParts(bytes, Array.from(bytes.keys())), `${name} in single bytes`).toBe(expected)
    }
  })

  it('masks every example of the built-in detectors alike wherever it is split', long, () => {
    const given = { ...options, detectors: [...builtInDetectors.values()] }
    for (const [type, example] of builtInExamples) {
      const text = `It was ${example} he said.`
      const bytes = utf8.encode(text)
      const expected = bytesOf(unsplit(text, given.detectors))
      expect(expected).toContain(`[${type}]`)
      const step = bytes.length > 200 && !soak ? 29 : 1
      for (let cut = 0; cut <= bytes.length; cut += step)
        expect(inParts(bytes, [cut], given), `${type} at ${String(cut)}`).toBe(expected)
      expect(inParts(bytes, Array.from(bytes.keys()), given), `${type} in single bytes`).toBe(expected)
    }
  })

  it('masks them alike with so much clean text around that parts come out meanwhile', long, () => {
    const given = { ...options, detectors: [...builtInDetectors.values()] }
    for (const [type, example] of builtInExamples.filter((_, index) => soak || index % 4 === 0)) {
      const text = `${filler}It was ${example} he said.\n${filler}`
      const bytes = utf8.encode(text)
      const expected = bytesOf(unsplit(text, given.detectors))
      const start = utf8.encode(filler).length
      for (let cut = start - 5; cut < start + Math.min(example.length + 10, 300); cut += soak ? 1 : 13)
        expect(inParts(bytes, [cut, cut + 900], given), `${type} at ${String(cut)}`).toBe(expected)
      expect(inParts(bytes, Array.from(bytes.keys()), given), `${type} in single bytes`).toBe(expected)
    }
  })

  it('masks alike with so much around that parts come out meanwhile', long, () => {
    for (const [name, example] of examples.filter((_, index) => soak || index % 5 === 0 || index > 95)) {
      const text = filler + example + filler
      const bytes = utf8.encode(text)
      const expected = bytesOf(unsplit(text))
      const start = utf8.encode(filler).length
      for (let cut = start - 5; cut < start + Math.min(example.length, 300); cut += soak ? 1 : 13) {
        expect(inParts(bytes, [cut, cut + 900]), `${name} at ${String(cut)}`).toBe(expected)
      }
      expect(inParts(bytes, Array.from(bytes.keys())), `${name} in single bytes`).toBe(expected)
    }
  })

  it('masks alike in random parts', long, () => {
    const texts = fc.array(
      fc.oneof(fc.constantFrom(...examples.map(([, example]) => example)), fc.constant(filler.slice(0, 700))),
      { minLength: 1, maxLength: 6 },
    )
    fc.assert(
      fc.property(texts, fc.array(fc.nat({ max: 10_000 }), { maxLength: 12 }), (parts, places) => {
        const text = parts.join('\n\n')
        const bytes = utf8.encode(text)
        const cuts = places.map((place) => place % (bytes.length + 1)).toSorted((one, other) => one - other)
        expect(inParts(bytes, cuts)).toBe(bytesOf(unsplit(text)))
      }),
      { numRuns: soak ? 2000 : 150 },
    )
  })

  it('passes on bytes that are no UTF-8, and masks around them', () => {
    const bytes = Uint8Array.from([
      0xff,
      0xc3,
      ...utf8.encode(' a '),
      0xed,
      0xa0,
      0x80,
      0xe2,
      0x82,
      0x20,
      ...utf8.encode(values.ssn),
      0x20,
      0xf0,
      0x9f,
    ])
    const expected = '\xff\xc3 a \xed\xa0\x80\xe2\x82 [ssn] \xf0\x9f'
    for (let cut = 0; cut <= bytes.length; cut += 1) expect(inParts(bytes, [cut])).toBe(expected)
    expect(inParts(bytes, Array.from(bytes.keys()))).toBe(expected)
  })

  it('masks a value with bytes that are no UTF-8 in it', () => {
    const bytes = Uint8Array.from([...utf8.encode('123-4'), 0xff, ...utf8.encode('5-6789')])
    expect(inParts(bytes, [6])).toBe('[ssn]')
  })

  it('keeps every character of two units where parts come out meanwhile', () => {
    for (const before of ['', 'x', 'é']) {
      const bytes = utf8.encode(before + '😀'.repeat(1500))
      expect(inParts(bytes, [1001, 3002, 4003])).toBe(Buffer.from(bytes).toString('latin1'))
    }
  })

  it('keeps every byte of what needs no masking', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat({ max: 400 }), (bytes, cut) => {
        const given = { ...options, detectors: [email] }
        if (inParts(bytes, [], given).includes('[email]')) return
        expect(inParts(bytes, [Math.min(cut, bytes.length)], given)).toBe(Buffer.from(bytes).toString('latin1'))
      }),
    )
  })

  it('lets the host use its buffer again', () => {
    const stream = maskBytes(options)
    const buffer = Uint8Array.from([0xc3])
    stream.push(buffer)
    buffer[0] = 0x41
    stream.push(Uint8Array.of(0xa9))
    expect(stream.end()).toEqual(Uint8Array.of(0xc3, 0xa9))
  })
})

describe('what a stream holds back', () => {
  it('is no more than the longest match and what is looked at behind it', () => {
    const stream = maskText(options)
    const text = 'all is well here. '.repeat(500)
    expect(text.length - stream.push(text).length).toBeLessThanOrEqual(320 + 256)
  })

  it('is masked when it is too much to decide', () => {
    const stream = maskText({ ...options, detectors: [card], heldAtMost: 4096 })
    let output = stream.push('card 4111')
    for (let part = 0; part < 12; part += 1) output += stream.push('\u200b'.repeat(1000))
    output += stream.push('1111 1111 1111 and so on. ')
    output += stream.end()
    expect(output).not.toMatch(/1/)
    expect(output).toContain('[undecided]')
  })

  it('is masked when too much can be read in other ways, and what comes behind it is not', () => {
    const hidden = Buffer.from('4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1').toString('base64')
    const text = `${amongDecoys(hidden)}${'all is well. '.repeat(500)}`
    for (const size of [9000, 100_000]) {
      const stream = maskText({ ...options, detectors: [card] })
      let output = ''
      for (let at = 0; at < text.length; at += size) output += stream.push(text.slice(at, at + size))
      output += stream.end()
      expect(output).not.toContain(hidden.slice(0, 12))
      expect(output).toMatch(/\[unchecked\]|\[undecided\]/)
      expect(output).toMatch(/all is well\. $/)
    }
  })

  it('passes again what follows something undecided', () => {
    const stream = maskText({ ...options, detectors: [card], heldAtMost: 4096 })
    let output = stream.push('\u200b'.repeat(9000))
    output += stream.push('all is well here. '.repeat(500))
    output += stream.push('the end')
    output += stream.end()
    expect(output).toContain('[undecided]')
    expect(output).toMatch(/all is well here\. the end$/)
  })

  it('is masked to its end when it never ends', () => {
    const stream = maskText({ ...options, heldAtMost: 4096 })
    let output = ''
    for (let part = 0; part < 100; part += 1)
      output += stream.push(`-----BEGIN PRIVATE KEY-----\n${pemBody.slice(0, 650)}`)
    output += stream.end()
    expect(output).not.toContain('MII')
  })
})

describe('an idle stream', () => {
  const idle = (text: string): string => {
    const stream = maskText(options)
    return stream.push(text) + stream.flush()
  }

  it('shows prompts', () => {
    for (const prompt of [
      'ops@db1:~$ ',
      'orders=> ',
      'Password: ',
      '\u001b[1m/srv\u001b[0m # ',
      '[42/100] continue? [y/N] ',
      'in 2024 ',
    ]) {
      expect(idle(prompt)).toBe(prompt)
    }
  })

  it.each([
    ['digits', '4111 1111 1'],
    ['digits that are disguised', 'ca ٤١١١١'],
    ['escapes', 'is \\u0034\\u00'],
    ['percent encoding', 'is %34%31%3'],
    ['an address', 'to jane.doe@exa'],
    ['a token', 'is eyJhbGciOi'],
    ['the start of a keyword', 'is sk_li'],
    ['base64', 'is NDExMTExMTExMTEx'],
    ['a finding that may go on', `at ${values.email}`],
    ['an escape sequence', 'at \u001b[3'],
    ['a key', '-----BEGIN PRIVATE KEY-----\nMIIE'],
  ])('keeps the beginning of %s', (_, text) => {
    expect(idle(text).length).toBeLessThanOrEqual(3)
  })

  it('masks the rest of what it gave out the beginning of', () => {
    const stream = maskText(options)
    let output = ''
    for (const part of ['card 41', '11 1', '111 11', '11 11', '11 ok']) output += stream.push(part) + stream.flush()
    output += stream.end()
    expect(output).toBe('card 41[card] ok')
  })
})

describe('a stream whose detector fails', () => {
  const broken: Detector = {
    ...card,
    find() {
      throw new Error('out of order')
    },
  }

  it('gives nothing out, then or later', () => {
    const stream = maskText({ ...options, detectors: [broken] })
    stream.push('4111 1111 1111 1111')
    expect(() => stream.flush()).toThrow('out of order')
    expect(() => stream.push('x')).toThrow('out of order')
    expect(() => stream.end()).toThrow('out of order')
  })

  it('takes nothing when it has ended', () => {
    const stream = maskText(options)
    stream.end()
    expect(() => stream.push('x')).toThrow('has ended')
  })

  it('refuses unknown options and too small a reserve', () => {
    expect(() => maskText({ ...options, treshold: 1 } as never)).toThrow('treshold')
    expect(() => maskText({ ...options, heldAtMost: 10 })).toThrow('heldAtMost')
  })
})
