import { request } from 'node:https'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { IncomingMessage } from 'node:http'
import { startTinyKubernetes, type TinyKubernetes, type TinyOptions } from '@bothkeys/tiny-kubernetes'
import { KubeConfig } from '@kubernetes/client-node'
import { afterAll } from 'vitest'

/** An API server of a test file, and its administrator, past every door. */
export interface TinyCluster {
  readonly server: TinyKubernetes
  /** How somebody reaches it. Default: the administrator. */
  config(token?: string): KubeConfig
  /** Does something, and throws what the server says against it. */
  call(method: string, path: string, body?: object): Promise<unknown>
}

/** Starts one that ends with the tests of its file. */
export async function tinyCluster(options: TinyOptions = {}): Promise<TinyCluster> {
  const server = await startTinyKubernetes(options)
  afterAll(() => server.stop())
  return {
    server,
    config: (token = server.adminToken) => {
      const config = new KubeConfig()
      const caData = Buffer.from(server.ca).toString('base64')
      const cluster = { name: 'tiny', server: server.url, caData, skipTLSVerify: false }
      config.loadFromClusterAndUser(cluster, { name: 'operator', token })
      return config
    },
    call: async (method, path, body) => {
      const sent = body === undefined ? '' : JSON.stringify(body)
      const headers = {
        authorization: `Bearer ${server.adminToken}`,
        'user-agent': 'administrator',
        ...(sent !== '' && {
          'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
          'content-length': Buffer.byteLength(sent),
        }),
      }
      const outgoing = request(new URL(path, server.url), { method, ca: server.ca, agent: false, headers })
      outgoing.end(sent)
      const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
      const answer = await text(response)
      if ((response.statusCode ?? 0) >= 400) throw new Error(answer)
      return JSON.parse(answer) as unknown
    },
  }
}
