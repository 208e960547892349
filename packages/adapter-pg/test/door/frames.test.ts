import { describe, expect, it } from 'vitest'
import { FrameReader } from '../../src/door/frames.js'
import { int32, message, query } from '../../src/door/messages.js'

const conversation = Buffer.concat([
  query(Buffer.from('select 1')),
  message('P', Buffer.from('name\0select $1\0\0\0')),
  message('S', Buffer.alloc(0)),
  message('X', Buffer.alloc(0)),
])

function framesOf(chunks: readonly Buffer[]): string[] {
  const reader = new FrameReader(1024, true)
  const frames: string[] = []
  for (const chunk of chunks) {
    reader.push(chunk)
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame.bytes.toString('hex'))
  }
  return frames
}

describe('FrameReader', () => {
  it('cuts the same messages wherever the bytes are split', () => {
    const whole = framesOf([conversation])
    expect(whole).toHaveLength(4)
    for (let at = 0; at <= conversation.length; at++) {
      expect(framesOf([conversation.subarray(0, at), conversation.subarray(at)])).toEqual(whole)
    }
    expect(framesOf(Array.from(conversation, (byte) => Buffer.from([byte])))).toEqual(whole)
  })

  it('refuses a message above the cap before its body has arrived', () => {
    const reader = new FrameReader(1024, true)
    reader.push(Buffer.concat([Buffer.from('Q'), int32(1024)]))
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED' }))
  })

  it.each([-1, 0, 3, 0x7fffffff])('refuses the length %i', (length) => {
    const reader = new FrameReader(1024, true)
    reader.push(Buffer.concat([Buffer.from('Q'), int32(length)]))
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED' }))
  })

  it('overwrites its pieces once a message is put together from them, where they are its own', () => {
    for (const wipes of [true, false]) {
      const reader = new FrameReader(1024, true, wipes)
      const whole = Buffer.concat([message('S', Buffer.from('kept')), message('p', Buffer.from('secret'))])
      const pieces = [whole.subarray(0, 12), whole.subarray(12)]
      reader.push(pieces[0] ?? whole)
      const first = reader.next()?.bytes
      reader.push(pieces[1] ?? whole)
      expect(reader.next()?.bytes.subarray(5).toString()).toBe('secret')
      expect(first?.subarray(5).toString()).toBe('kept')
      expect(whole.subarray(9).every((byte) => byte === 0)).toBe(wipes)
      const rest = Buffer.from('p half of a secret')
      reader.push(rest)
      reader.wipe()
      expect([reader.pendingBytes, rest.every((byte) => byte === 0)]).toEqual([0, true])
    }
  })

  it('reads untyped messages until it is told otherwise', () => {
    const reader = new FrameReader(1024, false)
    reader.push(Buffer.concat([int32(8), int32(80877103), query(Buffer.from('select 1'))]))
    expect(reader.next()?.type).toBe(0)
    reader.expectTyped(1_000)
    expect(reader.next()?.type).toBe('Q'.charCodeAt(0))
  })
})
