// An API server that answers from memory, so that what it does itself hides nothing. Runs as a child: `{ cert, key }` in a message
// starts it, and its port is the answer.
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:https'
import { podJson } from './pods.js'
import { paths } from './paths.js'

const head = `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[`
const isRehearsal = process.env['BENCH_REHEARSAL'] !== undefined
const hugeBytes = isRehearsal ? paths.hugeBytes / 20 : paths.hugeBytes
const secret = Buffer.from('hunter2').toString('base64')
const events = Array.from({ length: paths.eventsPerWatch }, (_, index) => {
  const metadata = { name: `s${String(index)}`, namespace: 'watched', resourceVersion: String(index + 1) }
  const object = { kind: 'Secret', apiVersion: 'v1', metadata, data: { password: secret }, type: 'Opaque' }
  return `${JSON.stringify({ type: 'ADDED', object })}\n`
}).join('')
const pod = Buffer.from(`{"kind":"Pod","apiVersion":"v1",${podJson(1).slice(1)}`)
const lists = new Map<string, Buffer>([
  [paths.list, list(100)],
  [paths.largeList, list(isRehearsal ? 500 : paths.largeCount)],
])
const watching = new Set<ServerResponse>()

process.once('message', ({ cert, key }: { cert: string; key: string }) => {
  const server = createServer({ cert, key }, (request, response) => {
    request.resume().once('end', () => {
      answer(request.url ?? '', response)
    })
  })
  // Its clients take turns that may be long.
  server.keepAliveTimeout = 600_000
  server.listen(0, '127.0.0.1', 1024, () => process.send?.((server.address() as AddressInfo).port))
})
// The parent went.
process.once('disconnect', () => process.exit())

function answer(url: string, response: ServerResponse): void {
  const [path = '', query = ''] = url.split('?')
  const json = { 'content-type': 'application/json' }
  if (query.includes('watch=true')) {
    response.writeHead(200, json).flushHeaders()
    watch(response, Number(/resourceVersion=(\d+)/.exec(query)?.[1]))
    return
  }
  if (path === paths.hugeList) {
    response.writeHead(200, json)
    void huge(response)
    return
  }
  const body = lists.get(path) ?? pod
  response.writeHead(200, { ...json, 'content-length': body.length }).end(body)
}

/** Events come when as many watch as said, so that all of them do at once. */
function watch(response: ServerResponse, together: number): void {
  watching.add(response)
  response.once('close', () => watching.delete(response))
  if (watching.size < together) return
  for (const each of watching) each.write(events)
  watching.clear()
}

function list(count: number): Buffer {
  const items = Array.from({ length: count }, (_, index) => podJson(index))
  return Buffer.from(`${head}${items.join(',')}]}`)
}

/** As many pods as have this many bytes, without ever having them all. */
async function huge(response: ServerResponse): Promise<void> {
  response.write(head)
  let sent = 0
  for (let index = 0; sent < hugeBytes; index += 100) {
    const items = Array.from({ length: 100 }, (_, each) => podJson(index + each)).join(',')
    sent += items.length
    if (!response.write(sent < hugeBytes ? `${items},` : items)) await once(response, 'drain')
  }
  response.end(']}')
}
