import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { mayGoUnread } from '../src/unread-log.js'

describe('a log that nobody reads', () => {
  it('stops nothing', () => {
    const streams = [new PassThrough(), new PassThrough()] as const
    const broken = new Error('EPIPE')
    for (const stream of streams) expect(() => stream.emit('error', broken)).toThrow('EPIPE')
    mayGoUnread(...streams)
    for (const stream of streams) expect(() => stream.emit('error', broken)).not.toThrow()
  })
})
