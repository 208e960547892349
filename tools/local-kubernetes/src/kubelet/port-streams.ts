import { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { WebSocket } from 'ws'
import type { Container, PortCall } from './call.js'
import { channelWriter, closedSignal, ended, parseFrame } from './frames.js'

/**
 * Lets `play` be what listens on the ports that the query names. Each has two channels, one for data and one for errors, and
 * the first message on each is the port's number (k8s.io/kubelet `portforward`).
 */
export async function servePorts(
  socket: WebSocket,
  target: Omit<Container, 'container'>,
  query: URLSearchParams,
  play: (call: PortCall) => void,
): Promise<void> {
  const ports = [...query.getAll('port'), ...query.getAll('ports')].flatMap((list) => list.split(',')).map(Number)
  const signal = closedSignal(socket)
  const streams = ports.map((port, index) => {
    const number = Buffer.alloc(2)
    number.writeUInt16LE(port)
    const writer = channelWriter(socket, index * 2)
    writer.write(number)
    channelWriter(socket, index * 2 + 1).write(number)
    const stream = new Duplex({
      read: () => {},
      write: (chunk: Buffer, encoding, done) => void writer.write(chunk, encoding, done),
      final: (done) => void ended(writer).then(() => done(), done),
    })
    return { port, stream }
  })
  socket.on('message', (message) => {
    const { channel, data } = parseFrame(message)
    if (channel % 2 === 0) streams[channel / 2]?.stream.push(data)
  })
  socket.once('close', () => {
    for (const { stream } of streams) if (!stream.destroyed) stream.push(null)
  })
  for (const { port, stream } of streams) play({ target, query, signal, port, stream })
  await Promise.all(streams.map(({ stream }) => finished(stream, { readable: false }).catch(() => {})))
  socket.close(1000)
}
