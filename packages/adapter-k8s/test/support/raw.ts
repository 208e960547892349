import { once, setMaxListeners } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { KubeConfig } from '@kubernetes/client-node'
import type { ExchangeContext } from '../../src/door/exchange.js'
import { exchange } from '../../src/door/exchange.js'
import type { OpenWire } from '../../src/door/memory-agents.js'
import { MemoryDoor } from '../../src/door/memory-door.js'
import { ToldUpgrades } from '../../src/door/told-upgrades.js'
import { upgrade } from '../../src/door/upgrade.js'
import { Upstream } from '../../src/door/upstream.js'
import { Waiting } from '../../src/door/waiting.js'
import { Evidence } from '../../src/evidence/evidence.js'

/** A server that answers with these bytes to whatever it is asked, and says no more. */
export class RawApi {
  asked = 0
  readonly sockets = new Set<Socket>()
  readonly #server

  constructor(answer: string) {
    this.#server = createServer((socket) => {
      this.sockets.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => this.sockets.delete(socket))
      socket.once('data', () => {
        this.asked += 1
        socket.write(answer)
      })
    })
  }

  async config(): Promise<KubeConfig> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const { port } = this.#server.address() as AddressInfo
    const config = new KubeConfig()
    const cluster = { name: 'raw', server: `http://127.0.0.1:${String(port)}`, skipTLSVerify: true }
    config.loadFromClusterAndUser(cluster, { name: 'operator', token: 'the-operators-token' })
    return config
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy()
    this.#server.close()
  }
}

/** A door that notes what becomes of requests, in front of a guard that lets through everything, once it may. */
export interface NotingDoor {
  readonly notes: string[]
  readonly open: OpenWire
  readonly waiting: Waiting
}

export function notingDoor(
  config: KubeConfig,
  decided: Promise<void> = Promise.resolve(),
  upstream = new Upstream(config),
): NotingDoor {
  const notes: string[] = []
  const permit = {
    actionId: 'a-1',
    use: () => undefined,
    run: () => notes.push('run'),
    settle: ({ outcome, result = '' }: { readonly outcome: string; readonly result?: string }) => {
      notes.push(`${outcome} ${result}`.trim())
    },
    masks: {
      content: { text: (text: string) => text.replace('jane.doe@example.com', '[email]') },
      masked: () => undefined,
    },
  }
  const access = {
    signal: ofSession(),
    shortId: 's',
    principal: { subject: { id: 'agent-1' } },
    refused: ({ description }: { description: { recordedText: string } }) =>
      notes.push(`refused ${description.recordedText}`),
    verdict: () => ({ effect: 'allow', rules: [] }),
    admit: async ({ signal }: { readonly signal: AbortSignal }) => {
      notes.push('asked')
      await decided
      const refusal = { code: 'ERR_ABORTED', message: 'gone', rules: [], hint: '' }
      return signal.aborted ? { outcome: 'refused', refusal } : { outcome: 'permit', permit }
    },
  }
  const waiting = new Waiting()
  const on = {
    access,
    upstream,
    evidence: new Evidence(upstream, new Set()),
    closing: new AbortController().signal,
    identity: { server: 'raw' },
    waiting,
    toldUpgrades: new ToldUpgrades(),
    groups: new Set(),
    host: 'governed.invalid',
  } as unknown as ExchangeContext
  const door = new MemoryDoor({
    request: (request, response) => {
      void exchange(on, request, response).then(() => notes.push('over'))
    },
    upgrade: (request, socket, head) => {
      void upgrade(on, { request, socket, head }).then(() => notes.push('over'))
    },
  })
  return { notes, open: () => opened(door), waiting }
}

/** Every request listens, as on the one of a real session. */
function ofSession(): AbortSignal {
  const { signal } = new AbortController()
  setMaxListeners(0, signal)
  return signal
}

function opened(door: MemoryDoor): Duplex {
  const wire = door.ways.agent.createConnection()
  wire.on('error', () => undefined)
  return wire
}

/** A request as a client writes it. */
export function asked(path: string, headers = ''): string {
  return `GET ${path} HTTP/1.1\r\nhost: governed.invalid\r\n${headers}\r\n`
}

/** An answer as a server writes it. */
export function answered(status: string, body: string, type = 'application/json'): string {
  return `HTTP/1.1 ${status}\r\ncontent-type: ${type}\r\ncontent-length: ${String(Buffer.byteLength(body))}\r\n\r\n${body}`
}
