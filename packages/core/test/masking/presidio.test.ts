import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createMasker } from '../../src/masking/index.js'
import { presidio } from './presidio-example.js'
import { parts } from './support/mask-key.js'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** A masker that asks an analyzer of one's own. */
async function maskerAsking(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`
  const ask = [presidio(url, { PERSON: 'person', LOCATION: 'place' })]
  return createMasker({ detect: [], ask, asking: { deadlineMs: 5_000 }, with: 'redact', ...parts })
}

const answering =
  (body: unknown, status = 200): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }

describe('Presidio, as the page asks it', () => {
  it('finds names by code points, and is told the field', async () => {
    const bodies: unknown[] = []
    const masker = await maskerAsking((request, response) => {
      let body = ''
      request.on('data', (chunk) => (body += String(chunk)))
      request.on('end', () => {
        const { text, ...others } = JSON.parse(body) as { text: string }
        bodies.push([request.method, request.url, others])
        // As in Python: an index is one of code points.
        const at = Array.from(text).join('\n').split('\n').length - 'Jane'.length
        const found = text.endsWith('Jane')
          ? [{ start: at, end: at + 4, entity_type: 'PERSON', score: 0.85, analysis_explanation: null }]
          : []
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(found))
      })
    })
    expect(await masker.texts(['😀😀 by Jane', 'nobody'], [{ field: 'author' }])).toEqual([
      '😀😀 by [person]',
      'nobody',
    ])
    expect(bodies).toContainEqual([
      'POST',
      '/analyze',
      { language: 'en', entities: ['PERSON', 'LOCATION'], context: ['author'] },
    ])
  })

  it.each<[string, RequestListener]>([
    ['answers an error', answering([], 500)],
    ['answers an error as Presidio does', answering({ error: 'No text provided' })],
    [
      'answers what is no JSON',
      (_request, response) => {
        response.end('<html>')
      },
    ],
    ['finds a part that there is not', answering([{ start: 0, end: 99, entity_type: 'PERSON', score: 1 }])],
    ['finds another type', answering([{ start: 0, end: 1, entity_type: 'CAT', score: 1 }])],
    [
      'sends the text elsewhere',
      (_request, response) => {
        response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end()
      },
    ],
    [
      'hangs up',
      (request) => {
        request.socket.destroy()
      },
    ],
    [
      'floods',
      (_request, response) => {
        response.end('['.repeat(1_100_000))
      },
    ],
  ])('masks whole when it %s', async (_what, answer) => {
    expect(await (await maskerAsking(answer)).texts(['by Jane'])).toEqual(['[unchecked]'])
  })

  it('masks whole when it hangs until the caller gives up', async () => {
    const controller = new AbortController()
    const masker = await maskerAsking(() => {
      controller.abort()
    })
    expect(await masker.texts(['by Jane'], [], controller.signal)).toEqual(['[unchecked]'])
  })
})
