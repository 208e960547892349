import { describe, expect, it } from 'vitest'
import type { BackendSink, Rows } from '../../src/door/backend-scan.js'
import { BackendScanner } from '../../src/door/backend-scan.js'
import { int32, message } from '../../src/door/messages.js'

const row = (size: number): Buffer => message('D', Buffer.alloc(size, 0x61))
const answer = Buffer.concat([
  message('T', Buffer.from('description')),
  row(3),
  row(40),
  message('C', Buffer.from('SELECT 2\0')),
  message('Z', Buffer.from('I')),
])

class Recorder implements BackendSink {
  readonly wantsRows = false
  rewrites = false
  readonly messages: string[] = []
  readonly passed: Buffer[] = []
  rows = 0
  stopAt: string | undefined

  pass(bytes: Buffer): void {
    this.flush()
    this.passed.push(Buffer.from(bytes))
  }

  message(type: number, bytes: Buffer): 'pass' | 'stop' {
    const letter = String.fromCharCode(type)
    this.messages.push(letter)
    if (letter !== this.stopAt) return 'pass'
    this.passed.push(Buffer.from(bytes))
    return 'stop'
  }

  /** How many rows may go by; more have to wait. */
  granted = Infinity
  readonly waiting: Rows[] = []

  row(): 'pass' | 'wait' {
    if (this.granted === 0) return 'wait'
    this.granted -= 1
    this.rows += 1
    return 'pass'
  }

  held(rows: Rows): void {
    this.waiting.push(rows)
  }

  readonly #rewritten: Buffer[] = []

  rewrite(chunk: Buffer, start: number, end: number): void {
    this.#rewritten.push(Buffer.from(chunk.subarray(start, end)))
  }

  flush(): void {
    this.passed.push(...this.#rewritten.splice(0))
  }
}

describe('BackendScanner', () => {
  it('passes the same bytes and shows the same messages wherever the answer is split', () => {
    for (let first = 0; first <= answer.length; first++) {
      const recorder = new Recorder()
      const scanner = new BackendScanner(recorder, 1024)
      scanner.push(Buffer.from(answer.subarray(0, first)))
      scanner.push(Buffer.from(answer.subarray(first)))
      expect(Buffer.concat(recorder.passed)).toEqual(answer)
      expect(recorder.messages).toEqual(['T', 'C', 'Z'])
      expect(recorder.rows).toBe(2)
    }
  })

  it('shows every message when bytes come one by one', () => {
    const recorder = new Recorder()
    const scanner = new BackendScanner(recorder, 1024)
    for (const byte of answer) scanner.push(Buffer.from([byte]))
    expect(Buffer.concat(recorder.passed)).toEqual(answer)
    expect(recorder.messages).toEqual(['T', 'C', 'Z'])
  })

  it('keeps rows that have to wait, however the answer is split, and says how many and how long they are', () => {
    for (let first = 0; first <= answer.length; first++) {
      const recorder = new Recorder()
      recorder.granted = 0
      const scanner = new BackendScanner(recorder, 1024)
      scanner.push(Buffer.from(answer.subarray(0, first)))
      scanner.push(Buffer.from(answer.subarray(first)))
      let counted = 0
      for (let step = 0; step < recorder.waiting.length; step++) {
        expect([recorder.rows, scanner.stopped, recorder.messages]).toEqual([counted, true, ['T']])
        const rows = recorder.waiting[step]?.rows ?? 0
        recorder.granted = rows
        counted += rows
        scanner.resume()
      }
      expect([counted, recorder.rows]).toEqual([2, 2])
      expect(recorder.waiting.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(row(3).length + row(40).length)
      expect(Buffer.concat(recorder.passed)).toEqual(answer)
      expect(recorder.messages).toEqual(['T', 'C', 'Z'])
    }
  })

  it('keeps what follows a stop until it is resumed', () => {
    const recorder = new Recorder()
    recorder.stopAt = 'C'
    const scanner = new BackendScanner(recorder, 1024)
    scanner.push(answer)
    expect(recorder.messages).toEqual(['T', 'C'])
    scanner.push(message('N', Buffer.from('\0')))
    expect(recorder.messages).toEqual(['T', 'C'])
    recorder.stopAt = undefined
    scanner.resume()
    expect(recorder.messages).toEqual(['T', 'C', 'Z', 'N'])
  })

  it('lets a row larger than any cap pass in pieces', () => {
    const recorder = new Recorder()
    const scanner = new BackendScanner(recorder, 16)
    const large = Buffer.concat([row(100_000), message('Z', Buffer.from('I'))])
    for (let at = 0; at < large.length; at += 1000) scanner.push(large.subarray(at, at + 1000))
    expect(recorder.rows).toBe(1)
    expect(Buffer.concat(recorder.passed)).toEqual(large)
    expect(scanner.pending).toBe(0)
  })

  it.each([-5, 0, 3])('ends on the impossible length %i', (length) => {
    const scanner = new BackendScanner(new Recorder(), 1024)
    expect(() => {
      scanner.push(Buffer.concat([Buffer.from('D'), int32(length), Buffer.alloc(8)]))
    }).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED' }))
  })

  it('ends on a message above the cap', () => {
    const scanner = new BackendScanner(new Recorder(), 1024)
    expect(() => {
      scanner.push(Buffer.concat([Buffer.from('T'), int32(5000)]))
    }).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED' }))
  })
})
