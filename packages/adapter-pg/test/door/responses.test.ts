import { describe, expect, it } from 'vitest'
import { message } from '../../src/door/messages.js'
import { ResponseTracker } from '../../src/door/responses.js'

const nothing = (): undefined => undefined

describe('an answer that fits nothing that was sent', () => {
  it.each<[string, string]>([
    ['ParseComplete', '1'],
    ['BindComplete', '2'],
    ['NoData', 'n'],
    ['PortalSuspended', 's'],
  ])('ends the connection: %s where a Close was sent', (_name, type) => {
    const fatal: unknown[] = []
    const seen: Buffer[] = []
    const tracker = new ResponseTracker(
      {
        toClient: (bytes) => seen.push(bytes),
        told: (bytes) => bytes,
        notified: (bytes) => bytes,
        ready: nothing,
        parsed: nothing,
        skipping: nothing,
        copyIn: nothing,
        parameter: nothing,
        progress: nothing,
        ended: nothing,
        fatal: (error) => fatal.push(error),
      },
      1024,
    )
    tracker.owed.expect({ kind: 'close' })
    tracker.push(message(type, Buffer.alloc(0)))
    expect(fatal).toEqual([expect.objectContaining({ code: 'ERR_PROTOCOL_REFUSED' })])
    expect(seen).toEqual([])
  })
})
