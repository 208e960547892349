import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { KubeletHandlers } from '@bothkeys/local-kubernetes'
import type { Tokens } from './access/user.js'
import type { AuditEntry } from './audit.js'
import { selfSigned } from './certificate/self-signed.js'
import { type Command, commands, playedBy } from './pods/commands.js'
import { seedCluster } from './seed.js'
import { serve, serveUpgrades, type Serving } from './serve.js'
import { Store } from './store/store.js'

/** An API server within this process. */
export interface TinyKubernetes {
  /** `https://127.0.0.1:…` */
  readonly url: string
  /** The certificate that it shows, which is its own authority, as PEM. */
  readonly ca: string
  /** A bearer token of the group `system:masters`. */
  readonly adminToken: string
  /** Every request that got an answer, as the server understood it, oldest first. */
  readonly audit: readonly AuditEntry[]
  /** How containers behave; may be changed at any time. */
  readonly handlers: KubeletHandlers
  /** Forgets what became of objects so far: whoever wants to go on from there is told 410. */
  forgetHistory(): void
  /** Ends every connection. Safe to call twice. */
  stop(): Promise<void>
}

/** What may be different. */
export interface TinyOptions {
  /** Bearer tokens beside the administrator's, and whose they are. Roles and bindings say what those may do. */
  readonly tokens?: Tokens
  /** Programs in containers beside `cat`, `echo`, `exit`, `false`, `true` and `yes`. */
  readonly commands?: Readonly<Record<string, Command>>
}

/**
 * Starts an API server of Kubernetes 1.20 in this process, with nothing but npm: TLS on a free port of 127.0.0.1, bearer tokens,
 * RBAC, discovery, and a store in memory with lists, watches, the four kinds of patches and dry runs. No controller runs beside
 * it: a deleted namespace stays, and a deployment makes no pods. It speaks JSON alone. Where it is known to differ from
 * kube-apiserver is in `test/same-as-real.kube.test.ts`.
 */
export async function startTinyKubernetes(options: TinyOptions = {}): Promise<TinyKubernetes> {
  const { certificate, key } = selfSigned()
  const adminToken = randomBytes(18).toString('base64url')
  const store = new Store()
  seedCluster(store)
  const ended = new AbortController()
  const handlers = playedBy({ ...commands, ...options.commands })
  const audit: AuditEntry[] = []
  const server = createServer({ cert: certificate, key })
  const serving: Serving = {
    world: { store, handlers, signal: ended.signal },
    tokens: new Map([
      ...Object.entries(options.tokens ?? {}),
      [adminToken, { name: 'admin', groups: ['system:masters'] }],
    ]),
    audit,
    address: () => `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
  }
  const upgrades = serveUpgrades(serving)
  server.on('request', (request, response) => void serve(serving, request, response))
  server.on('upgrade', upgrades.upgrade)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://${serving.address()}`,
    ca: certificate,
    adminToken,
    audit,
    handlers,
    forgetHistory: () => {
      store.forget()
    },
    stop: async () => {
      if (ended.signal.aborted) return
      ended.abort()
      const closed = once(server, 'close')
      server.close()
      upgrades.end()
      server.closeAllConnections()
      await closed
    },
  }
}
