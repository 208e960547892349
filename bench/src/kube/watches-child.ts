// Watches secrets many times at once and prints what came and what memory it took. Arguments: `bare` or `governed`, where the API
// server is, and how many.
import { setTimeout as sleep } from 'node:timers/promises'
import { memoryJournal } from '@bothkeys/core/testing'
import { Watch } from '@kubernetes/client-node'
import { type Access, configOf, governedConfig } from './cluster.js'
import { detecting } from './cluster-policy.js'
import { readMemory, type Watched } from './growth.js'
import { paths } from './paths.js'

const [kind, given = '{}', howMany = '0'] = process.argv.slice(2)
const count = Number(howMany)
const access = JSON.parse(given) as Access
const { config, guard } =
  kind === 'governed' ? await governedConfig(access, memoryJournal(), [detecting]) : { config: configOf(access), guard: undefined }
const marker = Buffer.from('[secret]').toString('base64')

let [events, masked] = [0, 0]
const watch = async (together: number): Promise<AbortController> =>
  new Watch(config).watch(
    paths.watch,
    { resourceVersion: together },
    (_type, object: { data?: { password?: string } }) => {
      events += 1
      if (object.data?.password === marker) masked += 1
    },
    () => undefined,
  )
const arrived = async (wanted: number): Promise<void> => {
  const end = performance.now() + 120_000
  while (events < wanted && performance.now() < end) await sleep(5)
}

// What is loaded and compiled on the first use counts for nothing.
const first = await watch(1)
await arrived(paths.eventsPerWatch)
first.abort()
await sleep(100)
;[events, masked] = [0, 0]
const before = readMemory()
const startedAt = performance.now()
const open = await Promise.all(Array.from({ length: count }, () => watch(count)))
await arrived(count * paths.eventsPerWatch)
const milliseconds = performance.now() - startedAt
const now = readMemory()
const said: Watched = {
  events,
  masked,
  milliseconds,
  heapKiB: (now.heap - before.heap) / 1024 / count,
  bufferKiB: (now.buffers - before.buffers) / 1024 / count,
}
for (const each of open) each.abort()
await guard?.close()
process.stdout.write(JSON.stringify(said), () => process.exit())
