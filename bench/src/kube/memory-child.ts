// Reads a list of 100 MB and prints how much memory that took on the way. Arguments: `bare` or `governed`, and where the API server is.
import { once } from 'node:events'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { request as httpRequest } from 'node:http'
import type { Agent } from 'node:https'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { memoryJournal } from '@bothkeys/core/testing'
import { type Access, configOf, governedConfig } from './cluster.js'
import { detecting } from './cluster-policy.js'
import { mebibytes, readMemory, type Growth } from './growth.js'
import { paths } from './paths.js'

const [kind, given = '{}'] = process.argv.slice(2)
const access = JSON.parse(given) as Access

async function open(): Promise<{ get: (path: string) => Promise<IncomingMessage>; close: () => Promise<void> }> {
  const { config, guard } =
    kind === 'governed'
      ? await governedConfig(access, memoryJournal(), [detecting])
      : { config: configOf(access), guard: undefined }
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const agent = guard === undefined ? new HttpsAgent({ keepAlive: true, ca: access.authority }) : (options.agent as Agent)
  const server = new URL(config.getCurrentCluster()?.server ?? '')
  const send = server.protocol === 'https:' ? httpsRequest : httpRequest
  const get = async (path: string): Promise<IncomingMessage> => {
    const [answer] = (await once(send(new URL(path, server), { ...options, agent }).end(), 'response')) as [IncomingMessage]
    return answer
  }
  return {
    get,
    close: async () => {
      agent.destroy()
      await guard?.close()
    },
  }
}

const { get, close } = await open()
// What is loaded and compiled on the first use counts for nothing.
for (let round = 0; round < 5; round += 1) for await (const _ of await get(paths.list)) void _
const before = readMemory()
const growth = { heap: 0, buffers: 0, resident: 0, bytes: 0 }
let last = ''
for await (const chunk of (await get(paths.hugeList)) as AsyncIterable<Buffer>) {
  const sample = Math.floor((growth.bytes + chunk.length) / 4e6) > Math.floor(growth.bytes / 4e6)
  growth.bytes += chunk.length
  last = chunk.toString('latin1').slice(-2)
  if (!sample) continue
  growth.resident = Math.max(growth.resident, process.memoryUsage.rss() - before.resident)
  const now = readMemory()
  growth.heap = Math.max(growth.heap, now.heap - before.heap)
  growth.buffers = Math.max(growth.buffers, now.buffers - before.buffers)
}
if (last !== ']}') throw new Error('the list is not whole')
await close()
const said: Growth = {
  megabytes: growth.bytes / 1e6,
  heapMiB: mebibytes(growth.heap),
  bufferMiB: mebibytes(growth.buffers),
  residentMiB: mebibytes(growth.resident),
}
process.stdout.write(JSON.stringify(said))
