import type { Agent } from 'node:http'
import type { RequestOptions } from 'node:https'
import { Writable } from 'node:stream'
import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node'
import { WebSocket } from 'ws'
import { guarded, type Guarded } from './governed.js'
import { SocketApi } from './socket-api.js'

/** Rules for exec in the namespace of tests: the first without input and terminal. */
export const run = { duty: 'execute', resource: 'object:shop.**' }
export const input = { ...run, when: { payload: 'unbound' } }
export const terminal = { duty: 'execute', resource: 'stream:tty' }
export const forward = { duty: 'transfer', resource: 'object:shop.**', when: { payload: 'unbound' } }
export const mails = { mask: [{ id: 'mails', target: 'cluster', detect: ['email'], with: 'redact' }] }

export interface GovernedSocket extends Guarded {
  readonly api: SocketApi
  readonly config: KubeConfig
  readonly close: () => Promise<void>
}

type More = Parameters<typeof guarded>[2]

/** A guard in front of an API server that becomes a WebSocket. */
export async function governedSocket(allow: readonly object[], more?: More): Promise<GovernedSocket> {
  const api = await SocketApi.start()
  const parts = await guarded(api.config(), allow, more)
  return {
    ...parts,
    api,
    config: parts.target.config(parts.session),
    close: async () => {
      await parts.guard.close()
      await api.close()
    },
  }
}

/** What a client hears. */
export interface Heard {
  readonly socket: WebSocket
  readonly frames: Buffer[]
  /** All of a channel, in latin1. */
  readonly on: (channel: number) => string
  /** Resolves with the code when it is over. */
  readonly closed: Promise<number>
}

/** A refused request to become a WebSocket. */
export interface RefusedUpgrade {
  readonly code: number
  readonly status: { readonly message: string; readonly details?: { readonly causes: readonly { reason: string }[] } }
}

const shop = '/api/v1/namespaces/shop/pods/web-0'

/** Asks as a bare client does. */
export async function opened(
  config: KubeConfig,
  path: string,
  protocols: readonly string[] = ['v5.channel.k8s.io', 'v4.channel.k8s.io'],
): Promise<Heard | RefusedUpgrade> {
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const socket = new WebSocket(`ws://governed.invalid${shop}${path}`, [...protocols], { agent: options.agent as Agent })
  const frames: Buffer[] = []
  socket.on('message', (message: Buffer) => frames.push(message))
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  return new Promise((resolve, reject) => {
    socket.on('error', reject)
    socket.once('open', () => {
      const on = (channel: number): string =>
        Buffer.concat(frames.filter(([each]) => each === channel).map((each) => each.subarray(1))).toString('latin1')
      resolve({ socket, frames, on, closed })
    })
    socket.once('unexpected-response', (_request, response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.once('end', () => {
        const status = JSON.parse(Buffer.concat(parts).toString('utf8')) as RefusedUpgrade['status']
        resolve({ code: response.statusCode ?? 0, status })
      })
    })
  })
}

/** The same where it has to work. */
export async function connected(config: KubeConfig, path: string, protocols?: readonly string[]): Promise<Heard> {
  const heard = await opened(config, path, protocols)
  if ('code' in heard) throw new Error(`refused: ${heard.status.message}`)
  return heard
}

/** The same where it must not. */
export async function refusedUpgrade(config: KubeConfig, path: string): Promise<RefusedUpgrade> {
  const heard = await opened(config, path)
  if ('code' in heard) return heard
  throw new Error('the connection became a WebSocket')
}

/** What client-node makes of an exec. */
export interface Ran {
  readonly status: V1Status
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/** Runs a command as client-node does. */
export async function ran(config: KubeConfig, command: string | string[], stdin?: NodeJS.ReadableStream): Promise<Ran> {
  const [out, err] = [collected(), collected()]
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(config)
      .exec('shop', 'web-0', 'main', command, out.stream, err.stream, (stdin ?? null) as never, false, resolve)
      .catch((error: unknown) => {
        reject(new Error((error as { message?: string }).message))
      })
  })
  return { status, stdout: out.bytes(), stderr: err.bytes() }
}

function collected(): { readonly stream: Writable; readonly bytes: () => Buffer } {
  const parts: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk)
      done()
    },
  })
  return { stream, bytes: () => Buffer.concat(parts) }
}

/** How the action of a session ended, once it did. */
export function outcomeIn({ journal }: Pick<Guarded, 'journal'>): Readonly<Record<string, unknown>> | undefined {
  return journal.events.find(({ type }) => type === 'action.outcome')
}
