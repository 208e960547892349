import { once } from 'node:events'
import { Writable } from 'node:stream'
import type { RawData, WebSocket } from 'ws'

/** `v5.channel.k8s.io` and its elders: the first byte of a message names its channel. */
export type Frame = { readonly channel: number; readonly data: Buffer }

/** The channel on which `v5` says that another one is at its end. */
export const closing = 255

/** The newest of those that are offered. */
export function newestProtocol(offered: ReadonlySet<string>): string | false {
  return ['v5.channel.k8s.io', 'v4.channel.k8s.io'].find((protocol) => offered.has(protocol)) ?? false
}

export function parseFrame(message: RawData): Frame {
  const bytes = Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message as Buffer)
  return { channel: bytes[0] ?? closing, data: bytes.subarray(1) }
}

/** What is written is sent on one channel, as fast as the socket takes it. */
export function channelWriter(socket: WebSocket, channel: number): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      // What nobody listens to any more is no error of the writer's.
      socket.send(Buffer.concat([Buffer.from([channel]), chunk]), () => done())
    },
  })
}

/** Resolves once all that was written is sent. */
export async function ended(writer: Writable): Promise<void> {
  if (writer.writableFinished) return
  if (!writer.writableEnded) writer.end()
  await once(writer, 'finish')
}

/** Aborted when the socket is closed. */
export function closedSignal(socket: WebSocket): AbortSignal {
  const controller = new AbortController()
  socket.once('close', () => controller.abort())
  return controller.signal
}
