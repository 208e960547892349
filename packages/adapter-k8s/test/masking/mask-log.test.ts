import { Transform } from 'node:stream'
import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { maskLog } from '../../src/masking/mask-log.js'
import { maskWarning } from '../../src/masking/mask-warning.js'
import { collected, inPieces } from './support/bytes.js'
import { texts, token } from './support/maskers.js'

const logs = { stream: () => texts.stream({ idleMs: Infinity }) }

async function assertFailed(output: Promise<{ readonly text: string; readonly error?: unknown }>): Promise<void> {
  const { error, text } = await output
  expect(error).toMatchObject({ code: 'ERR_INTERNAL' })
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('hunter2')
  expect(text).not.toContain('hunter2')
}

describe('logs', () => {
  it('are masked wherever they are cut', async () => {
    const text = `started\nuser ${token} came\nmail jane@example.com\n`.repeat(20)
    const { text: output } = await collected(maskLog(inPieces(text, [1, 50, 7]), logs))
    expect(output).toBe('started\nuser [jwt] came\nmail [email]\n'.repeat(20))
  })

  it('pass as they are when no rule wants detectors', async () => {
    expect((await collected(maskLog(inPieces('hunter2', [2]), undefined))).text).toBe('hunter2')
  })

  it('end with an error that holds nothing of them', async () => {
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from('started\n'))
      throw new Error('hunter2')
    }
    await assertFailed(collected(maskLog(breaking(), logs)))
    await assertFailed(collected(maskLog(breaking(), undefined)))
    const failing = {
      stream: () =>
        new Transform({
          transform(chunk: Buffer, _encoding, callback) {
            callback(new Error(chunk.toString()))
          },
        }),
    }
    await assertFailed(collected(maskLog(inPieces('hunter2', [7]), failing)))
  })

  it('are read no further when their reader stops', async () => {
    let isClosed = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(Buffer.alloc(10_000, 'a line of a log\n'))
      } finally {
        isClosed = true
      }
    }
    for await (const part of maskLog(endless(), logs)) if (part.length > 0) break
    await expect.poll(() => isClosed).toBe(true)
  })
})

describe('warnings', () => {
  it('are masked', () => {
    expect(maskWarning(`299 - "unknown field \\"spec.${token}\\""`, { texts })).toBe(
      '299 - "unknown field \\"spec.[jwt]\\""',
    )
    expect(maskWarning('299 - "password=hunter2"', {})).toBe('299 - "password=[secret]"')
    expect(maskWarning('299 - "harmless"', { texts })).toBe('299 - "harmless"')
  })

  it('say nothing about secrets', () => {
    expect(maskWarning('299 - "hunter2"', { resource: 'secrets' })).toBe('299 - "[secret]"')
  })

  it('are left out when they have another form', () => {
    for (const odd of ['hunter2', '299 - hunter2', '299 - "a", 299 - "b"', '299 - "a" "date"', '']) {
      expect(maskWarning(odd, {})).toBeUndefined()
    }
  })

  it('stay in their line and their quotes', () => {
    const breaking = { text: () => 'a\r\nSet-Cookie: "b"\\ ä' }
    expect(maskWarning('299 - "x"', { texts: breaking })).toBe(String.raw`299 - "a  Set-Cookie: \"b\"\\  "`)
    expect(maskWarning('299 - "x"', { texts: { text: () => null } })).toBe('299 - "[secret]"')
  })

  it('fail with nothing of them', () => {
    const failing = {
      text(text: string): string {
        throw new Error(text)
      },
    }
    expect(() => maskWarning('299 - "hunter2"', { texts: failing })).toThrow(expect.not.stringContaining('hunter2'))
  })
})
