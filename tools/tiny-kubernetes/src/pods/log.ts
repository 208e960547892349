import type { Writable } from 'node:stream'
import type { ServerResponse } from 'node:http'
import { Refusal } from '../status.js'
import type { Answer, Call, Place, World } from '../world.js'
import { found } from '../verbs/found.js'
import { containerOf } from './container.js'

/** Writes the log of a container for as long as whoever plays it does. */
export function log({ handlers, store }: World, call: Call, place: Place): Answer {
  const { object } = found(store, place)
  const container = containerOf(object, call.query.first('container'))
  // What runs nowhere has said nothing.
  if (object.spec?.['nodeName'] === undefined) return { stream: empty }
  const { logs } = handlers
  if (logs === undefined) throw new Refusal(404, 'NotFound', 'nobody plays the logs of this pod', {})
  const target = { namespace: place.namespace, pod: place.name, container }
  return {
    stream: async (response) => {
      const gone = new AbortController()
      response.once('close', () => gone.abort())
      response.writeHead(200, { 'content-type': 'text/plain' }).flushHeaders()
      const output: Writable = response
      await logs({ target, query: new URLSearchParams(queryOf(call)), signal: gone.signal }, output).then(
        () => response.end(),
        () => response.destroy(),
      )
    },
  }
}

function queryOf({ query }: Call): Record<string, string> {
  const names = ['follow', 'tailLines', 'limitBytes', 'sinceSeconds', 'previous', 'timestamps']
  return Object.fromEntries(names.flatMap((name) => (query.has(name) ? [[name, query.first(name) ?? '']] : [])))
}

function empty(response: ServerResponse): Promise<void> {
  response.writeHead(204).end()
  return Promise.resolve()
}
