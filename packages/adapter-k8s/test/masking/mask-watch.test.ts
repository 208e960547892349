import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { MaskContext } from '../../src/masking/mask-context.js'
import { maskWatch } from '../../src/masking/mask-watch.js'
import { collected, inPieces } from './support/bytes.js'
import { base64, shown, texts, token } from './support/maskers.js'

const secret = { metadata: { name: 's', resourceVersion: '1' }, data: { a: base64('hunter2') } }
const typed = { kind: 'Secret', apiVersion: 'v1', ...secret }
const line = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`
const context: MaskContext = { resource: 'secrets' }

async function watched(text: string, size = 9, more: MaskContext = context): Promise<string> {
  const { error, text: output } = await collected(maskWatch(inPieces(text, [size]), more))
  if (error !== undefined) throw error as Error
  return output
}

async function failed(
  text: string,
  more: MaskContext = context,
  size = 9,
): Promise<{ output: string; message: string }> {
  const { error, text: output } = await collected(maskWatch(inPieces(text, [size]), more))
  expect(error).toMatchObject({ code: 'ERR_INTERNAL' })
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('hunter2')
  expect(output).not.toContain('hunter2')
  expect(output).not.toContain(base64('hunter2'))
  return { output, message: (error as Error).message }
}

describe('a watch', () => {
  it('has each event masked, wherever it is cut', async () => {
    const bookmark = { kind: 'Secret', apiVersion: 'v1', metadata: { resourceVersion: '9', creationTimestamp: null } }
    const expired = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'too old',
      reason: 'Expired',
      code: 410,
    }
    const events = [
      ['ADDED', typed],
      ['MODIFIED', secret],
      ['DELETED', typed],
      ['BOOKMARK', bookmark],
      ['ERROR', expired],
    ] as const
    const sent = events.map(([type, object]) => line(type, object)).join('')
    const expected = events.map(([type, object]) => line(type, shown(object, context))).join('')
    for (const size of [1, 2, 9, 100, 100_000]) expect(await watched(sent, size)).toBe(expected)
    expect(expected).toContain(base64('[secret]'))
    expect(expected).toContain('too old')
  })

  it('passes over empty lines, and takes a last event without an end of line', async () => {
    expect(await watched(`\n\r\n${line('ADDED', typed).trimEnd()}`)).toBe(line('ADDED', shown(typed)))
    expect(await watched('')).toBe('')
  })

  it('remembers the columns that its first table said', async () => {
    const table = (columnDefinitions: unknown): unknown => ({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      columnDefinitions,
      rows: [{ cells: ['s1', 'hunter2'], object: { kind: 'PartialObjectMetadata', metadata: { name: 's1' } } }],
    })
    const output = await watched(
      line('ADDED', table([{ name: 'Name' }, { name: 'Odd' }])) + line('MODIFIED', table(null)),
    )
    const cells = output
      .trim()
      .split('\n')
      .map((each) => JSON.parse(each).object.rows[0].cells)
    expect(cells).toEqual([
      ['s1', '[secret]'],
      ['s1', '[secret]'],
    ])
    expect(await watched(line('ADDED', table(null)))).toContain('["[secret]","[secret]"]')
  })

  it('gives events out at once', async () => {
    async function* slow(): AsyncGenerator<Uint8Array> {
      yield await Promise.resolve(Buffer.from(line('ADDED', typed)))
      await new Promise(() => undefined)
    }
    const { value } = await maskWatch(slow(), context).next()
    expect(String(value)).toBe(line('ADDED', shown(typed)))
  })

  it('does not keep bytes that their sender uses again', async () => {
    const text = line('ADDED', typed)
    async function* reusing(): AsyncGenerator<Uint8Array> {
      const buffer = Buffer.alloc(5)
      for (let at = 0; at < text.length; at += 5) {
        const length = buffer.write(text.slice(at, at + 5))
        yield await Promise.resolve(buffer.subarray(0, length))
      }
    }
    expect((await collected(maskWatch(reusing(), context))).text).toBe(line('ADDED', shown(typed)))
  })

  it('masks what detectors find in events', async () => {
    const event = { kind: 'Event', apiVersion: 'v1', metadata: { name: 'e' }, message: `failed with ${token}` }
    expect(await watched(line('ADDED', event), 9, { texts })).toContain('failed with [jwt]')
  })

  it.each([
    ['hunter2\n', 'could not be read'],
    ['{"type":"ADDED","object":{"a":"hunter2"\n', 'could not be read'],
    ['{"type":"ADDED","object":{"a":"hunter2"', 'could not be read'],
    ['[]\n', 'another form'],
    ['"ADDED"\n', 'another form'],
    ['{"object":{"data":"hunter2"}}\n', 'another form'],
    ['{"type":"HUNTER2","object":{}}\n', 'another form'],
    ['{"type":7,"object":{}}\n', 'another form'],
    ['{"type":"ADDED","object":{},"more":"hunter2"}\n', 'another form'],
    ['{"type":"ADDED","objects":{}}\n', 'no object'],
    ['{"type":"ADDED","object":"hunter2"}\n', 'no object'],
    ['{"type":"ADDED","object":[{"data":"hunter2"}]}\n', 'no object'],
    ['{"type":"ADDED","object":null}\n', 'no object'],
    [`{"type":"ADDED","object":{}}{"type":"ADDED","object":{"data":"hunter2"}}\n`, 'could not be read'],
  ])('ends with an error behind the events before: %j', async (text, reason) => {
    const before = line('ADDED', typed)
    const { message, output } = await failed(before + text)
    expect(message).toContain(reason)
    expect(output).toBe(line('ADDED', shown(typed)))
  })

  it('ends with an error when an event is too large, and says the same wherever it is cut', async () => {
    const event = line('ADDED', typed)
    const limits = { item: event.length - 1 }
    for (const size of [1, 64, 1000]) {
      expect(await watched(event, size, { limits })).toBe(line('ADDED', shown(typed)))
      expect((await failed(` ${event}`, { limits }, size)).message).toContain('too large')
      expect((await failed('a'.repeat(10_000), { limits }, size)).message).toContain('too large')
    }
  })

  it('ends with an error when a detector fails', async () => {
    const failing = {
      text(text: string): string {
        throw new Error(text)
      },
    }
    expect((await failed(line('ADDED', { kind: 'Thing', a: 'hunter2' }), { texts: failing })).output).toBe('')
  })
})
