// Streams a million rows and prints how much the heap grew on the way. Arguments: `raw` or `governed`, and the URL.
import { memoryJournal } from '@bothkeys/core/testing'
import pg from 'pg'
import QueryStream from 'pg-query-stream'
import { governedClient } from './stage.js'
import type { Growth } from './tables/stream-heap.js'

const rows = 1_000_000
const text = `select i as id, i % 1000 as customer, 'status ' || i as status, md5(i::text) as token from generate_series(1, ${String(rows)}) i`

const [kind, url] = process.argv.slice(2)
if (url === undefined || globalThis.gc === undefined) throw new Error('run by the benchmark, with --expose-gc')

const mebibytes = (bytes: number): number => bytes / 2 ** 20
const read = (): NodeJS.MemoryUsage => {
  globalThis.gc?.()
  return process.memoryUsage()
}

async function open(connectionString: string): Promise<{ client: pg.Client; close: () => Promise<void> }> {
  if (kind === 'governed') {
    const { client, guard } = await governedClient(connectionString, memoryJournal())
    return { client, close: () => client.end().then(() => guard.close()) }
  }
  const client = new pg.Client({ connectionString })
  await client.connect()
  return { client, close: () => client.end() }
}

const { client, close } = await open(url)
// What is loaded and compiled on the first use counts for nothing.
for await (const _ of client.query(new QueryStream('select i from generate_series(1, 1000) i'))) void _
const before = read()
let heap = 0
let buffers = 0
let count = 0
for await (const _ of client.query(new QueryStream(text))) {
  void _
  if (++count % (rows / 10) !== 0) continue
  const now = read()
  heap = Math.max(heap, now.heapUsed - before.heapUsed)
  buffers = Math.max(buffers, now.external + now.arrayBuffers - before.external - before.arrayBuffers)
}
await close()
if (count !== rows) throw new Error(`${String(count)} rows came`)
const growth: Growth = { rows, heapMiB: mebibytes(heap), bufferMiB: mebibytes(buffers) }
process.stdout.write(JSON.stringify(growth))
